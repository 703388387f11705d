// @ts-check
/** The sheet of all keys. */
import { t } from '../i18n.js';
import { h } from '../ui.js';

const KEYS = ['/', 'j k', 'x', 'e', 'Enter', 'z', 'Esc', 'g q', 'g o', 'g p', 'g b', 'g s', 'g u', '?'];

/**
 * Show it, with the switch for single keys.
 * @param {boolean} on
 * @param {(on: boolean) => void} change
 */
export function sheet(on, change) {
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'help-title', onclose: () => dialog.remove() },
    h('h2', { id: 'help-title' }, t('help.title')),
    h(
      'dl',
      { class: 'keys' },
      KEYS.map((key) => h('div', {}, h('dt', {}, key.split(' ').map((one) => h('kbd', {}, one))), h('dd', {}, t(`key.${key}`)))),
    ),
    h(
      'label',
      { class: 'check' },
      h('input', { type: 'checkbox', checked: on, onchange: (/** @type {any} */ event) => change(event.target.checked) }),
      t('help.keys'),
    ),
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, t('act.close'))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
