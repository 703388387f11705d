// @ts-check
/** V3 · One order whole: what was bought where and why, the parcels, the money, every word and every step. */
import { call, path, place, Problem } from '../api.js';
import { cash, number, sums, t, when, word } from '../i18n.js';
import { h } from '../ui.js';
import { block, page, pair } from './panels.js';
import { badge, empty, hold, reasons, say, trouble } from './parts.js';
import { approve, cancelled, change, decide, rerouted, resolve, trust } from './purchase.js';
import { composer, said } from './talk.js';
import { by, history } from './timeline.js';

// Whose turn it is while a purchase order is in this state.
/** @type {Record<string, string>} */
const TURN = {
  ON_HOLD: 'me', NEEDS_HUMAN: 'me', REJECTED: 'me',
  READY: 'system', SUBMITTING: 'system', UNKNOWN: 'system',
  SUBMITTED: 'supplier', ACKNOWLEDGED: 'supplier', PARTIALLY_SHIPPED: 'supplier',
  SHIPPED: 'carrier',
};
const CASE_MINE = ['OPEN', 'LIABILITY_PROPOSED', 'NEGOTIATING', 'ESCALATED'];

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export function view({ shop, params, supplier }) {
  const [, order] = params;
  const at = path('orders', shop.id, order);
  /** @type {Map<string, string>} what went wrong with a purchase order, until it is tried again */
  const notes = new Map();
  const recall = history();

  const screen = page(t('order.title', { number: order }), 'orders', () => call(at), draw, {
    m: () => talk.text.focus(),
    e: () => /** @type {HTMLElement | null} */ (screen.el.querySelector('.card .actions button'))?.click(),
  });
  const { reload } = screen;
  const talk = composer(at, supplier, () => reload());

  /** @param {any} data @param {(title: string) => void} named */
  function draw(data, named) {
    const { order: it, purchases, shipments, cases, refunds, claims, conversation, timeline } = data;
    named(t('order.title', { number: it.number }));
    return [
      h(
        'div',
        { class: 'head' },
        h('p', { class: 'crumb' }, h('a', { href: '#/orders' }, t('orders.title'))),
        h('h1', {}, it.number),
        badge('order', it.state),
        !it.paid && h('span', { class: 'badge warn' }, t('order.unpaid')),
        it.test && h('span', { class: 'badge idle' }, t('order.test')),
        h('p', { class: 'turn' }, t('order.turn'), h('strong', {}, t(`turn.${whose(data)}`))),
      ),
      steps(data),
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          {},
          block(
            t('order.purchases'),
            { id: 'purchases' },
            purchases.length
              ? purchases.map((/** @type {any} */ po) => purchase(po, it))
              : empty(t('order.unrouted'), t(it.paid ? 'order.unrouted.text' : 'order.unpaid.text')),
          ),
          shipments.length > 0 && block(t('order.parcels'), {}, shipments.map((/** @type {any} */ one) => parcel(one, purchases.find((/** @type {any} */ po) => po.number === one.po)))),
          cases.length > 0 &&
            block(t('order.cases'), {}, h('ul', { class: 'plain' }, cases.map((/** @type {any} */ one) => complaint(one, refunds, claims)))),
          block(
            t('order.talk'),
            { id: 'talk' },
            conversation.length
              ? h('ol', { class: 'talk' }, conversation.map(said))
              : h('p', { class: 'dim' }, t('order.silent')),
            talk.with(purchases),
          ),
        ),
        h(
          'div',
          {},
          block(t('order.lines'), {}, h('ul', { class: 'plain lines' }, it.lines.map((/** @type {any} */ line) => mapped(line, purchases, it)))),
          block(t('order.recipient'), {}, recipient()),
          block(t('order.money'), {}, money(it, purchases, refunds, claims)),
          block(t('order.timeline'), { id: 'timeline' }, recall(timeline)),
        ),
      ),
    ];
  }

  /** @param {any} data */
  function whose({ order: it, purchases, cases }) {
    if (cases.some((/** @type {any} */ one) => CASE_MINE.includes(one.state))) return 'me';
    if (!it.paid) return 'customer';
    const turns = purchases.map((/** @type {any} */ po) => (po.holds.length ? 'me' : TURN[po.state]));
    return ['me', 'system', 'supplier', 'carrier'].find((who) => turns.includes(who)) ?? (purchases.length ? 'nobody' : 'system');
  }

  /** @param {any} data */
  function steps({ order: it, purchases, shipments }) {
    const live = purchases.filter((/** @type {any} */ po) => po.state !== 'CANCELLED');
    const past = (/** @type {string[]} */ ...states) => live.length > 0 && live.every((/** @type {any} */ po) => states.includes(po.state));
    const arrived = shipments.length > 0 && past('SHIPPED', 'CLOSED') && shipments.every((/** @type {any} */ one) => one.state === 'DELIVERED');
    const reached = [
      ['paid', it.paid],
      ['bought', past('SUBMITTED', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'CLOSED')],
      ['shipped', past('SHIPPED', 'CLOSED')],
      ['arrived', arrived],
    ];
    return h(
      'ol',
      { class: 'steps', 'aria-label': t('order.steps') },
      reached.map(([step, done]) =>
        h('li', { class: done ? 'done' : '' }, t(`step.${step}`), h('span', { class: 'unseen' }, t(done ? 'step.done' : 'step.open'))),
      ),
    );
  }

  /** @param {any} po @param {any} it */
  function purchase(po, it) {
    const why = [...po.why];
    return h(
      'article',
      { class: 'card', id: `po-${po.number}`, tabindex: -1, 'aria-label': `${t('po.number')} ${po.number}` },
      h(
        'header',
        {},
        h('h3', {}, supplier(po.supplier)),
        badge('purchase', po.state),
        badge('payment', po.payment),
        h('span', { class: 'sum' }, cash(po.total)),
      ),
      reasons(po.holds, 'hold'),
      h(
        'table',
        { class: 'inner' },
        h('thead', { class: 'unseen' }, h('tr', {}, ['goods', 'quantity', 'cost'].map((head) => h('th', { scope: 'col' }, t(`po.${head}`))))),
        h(
          'tbody',
          {},
          po.lines.map((/** @type {any} */ line) =>
            h(
              'tr',
              {},
              h('td', { class: 'grow' }, line.title, h('span', { class: 'dim code' }, line.external_variant), answered(line)),
              h('td', { class: 'num' }, `× ${number(line.quantity)}`),
              h('td', { class: 'num' }, cash(line.unit_cost)),
            ),
          ),
          h('tr', { class: 'dim' }, h('td', {}, t('po.shipping')), h('td', {}), h('td', { class: 'num' }, cash(po.shipping))),
        ),
      ),
      h(
        'details',
        {},
        h('summary', {}, t('po.why')),
        reasons(why) || h('p', { class: 'dim' }, t('po.why.none')),
        h(
          'dl',
          { class: 'pairs' },
          h('div', {}, h('dt', {}, t('po.number')), h('dd', { class: 'code' }, po.number)),
          po.supplier_order && h('div', {}, h('dt', {}, t('po.theirs')), h('dd', { class: 'code' }, po.supplier_order)),
          pair('po.agreement', po.agreement ? t('po.version', { version: po.agreement }) : t('po.agreement.none')),
          po.approved_by && pair('po.approved', by(po.approved_by)),
          po.promised && pair('po.promised', when(po.promised)),
          po.ship_by && pair('po.shipby', when(po.ship_by)),
        ),
      ),
      notes.has(po.number) && h('p', { class: 'note', role: 'alert' }, notes.get(po.number)),
      po.cancel_requested && h('p', { class: 'note' }, t('po.cancelling')),
      verbs(po, it),
    );
  }

  /** What the supplier said of a line. @param {any} line */
  function answered({ state, answer, replaced_by: elsewhere, ...line }) {
    if (state === 'OPEN') return false;
    return h(
      'p',
      { class: 'answered' },
      badge('line', state),
      state === 'CHANGED' && change({ answer, ...line }),
      state === 'BACKORDERED' && answer?.promised && h('span', {}, t('line.promised'), ' ', when(answer.promised)),
      state === 'REJECTED' && answer?.reason && word('line.refused', answer.reason),
      elsewhere && h('span', {}, t('line.elsewhere'), ' ', h('span', { class: 'code' }, elsewhere)),
    );
  }

  /** @param {any} po @param {any} it */
  function verbs(po, it) {
    const key = { shop: shop.id, order, number: po.number, ver: po.ver, total: cash(po.total), exact: po.total.amount };
    const row = { order_number: it.number, reason: po.holds[0] ?? null };
    /** @type {Record<string, () => unknown>} */
    const runs = {
      approve: async () => done(po, await approve(key, row, supplier(po.supplier)), 'approve'),
      resolve: async () => done(po, await resolve(key, row), 'resolve'),
      reroute: () => later(po, 'reroute', () => rerouted(key)),
      cancel: () => later(po, 'cancel', () => cancelled(key)),
    };
    /** @param {string} verb @param {number} at */
    const button = (verb, at) =>
      h(
        'button',
        {
          type: 'button',
          id: `${verb}-${po.number}`,
          class: verb === 'cancel' ? 'quiet' : at ? '' : 'primary',
          onclick: runs[verb] ?? (async () => done(po, await decide(verb, po, it.number), 'resolve')),
        },
        verb === 'approve' ? t('approve.button', { total: key.total }) : word('verb', verb),
      );
    return po.verbs.length > 0 && h('div', { class: 'actions' }, po.verbs.map(button));
  }

  /** @param {any} po @param {boolean} was @param {string} verb */
  function done(po, was, verb) {
    if (was) say(t(`done.${verb}`, { number: po.number }), 'good');
    reload();
  }

  /** @param {any} po @param {string} verb @param {() => Promise<unknown>} run */
  function later(po, verb, run) {
    notes.set(po.number, t(`held.${verb}`));
    reload();
    hold(
      t(`hold.${verb}`, { count: 1 }),
      async () => {
        await run();
        notes.delete(po.number);
        await reload();
      },
      () => {
        notes.delete(po.number);
        reload();
      },
      (error) => {
        const state = error instanceof Problem && error.values.state;
        const words = error instanceof Problem ? [error.detail, state && t('problem.now', { state: word('state.purchase', state) }), error.todo] : [t('problem.page')];
        notes.set(po.number, words.filter(Boolean).join(' '));
        reload();
      },
    );
  }

  /** @param {any} line @param {any[]} purchases @param {any} it */
  function mapped(line, purchases, it) {
    const bought = purchases
      .filter((po) => po.state !== 'CANCELLED')
      .flatMap((po) => po.lines.filter((/** @type {any} */ one) => one.order_line === line.id).map((/** @type {any} */ one) => ({ po, one })));
    return h(
      'li',
      {},
      h('p', { class: 'spread' }, h('span', {}, line.title), h('span', { class: 'num' }, `${number(line.quantity)} × ${cash(line.price)}`)),
      line.sku && h('p', { class: 'dim code' }, line.sku),
      bought.length
        ? bought.map(({ po, one }) => h('p', { class: 'dim' }, `→ ${[supplier(po.supplier), one.external_variant, cash(one.unit_cost)].filter(Boolean).join(' · ')}`))
        : it.state !== 'CANCELLED' && h('p', { class: 'warn-text' }, t(it.routed ? 'order.unmapped' : 'order.unmapped.yet')),
    );
  }

  /** @param {any} po @param {string} parcel */
  async function trusted(po, parcel) {
    if (await trust(po, parcel)) say(t('done.trust', { number: parcel }), 'good');
    reload();
  }

  /** @param {any} one @param {any} po */
  function parcel(one, po) {
    const points = [...one.checkpoints].sort((a, b) => b.at.localeCompare(a.at));
    /** @param {any} point */
    const scan = (point) => h('li', {}, when(point.at), h('span', {}, [point.location, point.text].filter(Boolean).join(' · ')));
    return h(
      'article',
      { class: 'card' },
      h('header', {}, h('h3', { class: 'code' }, one.number), h('span', { class: 'dim' }, word('carrier', one.carrier)), badge('shipment', one.state)),
      reasons(one.suspect, 'hold'),
      one.suspect.length > 0 && po && h('div', { class: 'actions' }, h('button', { type: 'button', class: 'verb', onclick: () => trusted(po, one.number) }, t('parcel.trust'))),
      h('p', { class: 'dim' }, t(`told.${one.shop_told}`)),
      points.length ? h('ol', { class: 'scans' }, points.slice(0, 3).map(scan)) : h('p', { class: 'dim' }, t('parcel.silent')),
      points.length > 3 && h('details', {}, h('summary', {}, t('parcel.earlier', { count: number(points.length - 3) })), h('ol', { class: 'scans' }, points.slice(3).map(scan))),
    );
  }

  /** @param {any} one @param {any[]} refunds @param {any[]} claims */
  function complaint(one, refunds, claims) {
    const refund = refunds.find((other) => other.case === one.id);
    const claim = claims.find((other) => other.case === one.id);
    return h(
      'li',
      { class: 'spread' },
      h('a', { href: place('cases', shop.id, order, one.id) }, word('reason', one.reason)),
      badge('case', one.state),
      refund && h('span', {}, t('case.refund'), ' ', cash(refund.amount), ' ', badge('refund', refund.state)),
      claim && h('span', {}, t('case.claim'), ' ', cash(claim.amount), ' ', badge('claim', claim.state)),
    );
  }

  function recipient() {
    const slot = h('div');
    const button = h(
      'button',
      {
        type: 'button',
        id: 'recipient',
        onclick: async () => {
          button.disabled = true;
          try {
            const one = await call(`${at}/recipient`);
            const street = [one.province, one.city, one.district, one.address1, one.address2].filter(Boolean);
            slot.replaceChildren(
              h('p', { class: 'copy' }, [one.name, one.phone, street.join(one.country === 'CN' ? '' : ', '), one.postcode, one.country === 'CN' ? '' : one.country].filter(Boolean).join('\n')),
              one.email && h('p', { class: 'copy' }, one.email),
            );
            button.remove();
          } catch (error) {
            slot.replaceChildren(trouble(error));
            button.disabled = false;
          }
        },
      },
      t('order.show'),
    );
    return [h('p', { class: 'dim' }, t('order.recipient.text')), slot, button];
  }

  /** @param {any} it @param {any[]} purchases @param {any[]} refunds @param {any[]} claims */
  function money(it, purchases, refunds, claims) {
    const live = purchases.filter((po) => po.state !== 'CANCELLED').map((po) => ({ money: po.total, sign: -1 }));
    const back = refunds.filter((one) => one.state === 'SETTLED').map((one) => ({ money: one.amount, sign: -1 }));
    const got = claims.filter((one) => one.state === 'SETTLED').map((one) => ({ money: one.accepted ?? one.amount }));
    const all = [{ money: it.total }, ...live, ...back, ...got];
    /** @param {string} key @param {{money: any, sign?: number}[]} parts @param {string} [look] */
    const line = (key, parts, look = '') =>
      parts.length > 0 && h('div', { class: look }, h('dt', {}, t(key)), h('dd', { class: 'num' }, sums(parts).map(cash).join(' ')));
    return [
      h('dl', { class: 'money' }, line('money.order', [{ money: it.total }]), line('money.bought', live), line('money.refunds', back), line('money.claims', got), line('money.left', all, 'sum')),
      h('p', { class: 'dim' }, t('money.note')),
    ];
  }

  return screen;
}
