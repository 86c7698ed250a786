// @ts-check
/** Show formatted text: entities count UTF-16 units, as strings do here. */

import { h } from './dom.js';
import { t } from './words.js';

/** @typedef {import('./api.js').Entity} Entity */
/** @typedef {{commands: Set<string>, say: (text: string) => void, bot: string}} Context */

/** @type {Record<string, keyof HTMLElementTagNameMap>} */
const TAGS = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre' };
const QUOTES = new Set(['blockquote', 'expandable_blockquote']);
const SAFE = /^https?:\/\//i;
const COMMAND = /(^|[\s\u2066-\u2069])(\/[a-z][a-z0-9_]{1,31})(?![\w/])/g;

/**
 * @param {string} text
 * @param {Entity[]} entities
 * @param {Context} context
 */
export function rich(text, entities, context) {
  const sorted = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return run(text, sorted, { from: 0, to: text.length, context });
}

/**
 * @param {string} text
 * @param {Entity[]} entities
 * @param {{from: number, to: number, context: Context}} range
 */
function run(text, entities, { from, to, context }) {
  const built = document.createDocumentFragment();
  let place = from;
  while (entities.length) {
    const entity = /** @type {Entity} */ (entities.shift());
    const start = Math.max(place, entity.offset);
    const end = Math.min(to, entity.offset + entity.length);
    if (end <= start) continue;
    built.append(plain(text.slice(place, start), context));
    const inside = [];
    while (entities.length && entities[0].offset < end) inside.push(/** @type {Entity} */ (entities.shift()));
    const within = run(text, inside, { from: start, to: end, context });
    built.append(dressed(entity, within, { text: text.slice(start, end), context }));
    place = end;
    if (QUOTES.has(entity.type) && text[place] === '\n') place += 1;
  }
  built.append(plain(text.slice(place, to), context));
  return built;
}

/**
 * Make commands in a plain run clickable.
 * @param {string} text
 * @param {Context} context
 */
function plain(text, context) {
  const built = document.createDocumentFragment();
  let place = 0;
  for (const found of text.matchAll(COMMAND)) {
    const command = found[2];
    if (!context.commands.has(command.slice(1))) continue;
    const start = found.index + found[1].length;
    built.append(text.slice(place, start));
    built.append(h('button', { type: 'button', class: 'command', click: () => context.say(command) }, command));
    place = start + command.length;
  }
  built.append(text.slice(place));
  return built;
}

/**
 * @param {Entity} entity
 * @param {DocumentFragment} within
 * @param {{text: string, context: Context}} more
 * @returns {Node}
 */
function dressed(entity, within, { text, context }) {
  if (entity.type in TAGS) return h(TAGS[entity.type], {}, within);
  if (entity.type === 'spoiler') return spoiler(within);
  if (entity.type === 'text_link' || entity.type === 'url') return link(entity.url ?? text, within, context);
  if (entity.type === 'blockquote') return h('blockquote', {}, within);
  if (entity.type === 'expandable_blockquote') return expandable(within);
  return within;
}

/** @param {DocumentFragment} within */
function spoiler(within) {
  const show = () => {
    hidden.classList.add('shown');
    for (const name of ['role', 'tabindex', 'aria-label']) hidden.removeAttribute(name);
  };
  const hidden = h('span', { class: 'spoiler', role: 'button', tabindex: 0, 'aria-label': t('Hidden; press to show'), click: show });
  hidden.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    show();
  });
  hidden.append(within);
  return hidden;
}

/** @param {DocumentFragment} within */
function expandable(within) {
  const toggle = h('button', { type: 'button', class: 'more', 'aria-expanded': 'false' }, t('Show more'));
  const inside = h('div', {}, within);
  const quote = h('blockquote', { class: 'expandable' }, inside, toggle);
  requestAnimationFrame(() => (toggle.hidden = inside.scrollHeight <= inside.clientHeight));
  toggle.addEventListener('click', () => {
    const open = quote.classList.toggle('open');
    toggle.setAttribute('aria-expanded', String(open));
    toggle.textContent = open ? t('Show less') : t('Show more');
  });
  return quote;
}

/**
 * Link to what is safe to open; a link to the bot itself says its words here.
 * @param {string} url
 * @param {DocumentFragment} within
 * @param {Context} context
 */
export function link(url, within, context) {
  if (!SAFE.test(url)) return within;
  const payload = toBot(url, context.bot);
  if (payload !== null)
    return h('a', { href: url, click: (/** @type {Event} */ event) => {
      event.preventDefault();
      context.say(`/start ${payload}`.trim());
    } }, within);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', title: url }, within);
}

/**
 * Return what a deep link to the bot carries, or null when it leads elsewhere.
 * @param {string} url
 * @param {string} bot
 */
export function toBot(url, bot) {
  try {
    const { hostname, pathname, searchParams } = new URL(url);
    return hostname === 't.me' && pathname === `/${bot}` ? searchParams.get('start') ?? '' : null;
  } catch {
    return null;
  }
}
