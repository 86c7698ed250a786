// @ts-check
/** List the chats, with topics under their group, and say how many messages were not seen. */

import { at, h, settle } from './dom.js';
import { wordsOf } from './bubble.js';
import { clock, number, t } from './words.js';

/** @typedef {import('./api.js').Chat} Chat */
/** @typedef {import('./api.js').Message} Message */
/** @typedef {{chat: number, topic: number | null}} Here */

/**
 * Name a chat as its people see it.
 * @param {Chat} chat
 * @param {string} bot
 */
export const titleOf = (chat, bot) => chat.title || bot;

/**
 * @param {Chat} chat
 * @returns {(number | null)[]}
 */
export const topicsOf = (chat) => (chat.topics.length ? [0, ...chat.topics.map((each) => each.id)] : [null]);

/**
 * @param {Chat} chat
 * @param {number | null} topic
 */
export const topicName = (chat, topic) => (topic ? chat.topics.find((each) => each.id === topic)?.name ?? '' : t('General'));

/** @param {Here} here */
export const keyOf = ({ chat, topic }) => `${chat}:${topic ?? 0}`;

/**
 * @param {Chat[]} chats
 * @param {{here: Here | null, unseen: Map<string, number>, bot: string, open: (here: Here) => void}} how
 */
export function listChats(chats, how) {
  const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.chat;
  settle(at('chats'), chats.map((chat) => entry(chat, how)));
  if (held) /** @type {HTMLElement | null} */ (at('chats').querySelector(`[data-chat="${held}"]`))?.focus({ preventScroll: true });
}

/**
 * @param {Chat} chat
 * @param {Parameters<typeof listChats>[1]} how
 */
function entry(chat, how) {
  const topics = topicsOf(chat);
  const head = avatar(chat, how.bot);
  if (topics.length === 1) return h('li', {}, row(chat, topics[0], { how, head, title: titleOf(chat, how.bot) }));
  return h(
    'li',
    { class: 'forum' },
    h('p', {}, head, h('b', {}, h('bdi', {}, titleOf(chat, how.bot))), h('small', {}, chat.admin ? t('you are admin') : t('you are a member'))),
    h('ul', {}, ...topics.map((topic) => h('li', {}, row(chat, topic, { how, head: h('i', { class: 'hash', 'aria-hidden': 'true' }, '#'), title: topicName(chat, topic) })))),
  );
}

/**
 * @param {Chat} chat
 * @param {number | null} topic
 * @param {{how: Parameters<typeof listChats>[1], head: HTMLElement, title: string}} shown
 */
function row(chat, topic, { how, head, title }) {
  const last = chat.last[String(topic ?? 0)];
  const here = { chat: chat.id, topic };
  const unseen = how.unseen.get(keyOf(here)) ?? 0;
  return h(
    'button',
    { type: 'button', 'data-chat': keyOf(here), 'aria-current': how.here && keyOf(how.here) === keyOf(here) ? 'true' : null, click: () => how.open(here) },
    head,
    h('span', { class: 'what' },
      h('span', { class: 'first' }, h('b', {}, h('bdi', {}, title)), last ? h('time', {}, clock(last.date)) : null),
      h('span', { class: 'second' }, h('bdi', {}, last ? wordsOf(last).replace(/\s+/g, ' ').slice(0, 90) : t('Nothing yet.')),
        unseen ? h('span', { class: 'badge' }, number(unseen), h('span', { class: 'hidden' }, ` ${t('new')}`)) : null)),
  );
}

/**
 * @param {Chat} chat
 * @param {string} bot
 */
export function avatar(chat, bot) {
  if (chat.type === 'private') return h('img', { class: 'avatar', src: '/page/static/bell.svg', alt: '', width: 44, height: 44 });
  const letters = titleOf(chat, bot).split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase();
  return h('i', { class: `avatar tint${Math.abs(chat.id) % 6}`, 'aria-hidden': 'true' }, letters);
}
