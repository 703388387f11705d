// @ts-check
/** V7 · One job for many products: what it would do is seen first, then it is watched, stopped, or taken back. */
import { call, path, place, within } from '../api.js';
import { cash, number, percent, t, when } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { begin } from './choose.js';
import { paged, panel } from './panels.js';
import { badge, empty, reasons, say, trouble, walk } from './parts.js';

const WORKING = ['PREPARING', 'RUNNING', 'UNDOING'];
// What a person may say of a job in this state, the likely word first.
const VERBS = /** @type {Record<string, string[]>} */ ({
  PREPARING: ['stop'], READY: ['apply', 'stop'], RUNNING: ['stop'], DONE: ['undo'], STOPPED: ['undo'], UNDOING: ['stop'],
});
const SETTLED = ['DONE', 'SKIPPED', 'FAILED', 'UNDONE'];
const WATCH_MS = 2000;

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export const view = (context) => (context.params.length > 1 ? detail(context) : list(context));

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function list({ shop }) {
  const slot = h('div');
  const ofSuppliers = panel(
    () => call(within(shop.id, 'suppliers')),
    ({ rows }) => {
      const searched = rows.filter((/** @type {any} */ row) => row.searched);
      return [sheets(shop.id, rows, slot), searched.length > 0 && searching(shop.id, searched, slot)];
    },
  );
  /** @param {string} kind */
  const button = (kind) =>
    h('button', { type: 'button', id: `begin-${kind}`, onclick: () => begin(shop.id, { kind }).catch((error) => slot.replaceChildren(trouble(error))) }, t(`bulk.begin.${kind}`));
  const rows = paged(
    (after) => call(`/api/bulk?${new URLSearchParams({ shop: shop.id, ...(after && { after }) })}`),
    (/** @type {any[]} */ found) => {
      if (!found.length) return [empty(t('bulk.empty'), t('bulk.empty.text'))];
      return [table(['kind', 'state', 'total', 'left', 'failed', 'created'], found.map((row) => line(row, shop.id)))];
    },
  );
  const el = h(
    'div',
    { class: 'view' },
    h('div', { class: 'head' }, h('h1', {}, t('bulk.title'))),
    h('div', { class: 'add' }, importing(shop.id, slot), ofSuppliers.el, h('p', {}, t('bulk.all')), h('div', { class: 'actions' }, button('list'), button('unlist')), h('p', { class: 'dim' }, t('bulk.all.text')), slot),
    rows.el,
  );
  return { title: t('bulk.title'), el, keys: walk(el), reload: rows.reload };
}

/** The form that a catalogue is imported by. @param {string} shop @param {HTMLElement} slot */
function importing(shop, slot) {
  const address = h('input', { id: 'source', name: 'source', type: 'url', required: true, placeholder: 'https://', 'aria-describedby': 'source-hint' });
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    begin(shop, { kind: 'import', source: { address: address.value.trim() } }).catch((error) => slot.replaceChildren(trouble(error)));
  };
  return h(
    'form',
    { class: 'price', onsubmit: send },
    h('label', { for: 'source' }, t('bulk.source')),
    h('div', { class: 'add-row' }, address, h('button', { id: 'begin-import' }, t('bulk.begin.import'))),
    h('p', { class: 'dim', id: 'source-hint' }, t('bulk.source.text')),
  );
}

/** The form that offers are found by. @param {string} shop @param {{id: string, name: string}[]} suppliers @param {HTMLElement} slot */
function searching(shop, suppliers, slot) {
  const words = h('input', { id: 'words', name: 'words', required: true, maxlength: 100, 'aria-describedby': 'words-hint' });
  const account = h('select', { id: 'account', name: 'account', 'aria-label': t('bulk.account') }, suppliers.map(({ id, name }) => h('option', { value: id }, name)));
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    begin(shop, { kind: 'import', source: { words: words.value.trim(), supplier: account.value } }).catch((error) => slot.replaceChildren(trouble(error)));
  };
  return h(
    'form',
    { class: 'price', onsubmit: send },
    h('label', { for: 'words' }, t('bulk.words')),
    h('div', { class: 'add-row three' }, words, account, h('button', { id: 'begin-words' }, t('bulk.begin.words'))),
    h('p', { class: 'dim', id: 'words-hint' }, t('bulk.words.text')),
  );
}

/** The form that a sheet is imported by: links, or what one supplier sells. @param {string} shop @param {{id: string, name: string}[]} suppliers @param {HTMLElement} slot */
function sheets(shop, suppliers, slot) {
  const hint = h('p', { class: 'dim', id: 'sheet-hint' }, t('bulk.sheet.text'));
  const whose = h(
    'select',
    { id: 'whose', name: 'whose', 'aria-label': t('bulk.whose'), 'aria-describedby': 'sheet-hint', onchange: () => hint.replaceChildren(t(whose.value ? 'bulk.sheet.list' : 'bulk.sheet.text')) },
    h('option', { value: '' }, t('bulk.whose.links')),
    suppliers.map(({ id, name }) => h('option', { value: id }, t('bulk.whose.list', { supplier: name }))),
  );
  const file = h('input', { id: 'sheet', name: 'sheet', type: 'file', required: true, accept: '.csv,.xlsx', 'aria-describedby': 'sheet-hint' });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const chosen = /** @type {File} */ (file.files?.[0]);
      const bytes = new Uint8Array(await chosen.arrayBuffer());
      let text = '';
      for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
      await begin(shop, { kind: 'import', sheet: btoa(text), ...(whose.value && { source: { supplier: whose.value } }) });
    } catch (error) {
      slot.replaceChildren(trouble(error));
    }
  };
  return h(
    'form',
    { class: 'price', onsubmit: send },
    h('label', { for: 'sheet' }, t('bulk.sheet')),
    h('div', { class: 'add-row three' }, file, whose, h('button', { id: 'begin-sheet' }, t('bulk.begin.sheet'))),
    hint,
  );
}

/** @param {any} row @param {string} shop */
const line = (row, shop) =>
  h(
    'tr',
    { class: 'row' },
    h('th', { scope: 'row', class: 'grow' }, h('a', { class: 'go', id: `go-${row.bulk}`, href: place('bulk', shop, row.bulk) }, t(`bulk.kind.${row.kind}`))),
    h('td', {}, badge('bulk', row.state)),
    h('td', { class: 'num' }, number(row.total)),
    h('td', { class: 'num' }, number(row.left)),
    h('td', { class: row.failed ? 'num warn-text' : 'num' }, number(row.failed)),
    h('td', { class: 'dim' }, when(row.created_at)),
  );

/** @param {string[]} heads @param {HTMLElement[]} rows */
const table = (heads, rows) =>
  h(
    'table',
    { class: `list jobs-of ${heads.includes('total') ? 'overview' : ''}` },
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col', class: ['total', 'left', 'failed'].includes(head) ? 'num' : '' }, t(`bulk.${head}`))))),
    h('tbody', {}, rows),
  );

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function detail({ shop, params }) {
  const at = path('bulk', params[1]);
  /** @param {string} part */
  const fetch = (part) => call(`${at}?${new URLSearchParams({ shop: shop.id, part })}`);
  let state = '';
  const { el: head, reload } = panel(() => fetch('0'), draw, t('bulk.title'));
  const items = paged(
    async (after) => {
      const { items: rows, next } = await fetch(after || '0');
      return { rows, next: next === null ? null : String(next) };
    },
    (/** @type {any[]} */ rows) => [rows.length > 0 && table(['product', 'state', 'what'], rows.map((row) => item(row, shop.id)))],
  );
  const el = h('div', { class: 'view' }, head, items.el);

  /** @param {{bulk: any}} data */
  function draw({ bulk: it }) {
    const title = t(`bulk.kind.${it.kind}`);
    document.title = `${title} · ${t('app.name')}`;
    // What became of the products is shown when the job came to rest, and now and then before.
    if (state && state !== it.state) items.reload();
    state = it.state;
    const total = Object.values(it.counts).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one, 0);
    const done = it.state === 'PREPARING' ? it.part * (total / (it.parts || 1)) : SETTLED.reduce((sum, name) => sum + (it.counts[name] ?? 0), 0);
    return [
      h('div', { class: 'head' }, h('p', { class: 'crumb' }, h('a', { href: '#/bulk' }, t('bulk.title'))), h('h1', {}, title), badge('bulk', it.state)),
      it.error && h('p', { class: 'note', role: 'alert' }, it.error.text),
      WORKING.includes(it.state) && h('progress', { max: total || 1, value: done, 'aria-label': t('bulk.progress') }),
      h('p', {}, Object.entries(it.counts).map(([name, many]) => h('span', {}, badge('bulk_item', name), ` ${number(many)} `))),
      it.state === 'READY' && h('p', { class: 'dim' }, t('bulk.ready')),
      h('div', { class: 'actions' }, (VERBS[it.state] ?? []).map((verb, at_) => h('button', { type: 'button', id: `bulk-${verb}`, class: at_ || verb !== 'apply' ? '' : 'primary', onclick: () => turn(it, verb, total) }, t(`verb.bulk.${verb}`)))),
    ];
  }

  // A job at work is looked at often; one that rests, as often as every page.
  const watch = setInterval(() => WORKING.includes(state) && document.visibilityState === 'visible' && reload(true), WATCH_MS);

  /** @param {any} it @param {string} verb @param {number} total */
  async function turn(it, verb, total) {
    const many = { count: number((verb === 'apply' ? it.counts.WAITING : it.counts.DONE) ?? total) };
    const was = await ask({
      title: t(`bulk.ask.${verb}`, many),
      body: [h('p', {}, t(`bulk.text.${verb}`, many))],
      ok: t(`verb.bulk.${verb}`),
      tone: verb === 'apply' ? '' : 'danger',
      send: () => call(`${at}/${verb}`, { shop: shop.id, ver: it.ver }),
    });
    if (was) say(t(`bulk.done.${verb}`), 'good');
    reload();
  }

  return {
    title: t('bulk.title'),
    el,
    reload: (quiet) => {
      reload(quiet);
      items.reload(quiet);
    },
    leave: () => clearInterval(watch),
  };
}

/** @param {any} row @param {string} shop */
const item = (row, shop) =>
  h(
    'tr',
    { class: 'row' },
    h('th', { scope: 'row' }, known(row, shop)),
    h('td', {}, badge('bulk_item', row.state)),
    h('td', { class: 'grow' }, row.changes.map((/** @type {any} */ one) => h('p', {}, one.shown, ' ', h('span', { class: 'dim' }, cash(one.old), ' → '), h('strong', {}, cash(one.new)), one.margin != null && h('span', { class: 'margin' }, percent(one.margin)))), reasons(row.why)),
  );

/** A product by its name, as a link once there is one. @param {any} row @param {string} shop */
function known(row, shop) {
  const product = row.product ?? (row.name.includes(':') ? null : row.name);
  const name = row.title || row.name;
  return product ? h('a', { class: 'go', href: place('products', shop, product) }, name) : h('span', { class: 'url' }, name);
}
