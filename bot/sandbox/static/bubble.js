// @ts-check
/** Build the bubble of one message, or of an album. */

import { h, icon } from './dom.js';
import { link, rich, toBot } from './rich.js';
import { clock, t } from './words.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./api.js').Key} Key */
/**
 * @typedef {import('./rich.js').Context & {
 *   user: number, group: boolean, channel: string, writes: boolean,
 *   tap: (message: Message, key: Key, button: HTMLButtonElement) => void,
 *   answer: (message: Message) => void, jump: (message: number) => void, look: (url: string, words: string) => void
 * }} Context
 */

/** @param {Message} message */
export const wordsOf = (message) => {
  if (message.text) return message.text;
  if (message.location) return t('Location');
  const file = message.photo ? t('Photo') : message.document ? message.document.file_name : '';
  return [file, message.caption].filter(Boolean).join(' · ');
};

/**
 * @param {Message} message
 * @param {Context} context
 */
export const nameOf = (message, context) => message.from?.first_name ?? context.channel;

/**
 * @param {Message[]} messages one, or the several of an album
 * @param {Context} context
 * @returns {HTMLElement}
 */
export function bubble(messages, context) {
  const message = messages[0];
  const last = messages[messages.length - 1];
  const mine = message.from?.id === context.user;
  const said = messages.find((each) => each.text || each.caption);
  const shown = said ? rich(said.text ?? said.caption ?? '', said.entities ?? said.caption_entities ?? [], context) : null;
  const built = h(
    'article',
    {
      class: `message ${mine ? 'mine' : 'theirs'}${messages.length > 1 ? ' album' : ''}`,
      id: `m${message.message_id}`,
      tabindex: -1,
      'aria-label': `${mine ? t('You') : nameOf(message, context)}, ${clock(message.date)}`,
    },
    h(
      'div',
      { class: 'body' },
      context.group && !mine ? h('b', { class: `name tint${(message.from?.id ?? 0) % 6}` }, nameOf(message, context)) : null,
      message.reply_to_message ? quoted(message.reply_to_message, context) : null,
      pictures(messages, context),
      ...messages.map((each) => attached(each)),
      message.location ? placed(message.location) : null,
      shown ? h('div', { class: 'text' }, shown) : null,
      foot(last),
      context.writes ? answerButton(message, context) : null,
    ),
    keyboard(last, context),
  );
  return built;
}

/**
 * @param {Message} original
 * @param {Context} context
 */
function quoted(original, context) {
  return h(
    'button',
    { type: 'button', class: 'quoted', click: () => context.jump(original.message_id), title: t('To the message that this answers') },
    h('b', {}, original.from?.id === context.user ? t('You') : nameOf(original, context)),
    h('span', { dir: 'auto' }, wordsOf(original).slice(0, 120)),
  );
}

/**
 * @param {Message[]} messages
 * @param {Context} context
 */
function pictures(messages, context) {
  const shown = messages.filter((each) => each.photo);
  if (!shown.length) return null;
  return h(
    'div',
    { class: `pictures n${Math.min(shown.length, 4)}` },
    ...shown.map((each) => {
      const size = /** @type {import('./api.js').PhotoSize} */ (each.photo?.[each.photo.length - 1]);
      const url = `/page/files/${size.file_id}`;
      const words = each.caption?.split('\n')[0] ?? t('Photo');
      return h(
        'button',
        { type: 'button', class: 'picture', click: () => context.look(url, words), 'aria-label': t('Show the photo: {words}', { words }) },
        h('img', { src: url, width: size.width, height: size.height, alt: words, decoding: 'async' }),
      );
    }),
  );
}

/** @param {Message} message */
function attached(message) {
  if (!message.document) return null;
  const { file_id, file_name, file_size } = message.document;
  return h(
    'a',
    { class: 'file', href: `/page/files/${file_id}`, download: file_name },
    icon('file'),
    h('span', {}, h('b', { dir: 'auto' }, file_name), h('small', {}, size(file_size))),
  );
}

/** @param {{latitude: number, longitude: number}} place */
function placed({ latitude, longitude }) {
  return h('p', { class: 'file' }, icon('place'), h('span', {}, h('b', {}, t('Location')), h('small', { dir: 'ltr' }, `${latitude.toFixed(2)}, ${longitude.toFixed(2)}`)));
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {Message} message */
function foot(message) {
  const silent = message.silent ? h('span', { class: 'silent', title: t('Sent without a sound') }, icon('quiet'), h('span', { class: 'hidden' }, t('Sent without a sound'))) : null;
  const edited = message.edit_date ? h('span', {}, t('edited {time}', { time: clock(message.edit_date) })) : null;
  return h('footer', {}, silent, edited, h('time', { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)));
}

/**
 * @param {Message} message
 * @param {Context} context
 */
function answerButton(message, context) {
  return h('button', { type: 'button', class: 'plain answer', title: t('Answer'), 'aria-label': t('Answer'), click: () => context.answer(message) }, icon('reply'));
}

/**
 * @param {Message} message
 * @param {Context} context
 */
function keyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  return h(
    'div',
    { class: 'keys', role: 'group', 'aria-label': t('Buttons') },
    ...rows.map((row) => h('div', {}, ...row.map((key) => press(message, key, context)))),
  );
}

/**
 * @param {Message} message
 * @param {Key} key
 * @param {Context} context
 * @returns {HTMLElement}
 */
function press(message, key, context) {
  if (key.url) return opens(key.url, key.text, context);
  if (key.copy_text) return copies(key.copy_text.text, key.text);
  const button = h('button', { type: 'button' }, h('span', { dir: 'auto' }, key.text));
  button.addEventListener('click', () => context.tap(message, key, button));
  return button;
}

/**
 * @param {string} url
 * @param {string} words
 * @param {Context} context
 */
function opens(url, words, context) {
  const within = document.createDocumentFragment();
  within.append(h('span', { dir: 'auto' }, words));
  if (toBot(url, context.bot) === null) within.append(icon('out', 'corner'));
  const built = link(url, within, context);
  return built instanceof HTMLElement ? built : h('button', { type: 'button', disabled: true }, words);
}

/**
 * @param {string} text
 * @param {string} words
 */
function copies(text, words) {
  const told = h('span', { dir: 'auto' }, words);
  const button = h('button', { type: 'button', title: text }, told, icon('copy', 'corner'));
  button.addEventListener('click', async () => {
    await copy(text);
    told.textContent = t('Copied');
    setTimeout(() => (told.textContent = words), 1500);
  });
  return button;
}

/** @param {string} text */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text).catch(() => undefined);
    return;
  }
  const held = h('textarea', { class: 'hidden', readonly: true });
  held.value = text;
  document.body.append(held);
  held.select();
  document.execCommand('copy');
  held.remove();
}
