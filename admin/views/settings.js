// @ts-check
/** V9 · Settings: how a supplier's offers are kept true, and how the shop prices; each is one form that is sent whole. */
import { call, path, place, Problem, within } from '../api.js';
import { t, word } from '../i18n.js';
import { h } from '../ui.js';
import { block, page } from './panels.js';
import { say, trouble } from './parts.js';
import { history } from './timeline.js';

/** @typedef {import('../ui.js').Kid} Kid */
/** @typedef {{kind: string, action: string, usual: string}} Rule */

// The API names the action of a kind so, too; a jump of the price is a kind and a bound.
const ACTION = 'actions.';

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export const view = ({ shop, params: [, supplier] }) =>
  supplier
    ? settings('suppliers', within(shop.id, 'keeping', supplier), 'settings.keeping', rules, kept)
    : settings('products', path('pricing', shop.id), 'settings.pricing', prices, priced);

/**
 * A page of settings.
 * @param {'suppliers' | 'products'} back the list that leads here
 * @param {string} at where they are read and written
 * @param {string} name the title's key
 * @param {(it: any) => Kid[]} fields
 * @param {(form: FormData) => Record<string, unknown>} body what is sent beside the version that was seen
 * @returns {import('./parts.js').Screen}
 */
function settings(back, at, name, fields, body) {
  const slot = h('div');
  const told = history();
  // Not read again by the clock: what was typed would be gone.
  const { reload, ...screen } = page(t('settings.title'), back, () => call(at), draw);

  /** @param {any} it @param {(title: string) => void} named */
  function draw(it, named) {
    const title = t(name, { name: it.name });
    named(title);
    const form = h(
      'form',
      {
        class: 'block',
        onsubmit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          slot.replaceChildren();
          try {
            const { bulk } = await call(at, { ver: it.ver, ...body(new FormData(form)) });
            // Other prices are seen before they hold.
            if (bulk) location.hash = place('bulk', bulk.shop, bulk.id);
            else {
              say(t('settings.saved'), 'good');
              await reload();
            }
          } catch (error) {
            const problem = error instanceof Problem ? error : null;
            if (problem?.status === 409) await reload();
            slot.replaceChildren(trouble(error));
            const wrong = problem?.values.field ?? '';
            const input = form.elements.namedItem(wrong) ?? form.elements.namedItem(wrong.split('.')[0]);
            if (input instanceof HTMLElement) input.focus();
          }
        },
      },
      ...fields(it),
      slot,
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, t('settings.save')), h('a', { class: 'button', href: `#/${back}` }, t('act.back'))),
    );
    return [h('div', { class: 'head' }, h('p', { class: 'crumb' }, h('a', { href: `#/${back}` }, t(`${back}.title`))), h('h1', {}, title)), form, block(t('settings.history'), {}, told(it.facts))];
  }

  return screen;
}

/**
 * A field with one sentence about it.
 * @param {string} name
 * @param {HTMLElement} input
 * @param {string} text
 */
function field(name, input, text, label = word('setting', name)) {
  const told = h('p', { class: 'dim', id: `about-${name}` }, text);
  for (const [key, value] of Object.entries({ name, id: name, 'aria-describedby': told.id })) input.setAttribute(key, value);
  return h('div', {}, h('label', { for: name }, label), input, told);
}

/** A decimal, with so many places at the most. @param {string} name @param {string | number} value @param {number} places @param {boolean} [required] */
const decimal = (name, value, places, required = true) =>
  field(name, h('input', { value, required, inputmode: 'decimal', autocomplete: 'off', pattern: `[0-9]+${places ? `([.][0-9]{1,${places}})?` : ''}` }), word('setting.text', name));

// Shares are sent as parts of one and shown as percent, to a hundredth of a percent.
/** @param {string} part */
const percent = (part) => String(Number((Number(part) * 100).toFixed(2)));
/** @param {FormDataEntryValue | null} text */
const part = (text) => (Number(text) / 100).toFixed(4);

/** @param {{rules: Rule[], actions: string[], price_jump: string, looks_per_hour: number, sheet_days: number}} it */
const rules = ({ rules, actions, price_jump, looks_per_hour, sheet_days }) => [
  h('h2', {}, t('settings.actions')),
  h('div', { class: 'two' }, rules.map((rule) => choice(rule, actions))),
  h('h2', {}, t('settings.looks')),
  h('div', { class: 'two' }, decimal('price_jump', percent(price_jump), 2), decimal('looks_per_hour', looks_per_hour, 0), decimal('sheet_days', sheet_days, 0)),
];

/** What one kind of change calls for. @param {Rule} rule @param {string[]} actions */
function choice({ kind, action, usual }, actions) {
  const box = h(
    'select',
    { onchange: () => told?.replaceChildren(word('action.text', box.value)) },
    actions.map((one) => h('option', { value: one, selected: one === action }, one === usual ? t('settings.usual', { action: word('action', one) }) : word('action', one))),
  );
  const el = field(ACTION + kind, box, word('action.text', action), word('change', kind));
  const told = el.querySelector('p');
  return el;
}

/** @param {FormData} form */
function kept(form) {
  const { price_jump, looks_per_hour, sheet_days, ...kinds } = Object.fromEntries(form);
  const actions = Object.fromEntries(Object.entries(kinds).map(([name, action]) => [name.replace(ACTION, ''), action]));
  return { actions, price_jump: part(price_jump), looks_per_hour: Number(looks_per_hour), sheet_days: Number(sheet_days) };
}

/** @param {any} it */
const prices = (it) => [
  h('p', { class: 'dim' }, t('settings.pricing.text', { currency: it.currency })),
  h(
    'div',
    { class: 'two' },
    decimal('markup', it.markup, 4),
    decimal('margin_floor', percent(it.margin_floor), 2),
    decimal('fee_share', percent(it.fee_share), 2),
    decimal('fee_fixed', it.fee_fixed, 3),
    decimal('ending', it.ending ?? '', 3, false),
    decimal('price_buffer', it.price_buffer, 2),
  ),
  h('h2', {}, t('settings.rates')),
  h(
    'div',
    { class: 'two' },
    field('rates', h('textarea', { rows: 3, spellcheck: 'false', placeholder: 'USD 7.1' }, Object.entries(it.rates).map((pair) => pair.join(' ')).join('\n')), t('settings.rates.text', { currency: it.currency })),
    field('rates_on', h('input', { type: 'date', value: it.rates_on }), word('setting.text', 'rates_on')),
    decimal('rates_days', it.rates_days, 0),
  ),
];

/** @param {FormData} form */
function priced(form) {
  const { margin_floor, fee_share, ending, rates, rates_on, rates_days, ...rest } = Object.fromEntries(form);
  // A line without a rate goes to the server as it is, which says what is wrong with it.
  const lines = String(rates).split('\n').map((line) => line.trim().split(/[\s=:]+/)).filter(([code]) => code);
  return {
    ...rest,
    margin_floor: part(margin_floor),
    fee_share: part(fee_share),
    ending: ending || null,
    rates: Object.fromEntries(lines.map(([code, rate = '']) => [code.toUpperCase(), rate])),
    rates_on: rates_on || null,
    rates_days: Number(rates_days),
  };
}
