// @ts-check
/** What a person can do to a purchase order or a work item: the questions asked before, and the calls. */
import { call, path, Problem, within } from '../api.js';
import { cash, number, read, t, word } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { pair } from './panels.js';
import { badge, reasons } from './parts.js';

/** @typedef {{shop: string, order: string, number: string, ver: number}} Po `ver` is the version that the person saw */

/** @param {Po} po @param {string} verb @param {Record<string, unknown>} body */
const post = (po, verb, body) => call(path('orders', po.shop, po.order, 'purchase-orders', po.number, verb), { ver: po.ver, ...body });

/** @typedef {Po & {total: string, exact?: string}} Paid `total` as the person reads it; `exact` its amount, when it is known */

/** @param {Paid} po */
const seen = (po) => ({ total: po.exact ?? read(po.total)?.amount });

/** @typedef {{order_number: string, reason?: import('../api.js').Reason | null}} Asked what the question is about */

/**
 * Money leaves: only the version and the total that the person saw are agreed to.
 * @param {Paid} po
 */
export const approved = (po) => post(po, 'approve', seen(po));

/**
 * Ask once for several, then let each be agreed to.
 * @param {(Asked & {amount: string})[]} rows
 * @param {string} total
 * @param {() => Promise<unknown>} send
 */
export const approveAll = (rows, total, send) =>
  ask({
    title: t('approve.many', { count: number(rows.length) }),
    body: [
      h('ul', { class: 'why' }, rows.map((row) => h('li', {}, `${row.order_number} · ${row.amount} · ${row.reason?.text ?? ''}`))),
      h('p', {}, t('approve.text')),
    ],
    ok: t('approve.button', { total }),
    send,
  });

/** @param {Po} po */
export const rerouted = (po) => post(po, 'reroute', {});

/** @param {Po} po */
export const cancelled = (po) => post(po, 'cancel', {});

/**
 * Ask, then agree.
 * @param {Paid} po
 * @param {Asked} row
 * @param {string} supplier
 */
export function approve(po, row, supplier) {
  return ask({
    title: t('approve.title', { number: row.order_number }),
    body: [
      h(
        'dl',
        { class: 'pairs' },
        pair('po.supplier', supplier),
        h('div', {}, h('dt', {}, t('po.number')), h('dd', { class: 'code' }, po.number)),
        pair('po.why.hold', (row.reason && reasons([row.reason])) || '–'),
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
 * @param {Paid} po
 * @param {Asked} row
 */
export function resolve(po, row) {
  return ask({
    title: t('resolve.title', { number: row.order_number }),
    body: [
      row.reason && reasons([row.reason]),
      h('p', {}, t('resolve.text', { po: po.number })),
      h('p', {}, t('decide.pays', po)),
      h('label', {}, t('resolve.number'), h('input', { name: 'number', autocomplete: 'off', maxlength: 64 })),
    ],
    ok: t('resolve.has'),
    more: [{ label: t('resolve.hasnot'), value: 'none' }],
    send: async (form, choice) => {
      const number = String(form.get('number') ?? '').trim();
      if (choice === 'ok' && !number) throw new Problem(400, { detail: t('resolve.missing') });
      await post(po, 'resolve', { ...seen(po), supplier_order: choice === 'none' ? null : number });
    },
  });
}

/**
 * What a changed line would be instead: "× 4 → × 2 · ¥38.00 → ¥40.00".
 * @param {any} line
 */
export function change({ quantity, unit_cost, answer }) {
  const count = answer?.quantity ?? quantity;
  const cost = answer?.unit_cost ?? unit_cost;
  return [
    `× ${number(quantity)}${count === quantity ? '' : ` → × ${number(count)}`}`,
    `${cash(unit_cost)}${cost.amount === unit_cost.amount ? '' : ` → ${cash(cost)}`}`,
  ].join(' · ');
}

/** @param {any} line */
const offered = (line) =>
  h('li', { class: 'spread' }, h('span', {}, line.title), h('span', {}, line.state === 'CHANGED' ? change(line) : badge('line', line.state)));

const note = () => h('label', {}, t('decide.note'), h('input', { name: 'reason', autocomplete: 'off', maxlength: 500 }));

/** @param {FormData} form */
const noted = (form) => String(form.get('reason')).trim();

// After these the purchase goes on, and what is not paid yet may be paid.
const GOES_ON = ['accept-total', 'accept-lines', 'amended', 'noted', 'keep'];

/**
 * Every other decision: what waits, what will happen, and the amount in the button where one is agreed to.
 * @param {string} verb
 * @param {Po & {lines?: any[], [name: string]: any}} asked the purchase, whole or only named
 * @param {string} order_number
 */
export async function decide(verb, asked, order_number) {
  const po = asked.lines ? asked : (await call(path('orders', asked.shop, asked.order))).purchases.find((/** @type {any} */ one) => one.number === asked.number);
  const theirs = po.holds.find((/** @type {any} */ hold) => hold.code === 'hold.other_total')?.values.exact;
  const amount = verb === 'accept-total' ? theirs : verb === 'accept-lines' ? po.changed_total?.amount : undefined;
  const total = cash(amount ? { ...po.total, amount } : po.total);
  return ask({
    title: t(`decide.title.${verb}`, { number: order_number }),
    body: [
      reasons(verb === 'noted' ? po.holds.filter((/** @type {any} */ hold) => po.notable.includes(hold.code)) : po.holds, 'hold'),
      verb === 'accept-lines' && h('ul', { class: 'plain' }, po.lines.map(offered)),
      amount && h('dl', { class: 'pairs' }, pair('po.shipping', cash(po.shipping)), pair('decide.ours', cash(po.total)), pair('decide.theirs', total)),
      h('p', {}, t(`decide.text.${verb}`, { number: po.number, theirs: po.supplier_order || po.number, total })),
      po.payment === 'UNPAID' && GOES_ON.includes(verb) && h('p', {}, t('decide.pays', { total })),
      po.payment === 'PAID' && verb === 'accept-total' && h('p', {}, t('decide.paid', { ours: cash(po.total) })),
      verb === 'noted' && note(),
    ],
    ok: amount ? t('decide.agree', { total }) : word('verb', verb),
    send: (form) => post(po, verb, { total: amount ?? po.total.amount, ...(verb === 'noted' && { reason: noted(form) }) }),
  });
}

/**
 * A person saw to a work item: it leaves the queue with what was done.
 * @param {import('../api.js').Row} row
 * @param {string} shop
 */
export const settle = (row, shop) =>
  ask({
    title: t('item.title'),
    body: [
      h('p', {}, row.reason?.text ?? ''),
      h('p', {}, t('item.text')),
      note(),
    ],
    ok: word('verb', 'settle'),
    send: (form) => call(within(shop, 'items', row.id, 'settle'), { ver: row.ver, reason: noted(form) }),
  });
