// @ts-check
/** V7 · After-sales: who pays what by which clause, the customer's photos, and the two linked sums of money. */
import { call, path, place, Problem, within } from '../api.js';
import { cash, left, number, t, when, word } from '../i18n.js';
import { h } from '../ui.js';
import { ask } from './ask.js';
import { cost, debts } from './debts.js';
import { block, figures, page, pair, panel } from './panels.js';
import { badge, empty, fits, reasons, say, trouble, walk } from './parts.js';

// In these states the merchant may still decide; afterwards only the money moves.
const DECIDE = ['LIABILITY_PROPOSED', 'NEGOTIATING', 'ESCALATED'];
const REFUSE = ['OPEN', 'EVIDENCE_REQUESTED', ...DECIDE];
const PICTURE = /^image\/(png|jpeg|webp|gif)$/;

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export const view = (context) => (context.params.length > 2 ? detail(context) : list(context));

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function list({ shop, query, supplier, filter }) {
  let wish = query.get('q') ?? '';
  /** @type {import('../api.js').Row[]} */
  let rows = [];
  const body = h('div');
  const { el: waiting, reload } = panel(
    async () => {
      ({ rows } = await call(within(shop.id, 'cases')));
      return rows;
    },
    () => {
      show();
      return body;
    },
  );

  function show() {
    const fit = rows.filter((row) => !wish || fits(wish, row.order_number, row.order, row.reason?.text, supplier(row.supplier)));
    if (!rows.length) body.replaceChildren(empty(t('cases.empty'), t('cases.empty.text')));
    else if (!fit.length) body.replaceChildren(empty(t('list.none'), t('list.none.page')));
    else body.replaceChildren(h('ul', { class: 'rows', 'aria-label': t('cases.title') }, fit.map(line)));
  }

  /** @param {import('../api.js').Row} row */
  const line = (row) =>
    h(
      'li',
      { class: 'row case' },
      h('div', { class: 'what' }, h('a', { class: 'go', id: `go-${row.id}`, href: place('cases', shop.id, row.order, row.id) }, row.order_number || row.order), badge('case', row.state)),
      h('div', { class: 'because' }, h('p', {}, row.reason?.text ?? ''), row.supplier && h('span', { class: 'dim' }, supplier(row.supplier))),
      h('div', { class: 'by' }, ['RESOLVED', 'CLOSED'].includes(row.state) ? when(row.due) : left(row.due)),
      h('div', { class: 'sum' }, row.amount || ''),
    );

  const el = h('div', { class: 'view' }, h('div', { class: 'head' }, h('h1', {}, t('cases.title'))), waiting);
  return {
    title: t('cases.title'),
    el,
    reload,
    keys: walk(el),
    search(text) {
      wish = text;
      filter({ q: wish });
      show();
    },
  };
}

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function detail({ shop, params, supplier }) {
  const [, order, id] = params;
  const at = path('orders', shop.id, order, 'cases', id);
  /** @type {Map<number, Promise<{content_type: string, base64: string}>>} each photo is fetched once, however often the page is drawn */
  const photos = new Map();
  const slot = h('div');
  const screen = page(t('cases.title'), 'cases', () => call(at), draw, { e: () => /** @type {HTMLElement | null} */ (screen.el.querySelector('.verb'))?.click() });
  /** @type {ReturnType<typeof panel> | null} */
  let score = null;

  /** @param {any} data @param {(title: string) => void} named */
  function draw(data, named) {
    const { case: it } = data;
    score ??= panel(() => call(within(shop.id, 'suppliers')), ({ rows }) => card(rows, it));
    named(`${t('cases.title')} ${it.order_number}`);
    return [
      h(
        'div',
        { class: 'head' },
        h('p', { class: 'crumb' }, h('a', { href: '#/cases' }, t('cases.title')), ' / ', h('a', { href: place('orders', shop.id, order) }, it.order_number || order)),
        h('h1', {}, word('reason', it.reason)),
        badge('case', it.state),
        it.due && !['RESOLVED', 'CLOSED'].includes(it.state) && left(it.due),
      ),
      h(
        'div',
        { class: 'columns' },
        h('div', {}, proposal(data), debts(data, { supplier, send, after })),
        h('div', {}, complaint(data), block(t('case.score', { supplier: supplier(it.supplier) }), {}, score.el)),
      ),
    ];
  }

  /** @param {any} data */
  function complaint({ case: it, purchase }) {
    const lines = it.lines.map((/** @type {any} */ line) => {
      const bought = purchase?.lines.find((/** @type {any} */ one) => one.order_line === line.order_line);
      return h('li', {}, `${bought?.title ?? line.order_line} × ${number(line.quantity)}`);
    });
    return block(
      t('case.said'),
      {},
      h('ul', { class: 'plain' }, lines),
      h('p', { class: 'words' }, it.description || t('case.nowords')),
      it.photos.length > 0 && h('ul', { class: 'photos', 'aria-label': t('case.photos') }, it.photos.map((/** @type {any} */ _, /** @type {number} */ n) => h('li', {}, photo(n)))),
      h('p', { class: 'dim' }, t('case.opened', { who: word('by', it.opened_by.split(':')[0]) }), ' ', when(it.opened_at)),
    );
  }

  /** @param {number} n */
  function photo(n) {
    const frame = h('button', { type: 'button', class: 'photo', 'aria-busy': 'true', 'aria-label': t('case.photo', { number: n + 1 }), disabled: true });
    if (!photos.has(n)) photos.set(n, call(`${at}/photos/${n}`));
    photos.get(n)?.then(
      ({ content_type, base64 }) => {
        frame.removeAttribute('aria-busy');
        if (!PICTURE.test(content_type)) return frame.append(t('case.nophoto'));
        const src = `data:${content_type};base64,${base64}`;
        frame.append(h('img', { src, alt: '' }));
        frame.disabled = false;
        frame.addEventListener('click', () => enlarge(src, n));
      },
      (error) => {
        photos.delete(n);
        frame.removeAttribute('aria-busy');
        frame.append(error instanceof Problem ? error.detail : t('case.nophoto'));
      },
    );
    return frame;
  }

  /** @param {string} src @param {number} n */
  function enlarge(src, n) {
    const dialog = h(
      'dialog',
      { class: 'picture', 'aria-label': t('case.photo', { number: n + 1 }), onclose: () => dialog.remove() },
      h('img', { src, alt: t('case.photo', { number: n + 1 }) }),
      h('button', { type: 'button', onclick: () => dialog.close() }, t('act.close')),
    );
    document.body.append(dialog);
    dialog.showModal();
  }

  /** @param {any} data */
  function proposal(data) {
    const { case: it, agreement, purchase } = data;
    const who = it.liability;
    if (!who) return block(t('case.who'), {}, h('p', {}, t(it.state === 'EVIDENCE_REQUESTED' ? 'case.evidence' : 'case.noproposal')), verbs(data));
    const clause = agreement?.clauses.find((/** @type {any} */ one) => one.id === who.clause);
    return block(
      t('case.who'),
      { class: 'proposal' },
      h(
        'table',
        { class: 'list' },
        h('thead', {}, h('tr', {}, ['cost', 'payer'].map((head) => h('th', { scope: 'col' }, t(`case.${head}`))))),
        h(
          'tbody',
          {},
          [['goods', who.goods], ['freight', who.return_freight]].map(([what, payer]) =>
            h('tr', {}, h('th', { scope: 'row' }, t(`case.${what}`)), h('td', {}, h('span', { class: `badge payer-${payer}` }, word('payer', payer)))),
          ),
        ),
      ),
      h(
        'blockquote',
        {},
        h('p', {}, who.agreement == null ? t('case.noagreement') : t('case.clause', { clause: who.clause, version: who.agreement, supplier: supplier(it.supplier) })),
        clause && h('p', { class: 'dim' }, t('case.terms', { reason: word('reason', clause.reason), days: number(clause.within_days), photos: number(clause.photos), goods: word('payer', clause.goods), freight: word('payer', clause.return_freight) })),
      ),
      h(
        'dl',
        { class: 'deal' },
        pair('case.refund', cash(who.refund)),
        pair('case.claim', cash(who.claim)),
        pair('case.ours', cost(who.refund, who.claim)),
      ),
      reasons(who.why),
      purchase && h('p', { class: 'dim' }, t('case.po', { number: purchase.number }), ' ', when(purchase.created_at)),
      verbs(data),
    );
  }

  /** @param {any} data */
  function verbs(data) {
    const { case: it } = data;
    const who = it.liability;
    return h(
      'div',
      {},
      slot,
      h(
        'div',
        { class: 'actions' },
        who && DECIDE.includes(it.state) && h('button', { type: 'button', id: 'accept', class: 'primary verb', onclick: () => accept(it) }, t('case.accept', { refund: cash(who.refund) })),
        REFUSE.includes(it.state) && h('button', { type: 'button', id: 'decline', class: 'quiet', onclick: () => decline(it) }, t('case.decline')),
      ),
    );
  }

  /** @param {string} verb @param {Record<string, unknown>} extra */
  const send = (verb, extra) => call(`${at}/${verb}`, extra);

  /** After a question: what is true now, whether it was done, refused or left. @param {boolean} was @param {string} verb @param {any} it */
  function after(was, verb, it) {
    if (was) say(t(`done.${verb}`, { number: it.order_number }), 'good');
    screen.reload();
    score?.reload();
  }

  /** @param {any} it */
  async function accept(it) {
    const { refund, claim } = it.liability;
    /** @param {string} name @param {any} money */
    const field = (name, money) =>
      h('label', {}, t(`case.${name}`), ` (${money.currency})`, h('input', { name, value: trim(money.amount), inputmode: 'decimal', pattern: '[0-9]+([.][0-9]+)?', required: true, autocomplete: 'off' }));
    const net = h('p', { class: 'net', 'aria-live': 'polite' });
    after(
      await ask({
        title: t('case.accept.title'),
        body: [h('div', { class: 'two' }, field('refund', refund), field('claim', claim)), net, h('p', { class: 'dim' }, t('case.accept.text'))],
        ok: '',
        live(form, button) {
          const back = { ...refund, amount: String(form.get('refund')) };
          const asked = { ...claim, amount: String(form.get('claim')) };
          button.textContent = t('case.accept', { refund: cash(back) });
          net.textContent = t('case.net', { amount: cost(back, asked) });
        },
        send: (form) => {
          const told = { refund: String(form.get('refund')), claim: String(form.get('claim')) };
          return send('accept', {
            ver: it.ver,
            ...(told.refund !== trim(refund.amount) && { refund: told.refund }),
            ...(told.claim !== trim(claim.amount) && { claim: told.claim }),
          });
        },
      }),
      'accept',
      it,
    );
  }

  /** @param {any} it */
  async function decline(it) {
    after(
      await ask({
        title: t('case.decline.title'),
        body: [h('label', {}, t('case.decline.why'), h('textarea', { name: 'reason', rows: 3, required: true, maxlength: 500 })), h('p', { class: 'dim' }, t('case.decline.text'))],
        ok: t('case.decline'),
        tone: 'danger',
        send: (form) => send('decline', { ver: it.ver, reason: String(form.get('reason')).trim() }),
      }),
      'decline',
      it,
    );
  }

  /** @param {any[]} rows @param {any} it */
  function card(rows, it) {
    const found = rows.find((row) => row.id === it.supplier);
    const told = found ? figures(found) : [];
    if (!told.length) return h('p', { class: 'dim' }, t('case.score.none'));
    return [h('p', { class: 'dim' }, found.scorecard.month), h('dl', { class: 'pairs' }, told.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))))];
  }

  return screen;
}

/** An amount without the noughts behind its last place: "12.000" is "12.00". @param {string} amount */
const trim = (amount) => amount.replace(/(\.\d{2}\d*?)0+$/, '$1');
