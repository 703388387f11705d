// @ts-check
/** V6 · Suppliers: whether purchases go there, what they did this month, and the switch that stops it all. */
import { call, place, within } from '../api.js';
import { t, when, word } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { figures, panel } from './panels.js';
import { badge, empty, fits, say } from './parts.js';

/**
 * @typedef {{id: string, name: string, adapter: string, paused: string, trouble: string, open_until: string, ver: number,
 *   currency?: string, scorecard: {month: string, counts: Record<string, number>}}} Supplier
 */

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export function view({ shop, query, filter }) {
  let wish = query.get('q') ?? '';
  /** @type {Supplier[]} */
  let rows = [];
  const list = h('ul', { class: 'plain' });
  const { el: body, reload } = panel(
    async () => ({ rows } = await call(within(shop.id, 'suppliers'))),
    () => {
      show();
      return rows.length ? list : empty(t('suppliers.empty'), t('suppliers.empty.text'));
    },
  );
  const show = () => list.replaceChildren(...rows.filter((one) => !wish || fits(wish, one.id, one.name, one.adapter)).map(row));

  /** @param {Supplier} one */
  function row(one) {
    const paused = one.paused === 'True';
    // A pause that is over ends with the next purchase; until then nobody waits for it.
    const alone = Boolean(one.open_until) && new Date(one.open_until) > new Date();
    /** @param {string} verb @param {string} look */
    const button = (verb, look) =>
      h('button', { type: 'button', class: look, id: `${verb}-${one.id}`, 'aria-label': `${word('verb', verb)} ${one.name}`, onclick: () => turn(one, verb) }, word('verb', verb));
    return h(
      'li',
      { class: 'card' },
      h('header', {}, h('h2', {}, one.name), badge('supplier', paused ? 'PAUSED' : alone ? 'ALONE' : 'ACTIVE'), h('span', { class: 'dim code' }, one.adapter)),
      alone && h('p', { class: 'note' }, t('supplier.alone'), ' ', when(one.open_until), one.trouble && ` (${one.trouble})`),
      h('p', { class: 'dim' }, figures(one).map((pair) => pair.join(' ')).join(' · ') || t('case.score.none')),
      h('div', { class: 'actions' }, (paused || alone) && button('resume', 'primary'), !paused && button('pause', ''), h('a', { class: 'button', id: `keeping-${one.id}`, 'aria-label': `${t('settings.keep')} ${one.name}`, href: place('settings', shop.id, one.id) }, t('settings.keep'))),
    );
  }

  /** @param {Supplier} one @param {string} verb */
  async function turn(one, verb) {
    const values = { name: one.name };
    const was = await ask({
      title: t(`supplier.title.${verb}`, values),
      body: [h('p', {}, t(`supplier.text.${verb}`, values))],
      ok: word('verb', verb),
      tone: verb === 'pause' ? 'danger' : '',
      send: () => call(within(shop.id, 'suppliers', one.id, verb), { ver: one.ver }),
    });
    if (was) say(t(`supplier.done.${verb}`, values), 'good');
    reload();
  }

  return {
    title: t('suppliers.title'),
    el: h('div', { class: 'view' }, h('div', { class: 'head' }, h('h1', {}, t('suppliers.title'))), body),
    search(text) {
      wish = text;
      filter({ q: wish });
      show();
    },
    reload,
  };
}
