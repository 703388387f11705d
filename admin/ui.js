// @ts-check
/** The whole toolkit of the page: elements, keyed lists, a value that can be watched. No string ever becomes markup. */

/** @typedef {Node | string | number | null | undefined | false} Kid */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Props */

// What an address may start with; everything else (javascript:, data:text …) is left out.
const SAFE = /^(https?:\/\/|[#/?]|[a-z]+\.svg$|data:image\/(png|jpeg|webp|gif);base64,)/i;

/**
 * An element. `on…` props are listeners, other props attributes, and kids that are not nodes become text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props} [props]
 * @param {...(Kid | Kid[])} kids
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') el.addEventListener(name.slice(2), value);
    else if ((name === 'href' || name === 'src') && !SAFE.test(String(value))) continue;
    else el.setAttribute(name, value === true ? '' : String(value));
  }
  el.append(...nodes(kids));
  return el;
}

/**
 * Kids as nodes and texts, without the empty ones.
 * @param {(Kid | Kid[])[]} kids
 * @returns {(Node | string)[]}
 */
export function nodes(kids) {
  return kids
    .flat()
    .filter((kid) => kid != null && kid !== false)
    .map((kid) => (kid instanceof Node ? kid : String(kid)));
}

/** @type {WeakMap<Element, Map<string, {item: unknown, el: Element}>>} */
const lists = new WeakMap();

/**
 * Make a parent's children follow a list; an element stays as long as its very object does.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => Element} make
 */
export function keyed(parent, items, key, make) {
  const old = lists.get(parent) ?? new Map();
  const now = new Map(
    items.map((item) => {
      const had = old.get(key(item));
      return [key(item), had?.item === item ? had : { item, el: make(item) }];
    }),
  );
  // The gone leave first: otherwise every row after them would be moved.
  for (const [name, { el }] of old) if (now.get(name)?.el !== el) el.remove();
  let at = parent.firstElementChild;
  for (const { el } of now.values()) {
    if (at && el === at) at = at.nextElementSibling;
    else parent.insertBefore(el, at);
  }
  lists.set(parent, now);
}

/**
 * A value and those who want to know when it changes; `on` answers with the way to stop listening.
 * @template T
 * @param {T} value
 */
export function store(value) {
  /** @type {Set<(value: T) => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const tell of listeners) tell(value);
    },
    /** @param {(value: T) => void} tell */
    on(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
}
