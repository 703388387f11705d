// @ts-check
/** Words, numbers, money and time in the reader's language and the shop's time zone. */
import { h } from './ui.js';

const KEY = 'daifa.language';

/** @type {Record<string, string>} */
let words = {};
let locale = 'zh-CN';
let zone = 'Asia/Shanghai';

/** The language in use, as a tag that Intl and Accept-Language understand. */
export const language = () => locale;

/**
 * Load the chosen language, or the one nearest to the browser's wish.
 * @param {string[]} offered
 * @param {string} [wish]
 */
export async function speak(offered, wish) {
  const wishes = [wish ?? localStorage.getItem(KEY) ?? '', ...navigator.languages];
  const near = wishes.map((tag) => offered.find((one) => tag && one.split('-')[0] === tag.split('-')[0])).find(Boolean);
  const chosen = near ?? offered[0] ?? 'zh-CN';
  const answer = await fetch(`lang/${chosen}.json`);
  if (!answer.ok) throw new Error(`lang/${chosen}.json: ${answer.status}`);
  words = await answer.json();
  locale = chosen;
  if (wish) localStorage.setItem(KEY, chosen);
  document.documentElement.lang = chosen;
}

/** @param {string} name */
export function setZone(name) {
  zone = name;
}

/**
 * The sentence with its values; an unknown key shows itself.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/**
 * The word for a state or another name from a closed list; a name we have no word for shows itself.
 * @param {string} group
 * @param {string} name
 */
export function word(group, name) {
  return words[`${group}.${name}`] ?? name;
}

/** @param {Intl.DateTimeFormatOptions} options */
const clock = (options) => new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });

/**
 * A moment, short: the time today, else day and time; the full one with its zone on hover.
 * @param {string} iso
 */
export function when(iso) {
  const date = new Date(iso);
  const day = clock({ year: 'numeric', month: 'numeric', day: 'numeric' });
  const today = day.format(date) === day.format(new Date());
  const time = clock({ hour: '2-digit', minute: '2-digit' }).format(date);
  const year = clock({ year: 'numeric' });
  const far = year.format(date) !== year.format(new Date());
  const text = today
    ? time
    : clock({ ...(far ? { year: 'numeric' } : {}), month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(date);
  const title = clock({ dateStyle: 'full', timeStyle: 'long' }).format(date);
  return h('time', { datetime: iso, title }, today ? t('time.today', { time }) : text);
}

/**
 * How long a span is, in its largest sensible unit.
 * @param {number} ms
 */
export function span(ms) {
  const minutes = Math.max(0, Math.round(Math.abs(ms) / 60000));
  const [value, unit] =
    minutes < 90 ? [minutes, 'minute'] : minutes < 48 * 60 ? [Math.round(minutes / 60), 'hour'] : [Math.round(minutes / 1440), 'day'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/**
 * Time left until a moment, or gone since; the element keeps itself right (see `tick`).
 * @param {string} iso
 * @param {boolean} [since] the moment is no deadline: somebody has been waiting since then
 */
export function left(iso, since = false) {
  const el = h('time', { datetime: iso, class: `left ${since ? 'since' : ''}`, title: clock({ dateStyle: 'full', timeStyle: 'short' }).format(new Date(iso)) });
  age(el);
  return el;
}

/** @param {Element} el */
function age(el) {
  const ms = new Date(el.getAttribute('datetime') ?? '').getTime() - Date.now();
  const since = el.classList.contains('since');
  el.textContent = t(since ? 'time.since' : ms < 0 ? 'time.over' : 'time.left', { time: span(ms) });
  el.classList.toggle('over', ms < 0 && !since);
  el.classList.toggle('soon', ms >= 0 && ms < 2 * 3600 * 1000);
}

/** Let every "time left" on the page tell the truth again. */
export function tick() {
  for (const el of document.querySelectorAll('time.left')) age(el);
}

/**
 * A share such as 0.35 as "35%".
 * @param {string | number} share
 */
export function percent(share) {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(Number(share));
}

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(locale).format(value);

/** @typedef {{amount: string, currency: string, text?: string}} Money */

/**
 * Money as text; null shows a dash.
 * @param {Money | null | undefined} money
 */
export function cash(money) {
  if (!money) return '–';
  const style = { style: /** @type {const} */ ('currency'), currency: money.currency, currencyDisplay: 'narrowSymbol' };
  try {
    // A decimal's text goes to Intl as it is: no float is made of money.
    return new Intl.NumberFormat(locale, /** @type {any} */ (style)).format(/** @type {any} */ (money.amount));
  } catch {
    return money.text ?? `${money.currency} ${money.amount}`;
  }
}

/**
 * Sums per currency, exact to a millionth; `sign` -1 takes away.
 * @param {{money: Money | null | undefined, sign?: number}[]} parts
 * @returns {Money[]}
 */
export function sums(parts) {
  /** @type {Map<string, bigint>} */
  const found = new Map();
  for (const { money, sign = 1 } of parts) {
    const read = /^(-?)(\d+)(?:\.(\d+))?$/.exec(money?.amount ?? '');
    if (!money || !read) continue;
    const micro = BigInt(read[2] + (read[3] ?? '').padEnd(6, '0').slice(0, 6)) * BigInt(read[1] ? -sign : sign);
    found.set(money.currency, (found.get(money.currency) ?? 0n) + micro);
  }
  return [...found].map(([currency, micro]) => {
    const digits = String(micro < 0n ? -micro : micro).padStart(7, '0');
    return { currency, amount: `${micro < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}` };
  });
}

// The other way round of the text that money is shown as in summaries.
/** @type {Record<string, string>} */
const SIGNS = { '¥': 'CNY', $: 'USD', '€': 'EUR', '£': 'GBP' };

/**
 * Money from a summary's text such as "¥1,412.00" or "HKD 12.00"; null when it is none.
 * @param {string} text
 */
export function read(text) {
  const found = /^(-?)([A-Z]{3} |\D)?([\d,]+(?:\.\d+)?)$/.exec(text);
  if (!found) return null;
  const sign = (found[2] ?? '').trim();
  return { amount: found[1] + found[3].replaceAll(',', ''), currency: SIGNS[sign] ?? sign };
}

/**
 * The sum of several texts of money; '' when there is nothing to add.
 * @param {string[]} texts
 */
export const sumOf = (texts) => sums(texts.map((text) => ({ money: read(text) }))).map(cash).join(' + ');
