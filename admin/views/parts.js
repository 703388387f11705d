// @ts-check
/** Pieces that several views are made of: states, waiting and failing panels, held commands, keys of a list. */
import { Problem } from '../api.js';
import { t, word } from '../i18n.js';
import { h } from '../ui.js';

/** @typedef {import('../api.js').Reason} Reason */
/** @typedef {import('../ui.js').Kid} Kid */
/**
 * What a view gives to the frame: its title, its element, and what it does with keys, a search and a change elsewhere.
 * @typedef {{title: string, el: HTMLElement, keys?: Record<string, () => void>, search?: (wish: string) => void,
 *   reload?: (quiet?: boolean) => void, leave?: () => void}} Screen
 */
/**
 * What the frame gives to a view.
 * @typedef {{shop: import('../api.js').Shop, params: string[], query: URLSearchParams, go: (hash: string) => void,
 *   supplier: (id: string | undefined) => string,
 *   filter: (query: Record<string, string>) => void, counted: (rows: number) => void}} Context
 */

/** @type {Record<string, string>} */
const TONES = {
  ON_HOLD: 'warn', NEEDS_HUMAN: 'bad', UNKNOWN: 'warn', REJECTED: 'bad', FAILED: 'bad', EXCEPTION: 'bad', ATTEMPT_FAILED: 'warn',
  OPEN: 'warn', EVIDENCE_REQUESTED: 'warn', LIABILITY_PROPOSED: 'warn', NEGOTIATING: 'warn', ESCALATED: 'bad', PAYMENT_UNKNOWN: 'warn',
  OUT_OF_STOCK: 'warn', UNAVAILABLE: 'bad', LOW_STOCK: 'warn', EXPIRED: 'warn', PARTIALLY_ACCEPTED: 'warn', WRITTEN_OFF: 'bad',
  SHIPPED: 'good', DELIVERED: 'good', ACTIVE: 'good', SETTLED: 'good', RESOLVED: 'good', COMPLETED: 'good', PAID: 'good',
  BACKORDERED: 'warn', CHANGED: 'warn', ALONE: 'warn', PAUSED: 'bad', AVAILABLE: 'good', ACCEPTED: 'good', AGREED: 'good', SENT: 'good', TOLD: 'good', COLLECTED: 'good',
  SUBMITTED: 'live', ACKNOWLEDGED: 'live', PARTIALLY_SHIPPED: 'live', IN_TRANSIT: 'live', OUT_FOR_DELIVERY: 'live',
  CONFIRMED: 'live', AVAILABLE_FOR_PICKUP: 'live', SUBMITTING: 'live', PAYING: 'live', INFO_RECEIVED: 'live', SENDING: 'live',
};

/**
 * A state as a word in its colour.
 * @param {string} group which state machine: purchase, case …
 * @param {string} state
 */
export const badge = (group, state) => h('span', { class: `badge ${TONES[state] ?? 'idle'}` }, word(`state.${group}`, state));

/**
 * Reasons as sentences, each with the alternatives that it was better than.
 * @param {Reason[] | undefined} list
 * @param {string} [tone]
 */
export const reasons = (list, tone = '') =>
  !!list?.length && h('ul', { class: `why ${tone}` }, list.map((reason) => h('li', {}, reason.text ?? reason.code, ...also(reason))));

/** @param {Reason} reason @returns {Kid[]} */
const also = ({ beat }) => [!!beat?.length && h('p', { class: 'dim' }, t('why.also')), reasons(beat)];

/**
 * Nothing here, and why that is fine or what to do.
 * @param {string} title
 * @param {string} text
 * @param {...Kid} kids
 */
export const empty = (title, text, ...kids) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', {}, text), ...kids);

/**
 * What went wrong, in place, with what to do.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function trouble(error, again) {
  const problem = error instanceof Problem ? error : null;
  if (!problem) console.error(error);
  return h(
    'div',
    { class: 'problem', role: 'alert' },
    h('p', {}, h('strong', {}, problem?.detail ?? t('problem.page'))),
    h('p', {}, problem?.todo ?? t('problem.todo.500')),
    again && (!problem || problem.passing) && h('button', { type: 'button', onclick: again }, t('act.again')),
    problem?.status === 401 && h('button', { type: 'button', onclick: () => dispatchEvent(new Event('daifa:signin')) }, t('signin.go')),
  );
}

/** Grey lines in place of what is coming. */
export const waiting = () =>
  h('div', { class: 'waiting', role: 'status' }, h('span', { class: 'unseen' }, t('page.loading')), h('i'), h('i'), h('i'), h('i'));

/**
 * The ids around the focus, innermost first.
 * @param {Element} root
 */
export function focused(root) {
  const ids = [];
  for (let el = document.activeElement; el && el !== root && root.contains(el); el = el.parentElement) if (el.id) ids.push(el.id);
  return ids;
}

/** @param {string[]} ids */
export function refocus(ids) {
  for (const id of ids) {
    const el = document.getElementById(id);
    el?.focus({ preventScroll: true });
    if (el && document.activeElement === el) return;
  }
}

/** Where short news appear and are read out; the frame puts it on the page. */
export const news = h('div', { class: 'news', role: 'status', 'aria-live': 'polite' });

/**
 * Say something short that goes away by itself.
 * @param {string} text
 * @param {string} [tone]
 */
export function say(text, tone = '') {
  const el = h('p', { class: `toast ${tone}` }, text);
  news.append(el);
  setTimeout(() => el.remove(), 7000);
}

// Long enough to notice a slip, short enough not to keep anybody waiting.
const HOLD_MS = 10_000;

/** @type {{send: () => void, undo: () => void} | null} */
let held = null;

/**
 * Do something in ten seconds unless it is taken back (key z); leaving the page sends it at once. Never for money or words.
 * @param {string} label
 * @param {() => Promise<unknown>} run
 * @param {() => void} undone puts the page back as it was
 * @param {(error: unknown) => void} failed
 */
export function hold(label, run, undone, failed) {
  held?.send();
  const el = h(
    'p',
    { class: 'toast' },
    t('hold.soon', { what: label }),
    h('button', { type: 'button', onclick: () => mine.undo() }, t('act.undo'), h('kbd', {}, 'Z')),
  );
  const end = () => {
    clearTimeout(timer);
    el.remove();
    if (held === mine) held = null;
  };
  const mine = {
    send() {
      end();
      run().catch(failed);
    },
    undo() {
      end();
      undone();
    },
  };
  held = mine;
  news.append(el);
  const timer = setTimeout(mine.send, HOLD_MS);
}

/** Take back what is held, if anything is. */
export const undo = () => held?.undo();

/** Send what is held now. */
export const flush = () => held?.send();

/**
 * The keys of a list whose rows are `.row` with a link `.go`, perhaps a checkbox and a `.verb`.
 * @param {HTMLElement} root
 */
export function walk(root) {
  const links = () => /** @type {HTMLElement[]} */ ([...root.querySelectorAll('.row a.go')]);
  const row = () => document.activeElement?.closest('.row') ?? null;
  /** @param {number} step */
  const move = (step) => {
    const all = links();
    const at = all.findIndex((link) => link.closest('.row') === row());
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.closest('.row')?.scrollIntoView({ block: 'nearest' });
  };
  /** @param {string} what */
  const click = (what) => () => {
    const el = row()?.querySelector(what);
    if (el instanceof HTMLElement) el.click();
    else if (!row()) move(1);
  };
  return { j: () => move(1), k: () => move(-1), x: click('input[type=checkbox]'), e: click('.verb'), o: click('a.go') };
}

/**
 * Whether a row's words hold every word of the wish.
 * @param {string} wish
 * @param {...(string | null | undefined)} words
 */
export function fits(wish, ...words) {
  const all = words.join(' ').toLowerCase();
  return wish
    .toLowerCase()
    .split(/\s+/)
    .every((part) => all.includes(part));
}
