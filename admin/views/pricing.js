// @ts-check
/** Pricing one product: by its own markup and lowest price, seen first where customers know it, and taken back. */
import { call } from '../api.js';
import { cash, percent, t } from '../i18n.js';
import { h } from '../ui.js';
import { say } from './parts.js';

/**
 * @param {{ at: string, shop: string, it: any, slot: HTMLElement, run: (verb: string, told: Record<string, unknown>) => Promise<void>, failed: (error: unknown) => Promise<void>, reload: () => Promise<unknown> }} where
 */
export function pricing({ at, shop, it, slot, run, failed, reload }) {
  /** @param {string} id @param {string} placeholder */
  const amount = (id, placeholder) => h('input', { id, name: id, inputmode: 'decimal', pattern: '[0-9]+([.][0-9]+)?', autocomplete: 'off', placeholder, 'aria-describedby': `${id}-text` });
  const markup = amount('markup', it.markup ?? t('products.markup.own'));
  const least = amount('least', it.least_price ? cash(it.least_price) : t('products.least.none'));
  /** What customers know is priced only to what was seen, and can be taken back. @param {Record<string, unknown>} told @param {any} now */
  const preview = async (told, now) => {
    try {
      const { product: made } = await call(`${at}/price`, { shop, ver: now.ver, preview: true, ...told });
      const before = new Map(now.variants.map((/** @type {any} */ one) => [one.id, one]));
      const moved = made.variants.filter((/** @type {any} */ one) => one.price?.amount !== before.get(one.id)?.price?.amount);
      const apply = async () => {
        const prices = Object.fromEntries(made.variants.filter((/** @type {any} */ one) => one.price).map((/** @type {any} */ one) => [one.id, one.price.amount]));
        const { product: kept } = await call(`${at}/price`, { shop, ver: now.ver, prices, ...told });
        say(t('done.price', { number: it.title }), 'good');
        const old = { markup: now.markup ?? 0, least: now.least_price?.amount ?? 0 };
        await reload();
        slot.replaceChildren(h('div', { class: 'actions' }, h('button', { type: 'button', id: 'undo', onclick: () => preview(old, kept) }, t('verb.undo_price'))));
      };
      slot.replaceChildren(
        h('h3', {}, t('products.new_prices')),
        moved.length
          ? h('table', { class: 'inner' }, h('tbody', {}, moved.map((/** @type {any} */ one) => h('tr', {}, h('th', { scope: 'row', class: 'grow' }, Object.values(one.options).join(' / ') || it.title), h('td', { class: 'num' }, cash(before.get(one.id)?.price), ' → ', h('strong', {}, cash(one.price))), h('td', { class: 'num' }, one.margin == null ? '–' : percent(one.margin))))))
          : h('p', { class: 'dim' }, t('products.new_prices.none')),
        h('div', { class: 'actions' }, h('button', { type: 'button', id: 'apply', class: 'primary', onclick: () => apply().catch(failed) }, t('verb.apply_price')), h('button', { type: 'button', class: 'quiet', onclick: () => slot.replaceChildren() }, t('act.back'))),
      );
      slot.querySelector('button')?.focus();
    } catch (error) {
      await failed(error);
    }
  };
  return h(
    'form',
    {
      class: 'price',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const told = Object.fromEntries([markup, least].map((input) => [input.name, input.value.trim()]).filter(([, value]) => value));
        return it.state === 'DRAFT' ? run('price', told) : preview(told, it);
      },
    },
    h('label', { for: 'markup' }, t('products.markup')),
    markup,
    h('p', { class: 'dim', id: 'markup-text' }, t('products.markup.text')),
    h('label', { for: 'least' }, t('products.least')),
    h('div', { class: 'add-row' }, least, h('button', { id: 'price' }, t('verb.price'))),
    h('p', { class: 'dim', id: 'least-text' }, t('products.least.text')),
  );
}
