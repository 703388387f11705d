// @ts-check
/** V5 · Products: an address is pasted and watched as it arrives; each field says where it was read, each price why. */
import { call, path, place, Problem, within } from '../api.js';
import { cash, number, percent, t, when, word } from '../i18n.js';
import { h, keyed, store } from '../ui.js';
import { chooser } from './choose.js';
import { matches } from './matches.js';
import { block, page, pair, paged } from './panels.js';
import { badge, empty, fits, hold, reasons, say, trouble, walk } from './parts.js';
import { pricing } from './pricing.js';

/** @typedef {{id: string, shop: string, url: string, state: string, since: number, product: string | null, title: string, error: {text: string} | null}} Job */

// A page takes seconds; after this the quarter-hourly sweep has it, and watching on would only ask in vain.
const WATCH_MS = 180_000;
const LINK = /https?:\/\/[^\s"'<>，。、]+/g;

// What is being collected goes on arriving while other views are open.
const jobs = store(/** @type {Job[]} */ ([]));

/** @param {string} id @param {Partial<Job>} news */
const change = (id, news) => jobs.set(jobs.get().map((job) => (job.id === id ? { ...job, ...news } : job)));

/** @param {string} shop @param {string} url */
async function collect(shop, url) {
  const { job } = await call('/api/collect', { shop, url });
  const id = typeof job === 'string' ? job : job.id;
  jobs.set([{ id, shop, url, state: 'QUEUED', since: Date.now(), product: null, title: '', error: null }, ...jobs.get().filter((one) => one.id !== id)]);
  watch(id, shop);
}

/** @param {string} id @param {string} shop */
async function watch(id, shop) {
  const since = Date.now();
  for (let pause = 700; Date.now() - since < WATCH_MS; pause = Math.min(3000, pause * 1.3)) {
    await new Promise((next) => setTimeout(next, pause));
    try {
      const { job, product } = await call(within(shop, 'collect', id));
      if (job.state !== 'QUEUED') return change(id, { state: job.state, error: job.error, product: product?.id ?? job.product, title: product?.title ?? '' });
      change(id, {});
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) return change(id, { state: 'FAILED', error: { text: error instanceof Problem ? error.detail : t('problem.page') } });
    }
  }
  change(id, { state: 'LATE' });
}

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
export const view = (context) => (context.params.length > 1 ? detail(context) : list(context));

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function list({ shop, query, filter }) {
  let wish = query.get('q') ?? '';
  const slot = h('div');
  const arriving = h('ul', { class: 'plain jobs', 'aria-label': t('products.jobs') });
  const box = h('textarea', { id: 'urls', name: 'urls', rows: 1, required: true, spellcheck: 'false', placeholder: 'https://', 'aria-describedby': 'urls-hint' });
  const form = h(
    'form',
    {
      class: 'add',
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        const urls = [...new Set(box.value.match(LINK) ?? [])];
        slot.replaceChildren();
        if (!urls.length) return slot.replaceChildren(h('p', { class: 'note', role: 'alert' }, t('products.add.none')));
        try {
          // One after the other: what is refused stays in the box, and what was taken leaves it.
          while (urls.length) {
            await collect(shop.id, urls[0]);
            urls.shift();
          }
        } catch (error) {
          slot.replaceChildren(trouble(error));
        }
        box.value = urls.join('\n');
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      },
    },
    h('label', { for: 'urls' }, t('products.add.title')),
    h('div', { class: 'add-row' }, box, h('button', { class: 'primary' }, t('products.add'))),
    h('p', { class: 'dim', id: 'urls-hint' }, t('products.add.hint')),
    slot,
  );

  const { bar, pick } = chooser(shop.id, slot);
  const rows = paged(
    (after) => call(`/api/products?${new URLSearchParams({ shop: shop.id, ...(after && { after }) })}`),
    (/** @type {any[]} */ found) => {
      if (!found.length) return [empty(t('products.empty'), t('products.empty.text'))];
      const fit = found.filter((row) => !wish || fits(wish, row.title, row.product));
      if (!fit.length) return [empty(t('list.none'), t('list.none.page'))];
      return [h('ul', { class: 'rows products', 'aria-label': t('products.title') }, fit.map(line))];
    },
  );

  /** @param {any} row */
  function line(row) {
    const problems = Array.isArray(row.problems) ? row.problems : [];
    const count = Array.isArray(row.problems) ? row.problems.length : Number(row.problems ?? 0);
    return h(
      'li',
      { class: 'row' },
      pick(row.product, row.title),
      picture(row.image, row.title),
      h('div', { class: 'what' }, h('a', { class: 'go', id: `go-${row.product}`, href: place('products', shop.id, row.product) }, row.title), badge('listing', row.state)),
      h(
        'div',
        { class: 'because' },
        h('span', { class: 'dim' }, t('products.variants', { count: number(Number(row.variants)) }), ' · ', when(row.collected_at)),
        count > 0 && h('span', { class: 'warn-text' }, problems[0]?.text ?? t('products.problems', { count: number(count) })),
      ),
      h('div', { class: 'sum' }, h('span', { class: 'dim' }, text(row.cost), ' → '), text(row.price), row.margin != null && row.margin !== '' && h('span', { class: 'margin' }, percent(row.margin))),
    );
  }

  const draw = () => {
    keyed(arriving, jobs.get().filter((job) => job.shop === shop.id), (job) => job.id, (job) => card(job, shop.id));
    arriving.hidden = !arriving.children.length;
  };
  let open = jobs.get().filter((job) => job.state === 'QUEUED').length;
  const stop = jobs.on(() => {
    draw();
    const now = jobs.get().filter((job) => job.state === 'QUEUED').length;
    if (now < open) rows.reload();
    open = now;
  });
  draw();

  const el = h('div', { class: 'view' }, h('div', { class: 'head' }, h('h1', {}, t('products.title')), h('a', { class: 'button', href: place('settings', shop.id) }, t('settings.prices'))), form, arriving, bar, rows.el);
  return {
    title: t('products.title'),
    el,
    keys: { ...walk(el), n: () => box.focus() },
    search(words) {
      wish = words;
      filter({ q: wish });
      rows.show();
    },
    reload: rows.reload,
    leave: stop,
  };
}

/** @param {Job} job @param {string} shop */
function card(job, shop) {
  const running = job.state === 'QUEUED';
  return h(
    'li',
    { class: `card job ${job.state.toLowerCase()}`, 'aria-busy': String(running) },
    h('p', { class: 'spread' }, h('span', { class: 'url', title: job.url }, job.title || job.url), badge('job', job.state)),
    running && h('progress', { 'aria-label': t('products.arriving') }),
    running && h('p', { class: 'dim' }, t('products.arriving.text', { seconds: number(Math.round((Date.now() - job.since) / 1000)) })),
    job.state === 'LATE' && h('p', { class: 'dim' }, t('products.late')),
    job.state === 'FAILED' && h('p', { class: 'note', role: 'alert' }, job.error?.text ?? t('problem.page')),
    h(
      'div',
      { class: 'actions' },
      job.state === 'COLLECTED' && job.product && h('a', { class: 'button primary', href: place('products', shop, job.product) }, t('products.look')),
      job.state === 'FAILED' &&
        h('button', { type: 'button', onclick: () => collect(shop, job.url).then(() => drop(job), (error) => change(job.id, { error: { text: error.detail ?? t('problem.page') } })) }, t('act.again')),
      !running && h('button', { type: 'button', class: 'quiet', onclick: () => drop(job) }, t('act.clear')),
    ),
  );
}

/** @param {Job} job */
const drop = (job) => jobs.set(jobs.get().filter((one) => one !== job && one.id !== job.id));

/** A description is kept as sanitised HTML and shown as text. @param {string} html */
const words = (html) => html.replace(/<[^>]*>/g, ' ').replaceAll('&nbsp;', ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim();

/** Money may come as a text or whole. @param {any} money */
const text = (money) => (money && typeof money === 'object' ? cash(money) : money || '–');

/**
 * Only pictures of our own origin may be shown: a supplier's server must not learn who looks. Others show a letter.
 * @param {string | null} image
 * @param {string} title
 */
function picture(image, title) {
  const own = image && (image.startsWith('/') || image.startsWith('data:image/'));
  return own && !image.startsWith('//') ? h('img', { class: 'thumb', src: image, alt: '', loading: 'lazy' }) : h('span', { class: 'thumb', 'aria-hidden': 'true' }, [...(title || '?')][0]);
}

/**
 * @param {import('./parts.js').Context} context
 * @returns {import('./parts.js').Screen}
 */
function detail({ shop, params, supplier }) {
  const at = path('products', params[1]);
  const slot = h('div');
  const screen = page(t('products.title'), 'products', () => call(within(shop.id, 'products', params[1])), draw);
  const { reload } = screen;

  /** @param {{product: any, offers: any[], matches: any[]}} data @param {(title: string) => void} named */
  function draw(data, named) {
    const { product: it, offers } = data;
    named(it.title);
    return [
      h('div', { class: 'head' }, h('p', { class: 'crumb' }, h('a', { href: '#/products' }, t('products.title'))), h('h1', {}, it.title), badge('listing', it.state)),
      it.problems.length > 0 && h('div', { class: 'problem', role: 'note' }, h('p', {}, h('strong', {}, t('products.cannot'))), reasons(it.problems)),
      h('div', { class: 'columns' }, h('div', {}, variants(it), sources(it, offers[0])), h('div', {}, verbs(it), offers.map(offer), matches(data, shop.id, supplier, reload))),
    ];
  }

  /** @param {any} it */
  function verbs(it) {
    /** @param {string} verb @param {Record<string, unknown>} extra */
    const run = async (verb, extra) => {
      slot.replaceChildren();
      try {
        await call(`${at}/${verb}`, { shop: shop.id, ver: it.ver, ...extra });
        say(t(`done.${verb}`, { number: it.title }), 'good');
        await reload();
      } catch (error) {
        await failed(error);
      }
    };
    /** @param {unknown} error */
    const failed = async (error) => {
      if (error instanceof Problem && error.status === 409) await reload();
      slot.replaceChildren(trouble(error));
    };
    const form = pricing({ at, shop: shop.id, it, slot, run, failed, reload });
    const unmapped = it.variants.filter((/** @type {any} */ one) => !one.sources.length || !one.price).length;
    const ready = !it.problems.length && !unmapped;
    const list = h(
      'button',
      {
        type: 'button',
        id: 'list',
        class: 'primary',
        disabled: !ready,
        onclick: () => hold(t('hold.list', { count: 1 }), () => run('list', {}), () => {}, () => {}),
      },
      t(it.store_product ? 'verb.relist' : 'verb.list'),
    );
    const sold = ['ACTIVE', 'OUT_OF_STOCK'].includes(it.state) && !it.withdrawn;
    const off = sold && h('button', { type: 'button', id: 'unlist', onclick: () => run('unlist', {}) }, t('verb.unlist'));
    return block(
      t('products.sell'),
      {},
      form,
      h('div', { class: 'actions' }, list, off),
      it.withdrawn && h('p', { class: 'dim' }, t('products.withdrawn')),
      !ready && h('p', { class: 'warn-text' }, unmapped ? t('products.unmapped', { count: number(unmapped) }) : t('products.cannot')),
      it.store_product && h('p', { class: 'dim' }, t('products.listed', { id: it.store_product })),
      slot,
    );
  }

  /** @param {any} it */
  function variants(it) {
    const heads = ['variant', 'cost', 'price', 'margin'];
    return block(
      t('products.variants.title', { count: number(it.variants.length) }),
      {},
      h(
        'table',
        { class: 'list variants' },
        h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col', class: head === 'variant' ? '' : 'num' }, t(`products.${head}`))))),
        h(
          'tbody',
          {},
          it.variants.map((/** @type {any} */ one) =>
            h(
              'tr',
              { class: 'row' },
              h(
                'th',
                { scope: 'row', class: 'grow' },
                Object.values(one.options).join(' / ') || it.title,
                h('span', { class: 'dim code' }, one.sku),
                one.sources.length ? h('span', { class: 'dim' }, one.sources.map((/** @type {any} */ source) => supplier(source.supplier)).join(', ')) : h('span', { class: 'warn-text' }, t('products.nosource')),
                one.why.length > 0 && h('details', {}, h('summary', {}, t('products.why')), reasons(one.why)),
              ),
              h('td', { class: 'num' }, cash(one.cost)),
              h('td', { class: 'num' }, h('strong', {}, cash(one.price))),
              h('td', { class: 'num' }, one.margin == null ? '–' : percent(one.margin)),
            ),
          ),
        ),
      ),
    );
  }

  /** @param {any} it @param {any} first the offer it was collected as */
  function sources(it, first) {
    const rows = Object.entries(it.field_sources);
    return block(
      t('products.fields'),
      {},
      h(
        'dl',
        { class: 'pairs' },
        pair('products.page', origin(it, it.variants[0]?.sources[0]?.supplier)),
        pair('products.collected', when(it.collected_at)),
        it.description && pair('products.description', words(it.description)),
      ),
      rows.length > 0 &&
        h(
          'table',
          { class: 'inner' },
          h('thead', {}, h('tr', {}, ['field', 'value', 'from'].map((head) => h('th', { scope: 'col' }, t(`products.${head}`))))),
          h('tbody', {}, rows.map(([field, from]) => h('tr', {}, h('th', { scope: 'row' }, word('field', field)), h('td', { class: 'grow' }, value(it, first, field)), h('td', {}, h('span', { class: 'badge idle' }, word('source', String(from))))))),
        ),
    );
  }

  /** What was read, if it is still held. @param {any} it @param {any} first @param {string} field */
  function value(it, first, field) {
    const one = first?.variants[0];
    const held = {
      price: one?.price,
      currency: one?.price.currency,
      stock: one?.stock,
      sku: one?.sku || it.variants[0]?.sku,
      availability: first && word('state.offer', first.state),
      min_order_quantity: first?.minimum,
      tiers: first?.tiers,
    };
    const found = it[field] ?? held[/** @type {keyof typeof held} */ (field)];
    if (Array.isArray(found)) return field === 'options' ? found.join(', ') : number(found.length);
    if (found && typeof found === 'object') return 'amount' in found ? cash(found) : '';
    return field === 'description' ? words(String(found ?? '')).slice(0, 80) : String(found ?? '').slice(0, 160);
  }

  /** A link to its page; a price list has none. @param {any} it @param {string} from @param {string} [title] */
  const origin = (it, from, title) =>
    it.url.startsWith('sheet:')
      ? h('span', {}, title && `${title} · `, t('products.sheet', { supplier: supplier(from) }), when(it.collected_at))
      : h('a', { href: it.url, target: '_blank', rel: 'noreferrer noopener', class: title ? '' : 'url' }, title || it.url);

  /** @param {any} one */
  function offer(one) {
    return block(
      t('offer.title', { supplier: supplier(one.supplier) }),
      {},
      h('p', { class: 'spread' }, badge('offer', one.state), h('span', { class: 'dim' }, when(one.collected_at))),
      h('p', {}, origin(one, one.supplier, one.title)),
      h(
        'table',
        { class: 'inner' },
        h('thead', {}, h('tr', {}, ['variant', 'price', 'stock'].map((head) => h('th', { scope: 'col', class: head === 'variant' ? '' : 'num' }, t(`offer.${head}`))))),
        h(
          'tbody',
          {},
          one.variants.map((/** @type {any} */ row) =>
            h('tr', {}, h('th', { scope: 'row', class: 'grow' }, Object.values(row.options).join(' / ') || row.external || one.title), h('td', { class: 'num' }, row.curve && h('img', row.curve), cash(row.price)), h('td', { class: 'num' }, row.stock == null ? t('offer.unsaid') : number(row.stock))),
          ),
        ),
      ),
      one.tiers.length > 0 && h('ul', { class: 'why' }, one.tiers.map((/** @type {any} */ tier) => h('li', {}, t('offer.tier', { quantity: number(tier.quantity), price: cash(tier.price) })))),
      one.minimum > 1 && h('p', { class: 'dim' }, t('offer.minimum', { count: number(one.minimum) })),
    );
  }

  return screen;
}
