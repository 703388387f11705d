// @ts-check
/** The timeline of an order: each step with who did it, and the rule and values behind it. */
import { t, when, word } from '../i18n.js';
import { h } from '../ui.js';

// Which part of a timeline a fact belongs to, by the first word of its code.
/** @type {Record<string, string>} */
const ROOMS = {
  order: 'order', route: 'buy', hold: 'buy', purchase: 'buy', payment: 'buy', shipment: 'parcel', tracking: 'parcel',
  case: 'case', refund: 'case', claim: 'case', notice: 'words', message: 'words',
};

/** The list of what happened, newest first, with a filter that survives each new drawing. */
export function history() {
  let room = '';
  return draw;

  /** @param {any[]} facts */
  function draw(facts) {
    const rooms = [...new Set(facts.map(({ code }) => ROOMS[code.split('.')[0]] ?? 'order'))];
    if (room && !rooms.includes(room)) room = '';
    const list = h('ol', { class: 'facts' });
    const chips = h('div', { class: 'chips', role: 'group', 'aria-label': t('timeline.filter') });
    const fill = () => {
      const some = facts.filter(({ code }) => !room || (ROOMS[code.split('.')[0]] ?? 'order') === room);
      list.replaceChildren(...some.reverse().map(fact));
      chips.replaceChildren(
        ...['', ...rooms].map((one) =>
          h(
            'button',
            {
              type: 'button',
              class: 'chip',
              id: `room-${one}`,
              'aria-pressed': String(one === room),
              onclick: () => {
                room = one;
                fill();
                document.getElementById(`room-${one}`)?.focus();
              },
            },
            t(`timeline.${one || 'all'}`),
          ),
        ),
      );
    };
    fill();
    return facts.length ? [rooms.length > 1 && chips, list] : h('p', { class: 'dim' }, t('timeline.none'));
  }
}

/** @param {any} one */
function fact(one) {
  const values = Object.entries(one.values);
  return h(
    'li',
    { class: ROOMS[one.code.split('.')[0]] ?? 'order' },
    h('p', {}, one.text),
    h('p', { class: 'dim' }, when(one.at), ' · ', by(one.by)),
    h(
      'details',
      {},
      h('summary', {}, t('timeline.why')),
      h('dl', { class: 'pairs' }, h('div', {}, h('dt', {}, t('timeline.rule')), h('dd', { class: 'code' }, one.code)), values.map(([name, value]) => h('div', {}, h('dt', { class: 'code' }, name), h('dd', {}, String(value))))),
    ),
  );
}

/**
 * Who did something: `merchant:<subject>` and the like as words.
 * @param {string} name_of
 */
export function by(name_of) {
  const [kind, name] = name_of.split(':');
  return name ? t('by.named', { who: word('by', kind), name: name.slice(0, 8) }) : word('by', kind);
}

