// @ts-check
/** V1 · What waits for a person: each row says why, by when and how much, and offers the one likely verb. */
import { call, place, Problem, within } from '../api.js';
import { left, number, sumOf, t, word } from '../i18n.js';
import { h, keyed } from '../ui.js';
import { badge, empty, fits, focused, hold, refocus, say, trouble, waiting, walk } from './parts.js';

/** @typedef {import('../api.js').Row} Row */

const KINDS = ['purchase', 'case', 'refund', 'claim', 'shipment', 'notice', 'item'];
// Verbs that may be given to many rows at once; the others need a look at each.
const BULK = ['approve', 'reroute'];
// These have no deadline of their own: what counts is how long they have waited.
const SINCE = ['refund', 'claim', 'shipment', 'notice', 'item'];

// What is done to a purchase order is loaded when something is done.
const purchases = () => import('./purchase.js');

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export function view({ shop, query, supplier, filter, counted }) {
  let kind = query.get('kind') ?? '';
  let wish = query.get('q') ?? '';
  /** @type {Row[]} */
  let rows = [];
  /** @type {Set<string>} */
  const picked = new Set();
  /** @type {Set<string>} rows that a held command will change; they are out of sight until it is sent or taken back */
  const leaving = new Set();
  /** @type {Map<string, string>} what went wrong with a row, until it is tried again */
  const notes = new Map();

  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': t('queue.filter') });
  const bar = h('div', { class: 'bulk', role: 'group', 'aria-label': t('queue.bulk'), hidden: true });
  const list = h('ul', { class: 'rows queue', 'aria-label': t('queue.title') });
  const slot = h('div', {}, waiting());
  const el = h('div', { class: 'view' }, h('div', { class: 'head' }, h('h1', {}, t('queue.title')), chips), bar, slot, list, hints());

  /** The keys that this list listens to; every one of them has a button too. */
  function hints() {
    return h(
      'p',
      { class: 'hint', 'aria-hidden': 'true' },
      ['j k', 'x', 'e', 'z', '?'].map((key) => h('span', {}, key.split(' ').map((one) => h('kbd', {}, one)), t(`key.${key}`))),
    );
  }

  /** @param {Row} row */
  const id = (row) => `${row.kind}:${row.order}:${row.id}`;
  const shown = () =>
    rows.filter(
      (row) =>
        !leaving.has(id(row)) &&
        (!kind || row.kind === kind) &&
        (!wish || fits(wish, row.order_number, row.order, row.reason?.text, supplier(row.supplier), row.amount)),
    );

  async function reload() {
    el.setAttribute('aria-busy', 'true');
    try {
      const answer = await call(within(shop.id, 'queue'));
      // A row that did not change stays the very same object, so that its element and the focus in it stay too.
      const old = new Map(rows.map((row) => [JSON.stringify(row), row]));
      rows = answer.rows.map((/** @type {Row} */ row) => old.get(JSON.stringify(row)) ?? row);
      slot.replaceChildren();
      draw();
    } catch (error) {
      if (!rows.length) list.replaceChildren();
      slot.replaceChildren(trouble(error, reload));
    } finally {
      el.setAttribute('aria-busy', 'false');
    }
  }

  function draw() {
    const now = shown();
    const ids = new Set(now.map(id));
    for (const one of picked) if (!ids.has(one)) picked.delete(one);
    const here = rows.filter((row) => !leaving.has(id(row)));
    /** @param {string} name */
    const count = (name) => here.filter((row) => row.kind === name).length;
    counted(here.length);
    chips.replaceChildren(
      chip('', t('queue.all'), here.length),
      ...KINDS.filter((one) => count(one) || one === kind).map((one) => chip(one, t(`kind.${one}`), count(one))),
    );
    const focus = focused(list);
    const at = [...list.children].findIndex((child) => child.contains(document.activeElement));
    keyed(list, now, id, line);
    refocus(focus);
    // The row in hand is gone: go on with the one that took its place.
    if (at >= 0 && !list.contains(document.activeElement)) {
      const next = list.children[Math.min(at, list.children.length - 1)]?.querySelector('a.go');
      if (next instanceof HTMLElement) next.focus();
    }
    list.hidden = !now.length;
    if (!slot.querySelector('.problem')) slot.replaceChildren(...(now.length ? [] : [nothing()]));
    select();
  }

  function nothing() {
    if (rows.length > leaving.size) return empty(t('list.none'), t('list.none.text'), h('button', { type: 'button', onclick: clear }, t('list.clear')));
    return empty(t('queue.empty'), t('queue.empty.text'), h('p', {}, h('a', { class: 'button', href: '#/products' }, t('products.add.title'))));
  }

  /** @param {string} name @param {string} label @param {number} amount */
  function chip(name, label, amount) {
    return h(
      'button',
      {
        type: 'button',
        id: `chip-${name || 'all'}`,
        class: 'chip',
        'aria-pressed': String(kind === name),
        onclick: () => {
          kind = name;
          filter({ kind, q: wish });
          draw();
          document.getElementById(`chip-${name || 'all'}`)?.focus();
        },
      },
      label,
      h('span', { class: 'count' }, number(amount)),
    );
  }

  function clear() {
    kind = wish = '';
    const search = document.getElementById('search');
    if (search instanceof HTMLInputElement) search.value = '';
    filter({});
    draw();
  }

  /** @param {Row} row */
  function line(row) {
    const name = id(row);
    const to = ['case', 'refund', 'claim'].includes(row.kind) ? place('cases', shop.id, row.order, row.id) : ours(row) ? place('orders', shop.id, row.order) : place(row.supplier ? 'suppliers' : 'orders');
    const label = row.order_number || row.order || supplier(row.supplier);
    const note = notes.get(name);
    return h(
      'li',
      { class: `row ${row.kind}`, id: `row-${name}` },
      h(
        'label',
        { class: 'pick' },
        h('input', {
          type: 'checkbox',
          id: `pick-${name}`,
          checked: picked.has(name),
          onchange: (/** @type {any} */ event) => {
            if (event.target.checked) picked.add(name);
            else picked.delete(name);
            select();
          },
        }),
        h('span', { class: 'unseen' }, t('queue.pick', { number: label })),
      ),
      h(
        'div',
        { class: 'what' },
        h('a', { class: 'go', id: `go-${name}`, href: to }, label),
        h('span', { class: 'kind' }, t(`kind.${row.kind}`)),
        badge(row.kind, row.state),
      ),
      h(
        'div',
        { class: 'because' },
        h('p', {}, row.reason?.text ?? t(`queue.why.${row.kind}`)),
        row.supplier && row.order && h('span', { class: 'dim' }, supplier(row.supplier)),
        note && h('p', { class: 'note', role: 'alert' }, note),
      ),
      h('div', { class: 'by' }, left(row.due, SINCE.includes(row.kind))),
      h('div', { class: 'sum' }, row.amount || ''),
      h('div', { class: 'do' }, verb(row, to)),
    );
  }

  /** Whether there is an order behind it; a work item may be about one that could not be taken in. @param {Row} row */
  const ours = (row) => row.order && row.reason?.code !== 'item.not_taken';

  /** @param {Row} row @param {string} to */
  function verb(row, to) {
    const name = row.verb ?? 'look';
    const label = word('verb', name === 'open' || name === 'look' ? `${name}.${row.kind}` : name);
    const id_ = `verb-${id(row)}`;
    if (name === 'open' || name === 'look') {
      return h('a', { class: 'button verb', id: id_, href: to, tabindex: 0 }, label);
    }
    return h('button', { type: 'button', id: id_, class: `verb ${name === 'approve' ? 'primary' : ''}`, onclick: () => act(row, name) }, label);
  }

  /** @param {Row} row @param {string} name */
  async function act(row, name) {
    const po = { shop: shop.id, order: row.order, number: row.id, ver: row.ver, total: row.amount };
    notes.delete(id(row));
    if (name === 'reroute') return later([row]);
    const { approve, decide, resolve, settle } = await purchases();
    /** @type {Record<string, () => Promise<boolean>>} */
    const asks = { approve: () => approve(po, row, supplier(row.supplier)), resolve: () => resolve(po, row), settle: () => settle(row, shop.id) };
    let done = false;
    await each(row, async () => {
      done = await (asks[name] ?? (() => decide(name, po, row.order_number)))();
    });
    if (done) gone(row, t(name === 'approve' ? 'done.approve' : 'done.resolve', { number: row.order_number || supplier(row.supplier) }));
    else await reload();
  }

  /** @param {Row} row @param {string} text */
  function gone(row, text) {
    say(text, 'good');
    rows = rows.filter((one) => one !== row);
    draw();
    reload();
  }

  /** Route again in ten seconds, unless taken back. @param {Row[]} some */
  function later(some) {
    for (const row of some) leaving.add(id(row));
    draw();
    const back = () => {
      for (const row of some) leaving.delete(id(row));
    };
    hold(
      t('hold.reroute', { count: number(some.length) }),
      async () => {
        const { rerouted } = await purchases();
        for (const row of some) await each(row, () => rerouted({ shop: shop.id, order: row.order, number: row.id, ver: row.ver }));
        back();
        await reload();
      },
      () => {
        back();
        draw();
      },
      (error) => {
        back();
        slot.replaceChildren(trouble(error));
        reload();
      },
    );
  }

  /** One of several: what is refused says so in its own row. @param {Row} row @param {() => Promise<unknown>} run */
  async function each(row, run) {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const state = error.values.state && word(`state.${row.kind}`, error.values.state);
      notes.set(id(row), [error.detail, state && t('problem.now', { state })].filter(Boolean).join(' '));
      rows = rows.map((one) => (one === row ? { ...row } : one));
      return false;
    }
  }

  function select() {
    const some = shown().filter((row) => picked.has(id(row)));
    bar.hidden = !some.length;
    for (const one of list.children) one.classList.toggle('picked', picked.has(one.id.replace('row-', '')));
    if (!some.length) return bar.replaceChildren();
    const verbs = new Set(some.map((row) => row.verb ?? 'look'));
    const only = verbs.size === 1 ? [...verbs][0] : '';
    const can = BULK.includes(only);
    const sum = sumOf(some.map(({ amount }) => amount));
    bar.replaceChildren(
      h('strong', {}, t('queue.picked', { count: number(some.length) })),
      sum ? h('span', {}, t('queue.sum', { sum })) : '',
      h(
        'button',
        { type: 'button', class: 'primary verb-all', disabled: !can, onclick: () => many(some, only, sum) },
        can ? t('queue.each', { verb: word('verb', only), count: number(some.length) }) : t('queue.each.none'),
      ),
      can ? '' : h('span', { class: 'dim' }, t(verbs.size > 1 ? 'queue.mixed' : 'queue.single')),
      h('button', { type: 'button', class: 'quiet', onclick: drop }, t('act.clear')),
    );
  }

  function drop() {
    picked.clear();
    for (const box of list.querySelectorAll('input')) box.checked = false;
    select();
  }

  /** @param {Row[]} some @param {string} name @param {string} sum */
  async function many(some, name, sum) {
    if (name === 'reroute') return later(some);
    let done = 0;
    const { approved, approveAll } = await purchases();
    await approveAll(some, sum, async () => {
      for (const row of some) {
        const po = { shop: shop.id, order: row.order, number: row.id, ver: row.ver, total: row.amount };
        if (await each(row, () => approved(po))) {
          picked.delete(id(row));
          done += 1;
        }
      }
    });
    if (done) say(t('done.many', { done: number(done), refused: number(some.length - done) }), done === some.length ? 'good' : 'warn');
    await reload();
  }

  reload().then(purchases);
  const keys = walk(list);
  return {
    title: t('queue.title'),
    el,
    keys: {
      ...keys,
      e: () => (picked.size ? bar.querySelector('button')?.click() : keys.e()),
      a: () => {
        for (const box of list.querySelectorAll('input')) if (!box.checked) box.click();
      },
      Escape: () => (picked.size ? drop() : clear()),
    },
    search(text) {
      wish = text;
      filter({ kind, q: wish });
      draw();
    },
    reload,
  };
}
