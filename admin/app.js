// @ts-check
/** The frame: sign-in, navigation, search, keys, language; each view is loaded when it is first wanted. */
import { Problem, call, within } from './api.js';
import { SignInError, begin, finish, left, settings, signOut } from './auth.js';
import { language, setZone, speak, t, tick } from './i18n.js';
import { h, keyed } from './ui.js';
import { flush, news, trouble, undo } from './views/parts.js';

/** @typedef {import('./views/parts.js').Screen} Screen */
/** @typedef {import('./api.js').Shop} Shop */

const SHOP = 'daifa.shop';
const KEYS = 'daifa.keys';
const VIEWS = /** @type {const} */ ([
  ['queue', 'q'],
  ['orders', 'o'],
  ['products', 'p'],
  ['bulk', 'b'],
  ['cases', 's'],
  ['suppliers', 'u'],
]);
// The name under which lines that no offer could be found for are held.
const UNROUTED = 'unrouted';
const REFRESH_MS = 30_000;

/** @type {Shop[]} */
let shops = [];
/** @type {Screen | null} */
let screen = null;
/** @type {Map<string, string>} */
const suppliers = new Map();
let turn = 0;
let fresh = true;

const main = h('main', { id: 'main', tabindex: -1 });

/** The shop that lists show: the last one chosen, else the first. */
function shop() {
  return shops.find(({ id }) => id === localStorage.getItem(SHOP)) ?? shops[0];
}

/** Where the address says we are: the view's name, what it is about, its filter. */
function where() {
  const [way, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name = '', ...params] = way.split('/').map(part);
  return { name: name || 'queue', params: params.filter(Boolean), query: new URLSearchParams(query) };
}

/** @param {string} text */
function part(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function show() {
  const mine = ++turn;
  const { name, params, query } = where();
  screen?.leave?.();
  screen = null;
  const known = name === 'settings' || VIEWS.some(([view]) => view === name);
  // An order and a case name their shop themselves.
  const named = shops.find(({ id }) => id === params[0]);
  if (named) localStorage.setItem(SHOP, named.id);
  setZone(shop().timezone);
  marks(name, query.get('q') ?? '');
  try {
    if (params.length > (name === 'settings' ? 0 : 1) && !named) throw new Problem(404, { detail: t('shop.other') });
    const file = name === 'orders' && params.length > 1 ? 'order' : known ? name : 'queue';
    const { view } = await import(`./views/${file}.js`);
    if (mine !== turn) return;
    const next = /** @type {Screen} */ (
      view({
        shop: shop(),
        params,
        query,
        supplier: (/** @type {string | undefined} */ id) => (id === UNROUTED ? t('po.nowhere') : suppliers.get(id ?? '') ?? id ?? ''),
        go: (/** @type {string} */ hash) => {
          location.hash = hash;
        },
        filter: (/** @type {Record<string, string>} */ wish) => filter(name, wish),
        counted: count,
      })
    );
    screen = next;
    main.replaceChildren(next.el);
    document.title = `${next.title} · ${t('app.name')}`;
  } catch (error) {
    if (mine === turn) main.replaceChildren(h('h1', { class: 'unseen' }, t('app.name')), trouble(error, show));
  }
  // Who follows a link by keyboard or ear starts at the new page's heading; the first page leaves the focus alone.
  if (!fresh) main.focus({ preventScroll: true });
  if (!fresh) scrollTo(0, 0);
  fresh = false;
}

/**
 * Keep a filter in the address, so that it can be linked and survives a reload.
 * @param {string} name
 * @param {Record<string, string>} wish
 */
function filter(name, wish) {
  const query = new URLSearchParams(Object.entries(wish).filter(([, value]) => value)).toString();
  history.replaceState(null, '', `#/${name}${query ? `?${query}` : ''}`);
}

/** How many things wait, beside the queue's name. @param {number} rows */
function count(rows) {
  const el = document.getElementById('waiting-count');
  if (el) {
    el.textContent = rows ? String(rows) : '';
    el.hidden = !rows;
  }
}

/** @param {string} name @param {string} wish */
function marks(name, wish) {
  for (const link of document.querySelectorAll('nav a')) {
    const here = link.getAttribute('href') === `#/${name}`;
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const box = document.getElementById('search');
  if (box instanceof HTMLInputElement) box.value = wish;
  const choice = document.getElementById('shop');
  if (choice instanceof HTMLSelectElement) choice.value = shop().id;
}

/** @param {import('./auth.js').Config} config */
function frame(config) {
  const search = h('input', {
    id: 'search',
    type: 'search',
    placeholder: t('search.hint'),
    'aria-label': t('search.label'),
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-keyshortcuts': '/',
    oninput: () => screen?.search?.(search.value.trim()),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      const wish = search.value.trim();
      if (screen?.search) screen.keys?.j?.();
      else location.hash = `#/orders?q=${encodeURIComponent(wish)}`;
    },
  });
  const names = /** @type {Record<string, string>} */ ({ 'zh-CN': t('language.zh'), en: t('language.en') });
  const head = h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: '#/queue', 'aria-label': t('app.name') }, h('img', { src: 'icon.svg', alt: '', width: 26, height: 26 }), h('span', {}, t('app.name'))),
    h('div', { class: 'find', role: 'search' }, search, h('kbd', { 'aria-hidden': 'true' }, '/')),
    h(
      'select',
      {
        id: 'shop',
        'aria-label': t('shop.label'),
        onchange: (/** @type {any} */ event) => {
          localStorage.setItem(SHOP, event.target.value);
          const { name, params } = where();
          if (params.length) location.hash = `#/${name}`;
          else show();
        },
      },
      shops.map(({ id, name }) => h('option', { value: id }, name)),
    ),
    h(
      'select',
      {
        id: 'language',
        'aria-label': t('language.label'),
        onchange: async (/** @type {any} */ event) => {
          await speak(config.languages, event.target.value);
          frame(config);
          document.getElementById('language')?.focus();
          learnSuppliers();
          show();
        },
      },
      config.languages.map((tag) => h('option', { value: tag, lang: tag, selected: tag === language() }, names[tag] ?? tag)),
    ),
    h('button', { type: 'button', class: 'quiet help', 'aria-label': t('help.label'), title: t('help.label'), onclick: help }, '?'),
    h('button', { type: 'button', class: 'quiet out', onclick: signOut }, t('signin.out')),
  );
  const links = VIEWS.map(([name, key]) =>
    h(
      'a',
      { href: `#/${name}`, 'aria-keyshortcuts': `g ${key}` },
      h('span', {}, t(`nav.${name}`)),
      name === 'queue' && h('span', { class: 'count', id: 'waiting-count', hidden: true }),
      h('kbd', { 'aria-hidden': 'true' }, `g ${key}`),
    ),
  );
  const skip = h(
    'a',
    {
      class: 'skip',
      href: '#main',
      onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        main.focus();
      },
    },
    t('page.skip'),
  );
  document.body.replaceChildren(skip, head, h('nav', { 'aria-label': t('nav.label') }, links), main, news);
}

/** The words for suppliers' ids; without them the ids stand. */
function learnSuppliers() {
  call(within(shop().id, 'suppliers')).then(
    ({ rows }) => {
      for (const { id, name } of rows) suppliers.set(id, name);
      if (rows.length) screen?.reload?.();
    },
    () => {},
  );
}

/** Whether single keys do things; some people speak to their computer, and then they must not (WCAG 2.1.4). */
const keysOn = () => localStorage.getItem(KEYS) !== 'off';

/** The sheet of all keys, with the switch that turns them off. */
async function help() {
  const { sheet } = await import('./views/help.js');
  sheet(keysOn(), (/** @type {boolean} */ on) => localStorage.setItem(KEYS, on ? 'on' : 'off'));
}

let prefix = 0;

/** @param {KeyboardEvent} event */
function key(event) {
  const at = event.target instanceof Element ? event.target : document.body;
  const typing = at.closest('input:not([type=checkbox],[type=radio]),textarea,select') !== null;
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') {
    if (typing) /** @type {HTMLElement} */ (at).blur();
    else screen?.keys?.Escape?.();
    return;
  }
  if (typing || !keysOn()) return;
  const jump = Date.now() - prefix < 1500 && VIEWS.find(([, letter]) => letter === event.key);
  prefix = event.key === 'g' ? Date.now() : 0;
  if (jump) location.hash = `#/${jump[0]}`;
  else if (event.key === '/') document.getElementById('search')?.focus();
  else if (event.key === '?') help();
  else if (event.key === 'z') undo();
  else if (event.key.length === 1 && screen?.keys?.[event.key]) screen.keys[event.key]();
  else return;
  event.preventDefault();
}

/**
 * The page before anybody is signed in.
 * @param {string} text
 */
function door(text) {
  document.body.replaceChildren(
    h(
      'main',
      { id: 'main', class: 'door' },
      h('img', { src: 'icon.svg', alt: '', width: 56, height: 56 }),
      h('h1', {}, t('app.name')),
      h('p', {}, text),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'primary', onclick: begin }, t('signin.go'))),
    ),
  );
  document.title = t('app.name');
}

async function start() {
  const config = await settings();
  await speak(config.languages);
  try {
    if (!(await finish())) {
      if (left()) return door(t('signin.left'));
      return begin();
    }
  } catch (error) {
    if (error instanceof SignInError) return door(t(`signin.${error.code}`, { told: error.told }));
    throw error;
  }
  await enter(config);
}

/** @param {import('./auth.js').Config} config */
async function enter(config) {
  try {
    ({ shops } = await call('/api/me'));
  } catch (error) {
    document.body.replaceChildren(h('main', { class: 'door' }, h('h1', {}, t('app.name')), trouble(error, () => enter(config))));
    return;
  }
  if (!shops.length) return door(t('shop.none'));
  frame(config);
  addEventListener('hashchange', show);
  addEventListener('keydown', key);
  addEventListener('daifa:signin', begin);
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush();
    else screen?.reload?.(true);
  });
  setInterval(() => {
    tick();
    if (document.visibilityState === 'visible' && !document.querySelector('dialog[open]')) screen?.reload?.(true);
  }, REFRESH_MS);
  learnSuppliers();
  await show();
}

start().catch((error) => {
  console.error(error);
  // Our own words may be what could not be loaded, so these stand in the page's HTML.
  const note = document.getElementById('broken');
  if (note) note.hidden = false;
});
