// @ts-check
/** The question before something that cannot be taken back; no view needs it before a person wants something. */
import { Problem } from '../api.js';
import { t } from '../i18n.js';
import { h } from '../ui.js';
import { trouble } from './parts.js';

/** @typedef {import('../ui.js').Kid} Kid */

/**
 * Ask before something that cannot be taken back. `send` gets the filled form; while it fails the question stays open
 * with the reason. Resolves to whether it was done.
 * @param {{title: string, body?: Kid[], ok: string, tone?: string, more?: {label: string, value: string}[],
 *   live?: (form: FormData, button: HTMLButtonElement) => void, send: (form: FormData, choice: string) => Promise<unknown>}} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, body = [], ok, tone = '', more = [], live, send }) {
  return new Promise((resolve) => {
    const slot = h('div');
    const button = h('button', { class: `primary ${tone}`, value: 'ok' }, ok);
    const form = h(
      'form',
      { method: 'dialog', oninput: () => live?.(new FormData(form), button) },
      h('h2', { id: 'ask-title' }, title),
      ...body,
      slot,
      h(
        'div',
        { class: 'actions' },
        button,
        more.map(({ label, value }) => h('button', { value, formnovalidate: true }, label)),
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, t('act.back')),
      ),
    );
    const dialog = h('dialog', { 'aria-labelledby': 'ask-title' }, form);
    let done = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (form.hasAttribute('aria-busy')) return;
      form.setAttribute('aria-busy', 'true');
      const choice = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? 'ok';
      try {
        await send(new FormData(form), choice);
        done = true;
        dialog.close();
      } catch (error) {
        slot.replaceChildren(trouble(error));
        // The row moved: what is asked here is no longer true, so it cannot be sent again from here.
        if (error instanceof Problem && error.status === 409) for (const one of form.querySelectorAll('button[value]')) one.remove();
      } finally {
        form.removeAttribute('aria-busy');
      }
    });
    const back = document.activeElement;
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (back instanceof HTMLElement && back.isConnected) back.focus();
      resolve(done);
    });
    document.body.append(dialog);
    live?.(new FormData(form), button);
    dialog.showModal();
    const first = form.querySelector('input,textarea,select') ?? button;
    /** @type {HTMLElement} */ (first).focus();
  });
}
