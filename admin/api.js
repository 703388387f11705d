// @ts-check
/** Talking to the functions: one request with the person's token and language; failures are problem details. */
import { renew, token } from './auth.js';
import { language, t } from './i18n.js';

/** @typedef {import('./i18n.js').Money} Money */
/** @typedef {{code: string, values: Record<string, string>, text: string, beat?: Reason[]}} Reason */
/** @typedef {{id: string, name: string, currency: string, locale: string, timezone: string}} Shop */
/**
 * A thing that waits for a person.
 * @typedef {{kind: string, id: string, order: string, order_number: string, state: string, reason: Reason | null,
 *   amount: string, due: string, supplier?: string, ver: number, verb?: string}} Row
 */

/** A failure: the server's own words in `detail`, what to do about it in `todo`. */
export class Problem extends Error {
  /** @param {number} status @param {{detail?: string, code?: string, values?: Record<string, string>}} [told] */
  constructor(status, told = {}) {
    super(told.code ?? `http.${status}`);
    this.status = status;
    this.code = told.code ?? '';
    this.values = told.values ?? {};
    this.detail = told.detail || t(status ? 'problem.unnamed' : 'problem.offline', { status });
  }

  /** What the person can do now. */
  get todo() {
    const { status } = this;
    if (status === 409) return t('problem.todo.409');
    if (status === 401) return t('problem.todo.401');
    if (status === 403 || status === 404) return t('problem.todo.404');
    return status >= 400 && status < 500 ? t('problem.todo.400') : t('problem.todo.500');
  }

  /** Whether the same request may work when tried again. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * One call of the admin API.
 * @param {string} path
 * @param {unknown} [body] sent as JSON by POST; without it the call is a GET
 * @returns {Promise<any>}
 */
export async function call(path, body) {
  let answer = await send(path, body);
  if (answer.status === 401 && (await renew())) answer = await send(path, body);
  if (answer.ok) return answer.json().catch(() => ({}));
  throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

/** @param {string} path @param {unknown} body */
async function send(path, body) {
  const headers = { Authorization: `Bearer ${await token()}`, 'Accept-Language': language() };
  try {
    return await (body === undefined
      ? fetch(path, { headers })
      : // A held command may leave while the page is being closed.
        fetch(path, {
          method: 'POST',
          keepalive: true,
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }));
  } catch {
    throw new Problem(0);
  }
}

/**
 * A path from its parts, each escaped.
 * @param {...string} parts
 */
export const path = (...parts) => `/api/${parts.map(encodeURIComponent).join('/')}`;

/**
 * The same for one shop.
 * @param {string} shop
 * @param {...string} parts
 */
export const within = (shop, ...parts) => `${path(...parts)}?shop=${encodeURIComponent(shop)}`;

/**
 * The address of a view, each part escaped.
 * @param {...string} parts
 */
export const place = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;
