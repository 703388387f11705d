// @ts-check
/** How a job for many products begins: products are chosen, or all are meant. */
import { call, place } from '../api.js';
import { number, t } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { trouble } from './parts.js';

/**
 * Boxes to choose products with, and a bar of what can be done to all of them: a job, which shows first what it would do.
 * @param {string} shop
 * @param {HTMLElement} slot where trouble is shown
 */
export function chooser(shop, slot) {
  /** @type {Set<string>} */
  const chosen = new Set();
  const bar = h('div', { class: 'bulk', role: 'group', 'aria-label': t('bulk.title'), hidden: true });
  /** @param {string} kind */
  function go(kind) {
    const wish = { kind, products: [...chosen] };
    if (kind !== 'price') return begin(shop, wish).catch((error) => slot.replaceChildren(trouble(error)));
    return ask({
      title: t('verb.bulk.price'),
      body: [
        h('p', {}, t('bulk.markup.text')),
        h('label', { for: 'markup' }, t('products.markup')),
        h('input', { id: 'markup', name: 'markup', inputmode: 'decimal', pattern: '[0-9]+([.][0-9]+)?', required: true, autocomplete: 'off' }),
      ],
      ok: t('bulk.preview'),
      send: (form) => begin(shop, { ...wish, markup: String(form.get('markup')) }),
    });
  }
  /** @param {string} product @param {string} name */
  const pick = (product, name) =>
    h(
      'label',
      { class: 'pick' },
      h('input', {
        type: 'checkbox',
        checked: chosen.has(product),
        'aria-label': t('bulk.pick', { name }),
        onchange: (/** @type {any} */ event) => {
          chosen[event.target.checked ? 'add' : 'delete'](product);
          bar.hidden = !chosen.size;
          bar.replaceChildren(
            h('span', {}, t('bulk.chosen', { count: number(chosen.size) })),
            ...['list', 'unlist', 'price'].map((kind) => h('button', { type: 'button', id: `bulk-${kind}`, onclick: () => go(kind) }, t(`verb.bulk.${kind}`))),
          );
        },
      }),
    );
  return { bar, pick };
}

/**
 * Begin a job and go and watch it.
 * @param {string} shop
 * @param {Record<string, unknown>} wish
 */
export async function begin(shop, wish) {
  const { bulk } = await call('/api/bulk', { shop, ...wish });
  location.hash = place('bulk', shop, bulk.id);
}
