// @ts-check
/**
 * Sign-in at the issuer's own page: authorization code with PKCE (RFC 7636, S256).
 * Tokens live in this module's memory and nowhere else; between leaving and coming back only the verifier, the state and
 * the place in the page are kept, in this tab's sessionStorage, and they are used once.
 */

/** @typedef {{issuer: string, authorize: string, token: string, logout: string, clientId: string, redirect: string, languages: string[]}} Config */

const TRIP = 'daifa.signin';
const LEFT = 'daifa.signedout';
// A token this close to its end is renewed first, so that no request arrives with a dead one.
const EARLY_MS = 60_000;

/** The sign-in failed in a way the person should read; `code` is a key of the texts under `signin.`. */
export class SignInError extends Error {
  /** @param {string} code @param {string} [told] what the issuer said */
  constructor(code, told = '') {
    super(code);
    this.code = code;
    this.told = told;
  }
}

/** @type {Config} */
let config;
/** @type {{access: string, refresh: string, ends: number} | null} */
let tokens = null;
/** @type {Promise<boolean> | null} */
let renewing = null;

/** Read where to sign in. */
export async function settings() {
  const answer = await fetch('config.json');
  if (!answer.ok) throw new SignInError('config', String(answer.status));
  config = await answer.json();
  return config;
}

/** Whether the person signed out in this tab and should be asked rather than sent to sign in. */
export const left = () => sessionStorage.getItem(LEFT) !== null;

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {number} length */
const noise = (length) => base64url(crypto.getRandomValues(new Uint8Array(length)));

/** Go to the issuer's page; the way back leads to the view that is open now. */
export async function begin() {
  const trip = { verifier: noise(48), state: noise(24), hash: location.hash };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(trip.verifier));
  sessionStorage.setItem(TRIP, JSON.stringify(trip));
  sessionStorage.removeItem(LEFT);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: config.redirect,
    scope: 'openid',
    state: trip.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${config.authorize}?${query}`);
}

/**
 * Take the answer that the issuer put into our address, if there is one. Throws SignInError when it is not the answer to
 * the question this tab asked; nothing is sent anywhere then.
 */
export async function finish() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('code') && !answer.has('error')) return false;
  const kept = sessionStorage.getItem(TRIP);
  sessionStorage.removeItem(TRIP);
  const trip = kept ? JSON.parse(kept) : null;
  // The code leaves the address bar and the history before anything can fail.
  history.replaceState(null, '', location.pathname + (trip?.hash ?? ''));
  if (!trip || answer.get('state') !== trip.state) throw new SignInError('state');
  if (answer.has('iss') && answer.get('iss') !== config.issuer) throw new SignInError('issuer');
  if (answer.has('error')) throw new SignInError('refused', answer.get('error_description') ?? answer.get('error') ?? '');
  const done = await exchange({
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: config.redirect,
    code_verifier: trip.verifier,
  });
  if (!done) throw new SignInError('code');
  return true;
}

/** @param {Record<string, string>} form */
async function exchange(form) {
  const answer = await fetch(config.token, {
    method: 'POST',
    body: new URLSearchParams({ client_id: config.clientId, ...form }),
  }).catch(() => {
    throw new SignInError('unreachable');
  });
  if (!answer.ok) return false;
  const told = await answer.json();
  if (typeof told.access_token !== 'string' || String(told.token_type).toLowerCase() !== 'bearer') return false;
  tokens = {
    access: told.access_token,
    refresh: told.refresh_token ?? form.refresh_token ?? '',
    ends: Date.now() + Number(told.expires_in ?? 300) * 1000,
  };
  return true;
}

/** A new access token from the refresh token; false when only signing in again helps. Many callers share one try. */
export function renew() {
  const refresh = tokens?.refresh;
  if (!refresh) return Promise.resolve(false);
  renewing ??= exchange({ grant_type: 'refresh_token', refresh_token: refresh })
    .catch(() => false)
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** The access token for the next request, or '' when nobody is signed in. */
export async function token() {
  if (tokens && tokens.ends - Date.now() < EARLY_MS && !(await renew()) && tokens.ends < Date.now()) tokens = null;
  return tokens?.access ?? '';
}

/** Forget the tokens and end the issuer's session too. */
export function signOut() {
  tokens = null;
  sessionStorage.setItem(LEFT, '1');
  const query = new URLSearchParams({ client_id: config.clientId, logout_uri: config.redirect });
  location.assign(config.logout ? `${config.logout}?${query}` : config.redirect);
}
