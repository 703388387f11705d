// @ts-check
/** Parts of a page that are fetched: waiting, then their content, or the failure with a way to try again. */
import { cash, number, t, word } from '../i18n.js';
import { h, nodes } from '../ui.js';
import { focused, refocus, trouble, waiting } from './parts.js';

/** @typedef {import('../ui.js').Kid} Kid */

/**
 * A name with its value, for a description list.
 * @param {string} key
 * @param {...Kid} value
 */
export const pair = (key, ...value) => h('div', {}, h('dt', {}, t(key)), h('dd', {}, ...value));

/** Whole minor units (fen, cents) as money. @param {number} minor @param {string} currency */
function coins(minor, currency) {
  const places = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const digits = String(minor).padStart(places + 1, '0');
  return cash({ currency, amount: places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits });
}

/**
 * What a supplier did in a month, as names with values.
 * @param {any} supplier
 * @returns {[string, string][]}
 */
export const figures = ({ scorecard, currency }) =>
  Object.entries(scorecard.counts).map(([name, value]) => [word('score', name), name.endsWith('_minor') && currency ? coins(value, currency) : number(value)]);

/**
 * A part of a page with its heading.
 * @param {string} title
 * @param {Record<string, string>} props
 * @param {...(Kid | Kid[])} kids
 */
export const block = (title, props, ...kids) => h('section', { ...props, class: `block ${props.class ?? ''}` }, h('h2', {}, title), ...kids);

/**
 * A part of the page that is fetched: waiting, then its content, or the failure with a way to try again. A reload keeps the
 * old content until the new one is here, and the focus on the same thing.
 * @template T
 * @param {() => Promise<T>} fetcher
 * @param {(data: T) => Kid | Kid[]} render
 * @param {string} [title] the page's heading, when it comes with the content
 */
export function panel(fetcher, render, title) {
  /** @param {Node} kid */
  const bare = (kid) => nodes([title && h('h1', { class: 'unseen' }, title), kid]);
  const el = h('div', { class: 'panel', 'aria-busy': 'true' }, ...bare(waiting()));
  let turn = 0;
  let known = '';
  /** @param {boolean} [quiet] by the clock, not by a person: what is the same or being typed in stays untouched */
  async function reload(quiet = false) {
    const mine = ++turn;
    if (!quiet && el.querySelector(':scope > .problem')) el.replaceChildren(...bare(waiting()));
    el.setAttribute('aria-busy', 'true');
    try {
      const data = await fetcher();
      if (mine !== turn) return;
      const told = JSON.stringify(data) ?? '';
      if (quiet && (told === known || el.querySelector('input:focus,textarea:focus,select:focus'))) return;
      known = told;
      const ids = focused(el);
      el.replaceChildren(...nodes([render(data)].flat()));
      refocus(ids);
    } catch (error) {
      if (mine !== turn || (quiet && known)) return;
      known = '';
      el.replaceChildren(...bare(trouble(error, () => reload())));
    } finally {
      if (mine === turn) el.setAttribute('aria-busy', 'false');
    }
  }
  reload();
  return { el, reload };
}

/**
 * A page about one thing: fetched, named by its content, and left for its list by Escape.
 * @template T
 * @param {string} title until the content names it
 * @param {string} back the list's view
 * @param {() => Promise<T>} fetcher
 * @param {(data: T, named: (title: string) => void) => Kid | Kid[]} render
 * @param {Record<string, () => void>} [keys]
 */
export function page(title, back, fetcher, render, keys) {
  /** @param {string} name */
  const named = (name) => {
    title = name;
    document.title = `${name} · ${t('app.name')}`;
  };
  const { el, reload } = panel(fetcher, (data) => render(data, named), title);
  return {
    get title() {
      return title;
    },
    el: h('div', { class: 'view' }, el),
    reload,
    keys: {
      ...keys,
      Escape: () => {
        location.hash = `#/${back}`;
      },
    },
  };
}

// What the API sends at once.
const FIRST_PAGE = 50;

/**
 * A list that is fetched in pages: what is here, and a button for the rest.
 * @template T
 * @param {(after: string) => Promise<{rows: T[], next: string | null}>} fetcher
 * @param {(rows: T[]) => Kid[]} render
 */
export function paged(fetcher, render) {
  /** @type {T[]} */
  let rows = [];
  /** @type {string | null} */
  let next = '';
  const more = h('button', { type: 'button', class: 'more', onclick: () => turn() }, t('list.more'));
  const slot = h('div');
  async function turn() {
    more.disabled = true;
    try {
      const page = await fetcher(next ?? '');
      rows = [...rows, ...page.rows];
      next = page.next;
      slot.replaceChildren();
      show();
    } catch (error) {
      slot.replaceChildren(trouble(error, turn));
    } finally {
      more.disabled = false;
    }
  }
  const list = h('div');
  function show() {
    list.replaceChildren(...nodes(render(rows)));
    more.hidden = next === null;
  }
  const { el, reload } = panel(
    async () => {
      const page = await fetcher('');
      rows = page.rows;
      next = page.next;
      return page;
    },
    () => {
      show();
      return [list, slot, more];
    },
  );
  // Once a person has turned the page, the clock no longer takes them back to the first.
  return { el, show, reload: (quiet = false) => (quiet && rows.length > FIRST_PAGE ? undefined : reload(quiet)) };
}
