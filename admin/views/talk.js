// @ts-check
/** What was said about an order, by whom and through what, and the box to say more. */
import { call } from '../api.js';
import { t, when, word } from '../i18n.js';
import { h } from '../ui.js';
import { badge, say, trouble } from './parts.js';

/** @param {any} one */
export const said = (one) =>
  h(
    'li',
    { class: `${one.from === 'MERCHANT' ? 'mine' : 'theirs'} ${one.to ? '' : 'private'}` },
    h('p', { class: 'dim' }, one.to ? t('talk.from', { from: t(`party.${one.from}`), to: t(`party.${one.to}`) }) : t('talk.note'), ' · ', word('channel', one.channel), ' · ', when(one.at)),
    h('p', { class: 'words' }, one.text),
    one.state !== 'SENT' && badge('notice', one.state),
  );

/**
 * The message box: it stays the same element while the story around it changes, so that nothing typed is lost.
 * @param {string} at the order's address in the API
 * @param {(id: string) => string} supplier
 * @param {() => void} sent
 */
export function composer(at, supplier, sent) {
  const slot = h('div');
  const text = h('textarea', { name: 'text', id: 'say', rows: 3, required: true, maxlength: 2000, 'aria-label': t('talk.text') });
  const to = h('select', { name: 'to', id: 'say-to', 'aria-label': t('talk.to') });
  const button = h('button', { class: 'primary', id: 'say-send' }, t('talk.send'));
  const form = h(
    'form',
    {
      class: 'composer',
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        const [party, name] = to.value.split(' ');
        if (!text.value.trim() || button.disabled) return;
        button.disabled = true;
        try {
          await call(`${at}/messages`, { to: party || null, ...(name && { supplier: name }), text: text.value.trim() });
          text.value = '';
          slot.replaceChildren();
          say(t(party ? 'talk.sent' : 'talk.kept'), 'good');
          sent();
        } catch (error) {
          slot.replaceChildren(trouble(error));
        } finally {
          button.disabled = false;
        }
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      },
    },
    to,
    text,
    slot,
    h('div', { class: 'actions' }, button, h('span', { class: 'dim keys-hint' }, 'Ctrl + Enter')),
  );
  return {
    /** @param {any[]} purchases */
    with(purchases) {
      const names = [...new Set(purchases.map((po) => po.supplier))];
      const options = [['CUSTOMER', t('talk.customer')], ...names.map((id) => [`SUPPLIER ${id}`, t('talk.supplier', { name: supplier(id) })]), ['', t('talk.note')]];
      const was = to.options.length ? to.value : 'CUSTOMER';
      to.replaceChildren(...options.map(([value, label]) => h('option', { value, selected: value === was }, label)));
      return form;
    },
    text,
  };
}
