// @ts-check
/** The same thing at other suppliers: what speaks for it, and the person's word that makes it a source. */
import { call, path } from '../api.js';
import { cash, percent, t, when } from '../i18n.js';
import { h } from '../ui.js';
import { block } from './panels.js';
import { badge, reasons, say, trouble } from './parts.js';

/**
 * @param {{product: any, matches: any[]}} data
 * @param {string} shop
 * @param {(id: string) => string} supplier a supplier's name
 * @param {() => Promise<void>} reload
 */
export function matches({ product, matches: found = [] }, shop, supplier, reload) {
  const slot = h('div');
  const at = path('products', product.id, 'matches');
  /** @param {string} where @param {number} ver @param {string} done */
  const send = async (where, ver, done) => {
    slot.replaceChildren();
    try {
      await call(where, { shop, ver });
      say(t(done), 'good');
      await reload();
    } catch (error) {
      slot.replaceChildren(trouble(error));
    }
  };
  /** @param {any} one @param {string} verb @param {string} look */
  const button = (one, verb, look) =>
    h('button', { type: 'button', class: look, id: `${verb}-${one.offer}`, onclick: () => send(`${at}/${encodeURIComponent(one.offer)}/${verb}`, one.ver, `done.match.${verb}`) }, t(`verb.match.${verb}`));
  /** @param {any} one */
  const row = (one) =>
    h(
      'li',
      { class: 'card' },
      h('p', { class: 'spread' }, h('strong', {}, one.url.startsWith('http') ? h('a', { href: one.url, target: '_blank', rel: 'noreferrer noopener' }, one.title) : one.title), badge('match', one.state)),
      h('p', { class: 'dim' }, supplier(one.supplier), ' · ', one.costs.map(cash).join(' – ') || '–', ' · ', t('match.score', { percent: percent(String(one.score)) }), ' · ', when(one.found_at)),
      h('details', {}, h('summary', {}, t('match.why')), reasons(one.reasons)),
      h('div', { class: 'actions' }, one.state !== 'CONFIRMED' && button(one, 'confirm', 'primary'), one.state !== 'DECLINED' && button(one, 'decline', '')),
    );
  return block(
    t('match.title'),
    {},
    h('p', { class: 'dim' }, t(found.length ? 'match.text' : 'match.none')),
    found.length > 0 && h('ul', { class: 'plain' }, found.map(row)),
    slot,
    h('div', { class: 'actions' }, h('button', { type: 'button', id: 'find-matches', onclick: () => send(at, product.ver, 'match.asked') }, t('match.find'))),
  );
}
