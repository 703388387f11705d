// @ts-check
/** The two linked sums of a case: what the customer gets back, and what the supplier owes us for it. */
import { cash, sums, t } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { block } from './panels.js';
import { badge } from './parts.js';

const SETTLE = ['ACCEPTED', 'PARTIALLY_ACCEPTED'];

/**
 * What is left for us to bear: the refund without what the supplier gives back, per currency.
 * @param {any} refund
 * @param {any} claim
 */
export const cost = (refund, claim) => sums([{ money: refund }, { money: claim, sign: -1 }]).map(cash).join(' + ');

/**
 * @typedef {object} Hands
 * @property {(id: string) => string} supplier
 * @property {(verb: string, extra: Record<string, unknown>) => Promise<any>} send
 * @property {(was: boolean, verb: string, it: any) => void} after
 */

/**
 * Both sums side by side with what may be done about them; nothing before there is one.
 * @param {any} data
 * @param {Hands} hands
 */
export function debts({ case: it, refund, claim }, { supplier, send, after }) {
  /** @param {any} it @param {any} claim */
  async function settle(it, claim) {
    const owed = claim.accepted ?? claim.amount;
    after(
      await ask({
        title: t('case.settle.title'),
        body: [
          h('label', {}, t('case.reference'), h('input', { name: 'reference', required: true, maxlength: 100, autocomplete: 'off' })),
          h('p', { class: 'dim' }, t('case.settle.text')),
        ],
        ok: t('case.settle', { amount: cash(owed) }),
        send: (form) => send('settle-claim', { ver: claim.ver, reference: String(form.get('reference')).trim() }),
      }),
      'settle',
      it,
    );
  }

  /** @param {any} it @param {any} refund */
  async function retry(it, refund) {
    after(
      await ask({
        title: t('case.retry.title'),
        body: [h('p', { class: 'dim' }, t('case.retry.text'))],
        ok: t('case.retry', { amount: cash(refund.amount) }),
        send: () => send('retry-refund', { ver: refund.ver }),
      }),
      'retry',
      it,
    );
  }

  /** @param {any} it @param {any} claim */
  async function giveUp(it, claim) {
    after(
      await ask({
        title: t('case.giveup.title'),
        body: [h('label', {}, t('case.giveup.why'), h('textarea', { name: 'reason', rows: 3, required: true, maxlength: 500 }))],
        ok: t('case.giveup', { amount: cash(claim.amount) }),
        tone: 'danger',
        send: (form) => send('write-off', { ver: claim.ver, reason: String(form.get('reason')).trim() }),
      }),
      'giveup',
      it,
    );
  }

  if (!refund && !claim) return false;
  return block(
    t('case.money'),
    {},
    h(
      'div',
      { class: 'two' },
      h(
        'article',
        { class: 'card' },
        h('h3', {}, t('case.refund')),
        refund
          ? [
              h('p', { class: 'amount' }, cash(refund.amount)),
              badge('refund', refund.state),
              refund.store_refund && h('p', { class: 'dim code' }, refund.store_refund),
              refund.state === 'FAILED' && h('div', { class: 'actions' }, h('button', { type: 'button', id: 'retry', class: 'verb', onclick: () => retry(it, refund) }, t('case.retry', { amount: cash(refund.amount) }))),
            ]
          : h('p', { class: 'dim' }, t('case.norefund')),
      ),
      h(
        'article',
        { class: 'card' },
        h('h3', {}, t('case.claim.of', { supplier: supplier(it.supplier) })),
        claim
          ? [
              h('p', { class: 'amount' }, cash(claim.accepted ?? claim.amount)),
              badge('claim', claim.state),
              claim.accepted && h('p', { class: 'dim' }, t('case.asked', { amount: cash(claim.amount) })),
              claim.reference && h('p', { class: 'dim code' }, claim.reference),
              SETTLE.includes(claim.state) && h('div', { class: 'actions' }, h('button', { type: 'button', id: 'settle', class: 'verb', onclick: () => settle(it, claim) }, t('case.settle', { amount: cash(claim.accepted ?? claim.amount) }))),
              claim.state === 'REJECTED' && h('div', { class: 'actions' }, h('button', { type: 'button', id: 'giveup', class: 'quiet', onclick: () => giveUp(it, claim) }, t('case.giveup', { amount: cash(claim.amount) }))),
            ]
          : h('p', { class: 'dim' }, t('case.noclaim')),
      ),
    ),
    refund && h('p', { class: 'net' }, t('case.net', { amount: cost(refund.amount, claim?.accepted ?? claim?.amount) })),
  );
}
