// @ts-check
/** What a person can do to a purchase order: the questions asked before, and the calls. */
import { call, path, Problem } from '../api.js';
import { read, t } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './parts.js';

/** @typedef {{shop: string, order: string, number: string, ver: number}} Po `ver` is the version that the person saw */

/** @param {Po} po @param {string} verb @param {Record<string, unknown>} body */
const post = (po, verb, body) => call(path('orders', po.shop, po.order, 'purchase-orders', po.number, verb), { ver: po.ver, ...body });

/** @typedef {Po & {total: string, exact?: string}} Paid `total` as the person reads it; `exact` its amount, when it is known */

/**
 * Money leaves: only the version and the total that the person saw are agreed to.
 * @param {Paid} po
 */
export const approved = (po) => post(po, 'approve', { total: po.exact ?? read(po.total)?.amount });

/** @param {Po} po */
export const rerouted = (po) => post(po, 'reroute', {});

/** @param {Po} po @param {string} [reason] */
export const cancelled = (po, reason) => post(po, 'cancel', reason ? { reason } : {});

/**
 * Ask, then agree.
 * @param {Paid} po
 * @param {{order_number: string, reason?: {text: string} | null}} row
 * @param {string} supplier
 */
export function approve(po, row, supplier) {
  return ask({
    title: t('approve.title', { number: row.order_number }),
    body: [
      h(
        'dl',
        { class: 'pairs' },
        h('div', {}, h('dt', {}, t('po.supplier')), h('dd', {}, supplier)),
        h('div', {}, h('dt', {}, t('po.number')), h('dd', { class: 'code' }, po.number)),
        h('div', {}, h('dt', {}, t('po.why.hold')), h('dd', {}, row.reason?.text ?? '–')),
      ),
      h('p', {}, t('approve.text')),
    ],
    ok: t('approve.button', { total: po.total }),
    send: () => approved(po),
  });
}

/**
 * A doubted parcel is ours after all: the shop and the customer may hear of it.
 * @param {Po} po
 * @param {string} parcel
 */
export function trust(po, parcel) {
  return ask({
    title: t('parcel.trust.title', { number: parcel }),
    body: [h('p', {}, t('parcel.trust.text'))],
    ok: t('parcel.trust'),
    send: () => post(po, 'trust', {}),
  });
}

/**
 * Only a person can see whether the supplier has it: with its number, or for certain not.
 * @param {Po} po
 * @param {{order_number: string, reason?: {text: string} | null}} row
 */
export function resolve(po, row) {
  return ask({
    title: t('resolve.title', { number: row.order_number }),
    body: [
      h('p', {}, row.reason?.text ?? ''),
      h('p', {}, t('resolve.text', { po: po.number })),
      h('label', {}, t('resolve.number'), h('input', { name: 'number', autocomplete: 'off', maxlength: 64 })),
    ],
    ok: t('resolve.has'),
    more: [{ label: t('resolve.hasnot'), value: 'none' }],
    send: async (form, choice) => {
      const number = String(form.get('number') ?? '').trim();
      if (choice === 'ok' && !number) throw new Problem(400, { detail: t('resolve.missing') });
      await post(po, 'resolve', { supplier_order: choice === 'none' ? null : number });
    },
  });
}

/** Which word of a person's settles which hold; the first that fits is offered. */
const SETTLES = {
  'accept-total': ['hold.other_total'],
  'accept-lines': ['hold.lines_changed'],
  amended: ['hold.address_changed', 'hold.address_refused'],
  cancelled: ['hold.cancel_requested', 'hold.cancel_refused'],
  noted: [
    ...['hold.backordered', 'hold.call_supplier', 'hold.lines_removed', 'hold.lines_rejected', 'hold.refund_due'],
    ...['hold.other_address', 'hold.reroute_late', 'hold.offer_refund', 'hold.closed_there'],
  ],
};

/**
 * The words that settle what this purchase is held up for, likeliest first.
 * @param {{state: string, cancel_requested: boolean, holds: {code: string}[]}} po
 */
export function settling(po) {
  if (['ON_HOLD', 'READY', 'SUBMITTING', 'UNKNOWN'].includes(po.state)) return [];
  const codes = po.holds.map((hold) => hold.code);
  const found = Object.entries(SETTLES).flatMap(([verb, holds]) => (holds.some((code) => codes.includes(code)) ? [verb] : []));
  const waiting = po.state === 'NEEDS_HUMAN' ? found.filter((verb) => verb === 'accept-total') : found;
  return po.cancel_requested && po.state !== 'CANCELLED' && po.state !== 'NEEDS_HUMAN' ? [...waiting, 'keep'] : waiting;
}

/**
 * Say what was settled with the supplier, after reading what will follow from it.
 * @param {Po} po
 * @param {string} verb
 * @param {{total?: string, exact?: string, why?: string}} [about] the amount that is agreed to, as read and exact
 */
export function settle(po, verb, { total, exact, why } = {}) {
  return ask({
    title: t(`verb.${verb}`),
    body: [
      why && h('p', {}, why),
      h('p', {}, t(`settle.${verb}`, { total: total ?? '' })),
      verb === 'noted' && h('label', {}, t('settle.note'), h('input', { name: 'reason', autocomplete: 'off', maxlength: 500 })),
    ],
    ok: total ? t('settle.agree', { total }) : t(`verb.${verb}`),
    send: (form) => post(po, verb, { ...(exact ? { total: exact } : {}), ...(verb === 'noted' ? { reason: String(form.get('reason') ?? '') } : {}) }),
  });
}
