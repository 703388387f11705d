// @ts-check
/** V2 · All orders of a shop, newest first, fifty at a time. */
import { call, place } from '../api.js';
import { number, t, when } from '../i18n.js';
import { h } from '../ui.js';
import { paged } from './panels.js';
import { badge, empty, fits, walk } from './parts.js';

/** @typedef {{order: string, number: string, state: string, placed_at: string, total: string, lines: number, title: string}} Line */

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export function view({ shop, query, filter }) {
  let wish = query.get('q') ?? '';

  /** @param {Line} row */
  const line = (row) =>
    h(
      'tr',
      { class: 'row' },
      h('th', { scope: 'row' }, h('a', { class: 'go', id: `go-${row.order}`, href: place('orders', shop.id, row.order) }, row.number)),
      h('td', { class: 'grow' }, row.title, row.lines > 1 && h('span', { class: 'dim' }, t('orders.more', { count: number(row.lines - 1) }))),
      h('td', {}, badge('order', row.state)),
      h('td', { class: 'dim' }, when(row.placed_at)),
      h('td', { class: 'num' }, row.total),
    );

  const list = paged(
    (after) => call(`/api/orders?${new URLSearchParams({ shop: shop.id, ...(after && { after }) })}`),
    (/** @type {Line[]} */ rows) => {
      if (!rows.length) return [empty(t('orders.empty'), t('orders.empty.text'))];
      const fit = rows.filter((row) => !wish || fits(wish, row.number, row.order, row.title, row.total));
      if (!fit.length) return [empty(t('list.none'), t('list.none.page'))];
      const heads = ['number', 'goods', 'state', 'placed', 'total'];
      return [
        h(
          'table',
          { class: 'list orders' },
          h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col', class: head === 'total' ? 'num' : '' }, t(`orders.${head}`))))),
          h('tbody', {}, fit.map(line)),
        ),
      ];
    },
  );
  const el = h('div', { class: 'view' }, h('div', { class: 'head' }, h('h1', {}, t('orders.title'))), list.el);
  return {
    title: t('orders.title'),
    el,
    keys: walk(el),
    search(text) {
      wish = text;
      filter({ q: wish });
      list.show();
    },
    reload: list.reload,
  };
}
