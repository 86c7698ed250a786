// @ts-check
/** Hold the page together: who one is, which chat is open, what comes over the line. */

import { Closed, get, listen, post } from './api.js';
import { Composer } from './composer.js';
import { at, h, icon, settle } from './dom.js';
import { Pane } from './pane.js';
import { avatar, keyOf, listChats, titleOf, topicName, topicsOf } from './places.js';
import { Stretch } from './stretch.js';
import { lang, languages, speak, t } from './words.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./api.js').Chat} Chat */
/** @typedef {import('./places.js').Here} Here */

const TOAST_MS = 5000;
const ANSWER_MS = 15_000;
const SOON_MS = 25;

/** @type {import('./api.js').State} */
let state;
/** @type {Here | null} */
let here = null;
/** @type {() => void} */
let hush = () => undefined;
/** @type {Map<string, number>} */
const unseen = new Map();
/** @type {Map<string, HTMLButtonElement>} */
const asked = new Map();
let awaited = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let listing;

const app = at('app');
const wide = matchMedia('(min-width: 1180px)');
const stretch = new Stretch(at('scroll'), (count, away) => {
  at('down').hidden = !away;
  /** @type {HTMLElement} */ (at('down').querySelector('span')).textContent = count ? String(count) : '';
});
const composer = new Composer({
  say: (text, answers) => say(text, answers),
  file: async (file, answers) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ user: state.user, chat: here?.chat, topic: here?.topic ?? 0, answers: answers ?? 0 }))
      form.append(name, String(value));
    form.append('file', file);
    await told(post('file', form));
  },
  place: (latitude, longitude) => {
    if (!here) return;
    void told(post('location', { user: state.user, chat: here.chat, topic: here.topic ?? 0, latitude, longitude })).catch(() => undefined);
  },
});
const pane = new Pane(at('pipeline'), () => {
  const chat = chatHere();
  return chat ? { chat: chat.id, user: state.user, blocked: chat.blocked } : null;
});

function chatHere() {
  return state?.chats.find((each) => each.id === here?.chat);
}

/**
 * @param {string} text
 * @param {number | null} [answers]
 */
async function say(text, answers = null) {
  if (!here) return;
  await told(post('say', { user: state.user, chat: here.chat, topic: here.topic ?? 0, text, answers }));
}

/**
 * Say what went wrong with something that was sent.
 * @template T
 * @param {Promise<T>} sent
 */
async function told(sent) {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof Closed) closed();
    else toast(t('That did not arrive: {reason}', { reason: /** @type {Error} */ (error).message }));
    throw error;
  }
}

/** @param {Chat} chat @returns {import('./bubble.js').Context} */
function contextOf(chat) {
  return {
    user: state.user,
    bot: state.bot.username,
    commands: new Set(chat.menu.map((each) => each.command)),
    group: chat.type !== 'private' && chat.type !== 'channel',
    channel: titleOf(chat, state.bot.first_name),
    writes: chat.writes,
    say: (text) => void say(text).catch(() => undefined),
    answer: (message) => composer.answer(message),
    jump: (message) => void stretch.jump(message),
    look,
    tap,
  };
}

/** @type {import('./bubble.js').Context['tap']} */
async function tap(message, key, button) {
  button.setAttribute('aria-busy', 'true');
  const done = () => button.removeAttribute('aria-busy');
  try {
    const { query } = await told(post('tap', { user: state.user, chat: message.chat.id, message: message.message_id, data: key.callback_data }));
    if (awaited === query) {
      awaited = '';
      return done();
    }
    asked.set(query, button);
    setTimeout(() => asked.delete(query) && done(), ANSWER_MS);
  } catch {
    done();
  }
}

/**
 * Show a picture large.
 * @param {string} url
 * @param {string} words
 */
function look(url, words) {
  const viewer = /** @type {HTMLDialogElement} */ (at('viewer'));
  viewer.setAttribute('aria-label', words);
  viewer.replaceChildren(
    h('form', { method: 'dialog' }, h('button', { class: 'plain', 'aria-label': t('Close') }, icon('close'))),
    h('img', { src: url, alt: words }),
  );
  viewer.showModal();
}

/** @param {string} words */
function toast(words) {
  const box = at('toast');
  box.textContent = words;
  box.classList.toggle('shown', !!words);
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove('shown'), TOAST_MS);
}

/** @param {Here} wanted */
async function open(wanted) {
  here = wanted;
  app.dataset.view = 'talk';
  sessionStorage.setItem('here', JSON.stringify({ user: state.user, ...wanted }));
  unseen.delete(keyOf(wanted));
  composer.answer(null);
  dress();
  const chat = chatHere();
  if (!chat) return;
  await stretch.open(chat.id, wanted.topic, contextOf(chat));
  prompted(stretch.items[stretch.items.length - 1]);
}

/** Show who, what and where around the messages. */
function dress() {
  listNow();
  const chat = chatHere();
  if (!chat || !here) return;
  const title = titleOf(chat, state.bot.first_name);
  const topics = topicsOf(chat).length > 1;
  /** @type {Record<string, string>} */
  const kinds = { private: t('bot'), group: t('group'), supergroup: t('group with topics'), channel: t('channel') };
  const role = chat.type === 'private' ? '' : chat.admin ? t('you are admin') : chat.type === 'channel' ? '' : t('you are a member');
  settle(at('head'), [
    avatar(chat, state.bot.first_name),
    h('div', {},
      h('h2', { dir: 'auto' }, topics ? `${title} · ${topicName(chat, here.topic)}` : title),
      h('p', {}, [kinds[chat.type], role, chat.blocked ? t('the bot is blocked') : ''].filter(Boolean).join(' · '))),
  ]);
  document.title = `${title} · Tocsin`;
  at('compose').hidden = !chat.writes;
  at('readonly').hidden = chat.writes;
  composer.offer(chat.menu);
  if (stretch.place) stretch.place.context = contextOf(chat);
  pane.moved();
}

/**
 * Answer a prompt of the bot without being asked to.
 * @param {Message | undefined} message
 */
function prompted(message) {
  if (message?.prompt !== undefined && message.from?.is_bot) composer.answer(message);
}

async function refresh() {
  state = await get('state', { user: state?.user });
  choose();
  dress();
  pane.show(state.pipeline);
}

/** List the chats anew, once for all that comes at the same time. */
function list() {
  listing ??= setTimeout(listNow, SOON_MS);
}

function listNow() {
  listing = undefined;
  listChats(state.chats, { here, unseen, bot: state.bot.first_name, open: (wanted) => void open(wanted) });
}

/** @param {Message} message */
function edited(message) {
  if (message.chat.id === here?.chat) stretch.edit(message);
  const last = state.chats.find((each) => each.id === message.chat.id)?.last ?? {};
  const topic = Object.keys(last).find((each) => last[each].message_id === message.message_id);
  if (topic === undefined) return;
  last[topic] = message;
  list();
}

/** @param {Message} message */
function arrived(message) {
  const chat = state.chats.find((each) => each.id === message.chat.id);
  if (!chat) return;
  const topic = chat.topics.length ? message.message_thread_id ?? 0 : null;
  const key = keyOf({ chat: chat.id, topic });
  chat.last[String(topic ?? 0)] = message;
  if (here && key === keyOf(here)) {
    stretch.add(message);
    prompted(message);
  } else if (message.from?.id !== state.user) unseen.set(key, (unseen.get(key) ?? 0) + 1);
  list();
}

/** @param {(message: Message) => void} does */
const inHere = (does) => (/** @type {Message} */ message) => {
  if (message.chat.id === here?.chat) does(message);
};

/** Begin to listen as somebody; each new line begins with everything anew. */
function connect() {
  hush();
  let first = true;
  hush = listen(state.user, {
    hello: async () => {
      line('');
      if (first) {
        first = false;
        return;
      }
      await refresh();
      await stretch.reload();
    },
    lost: async () => {
      line(t('The line broke; trying again …'));
      await get('state', { user: state.user }).catch((error) => error instanceof Closed && closed());
    },
    gap: () => void stretch.reload(),
    message: arrived,
    edit: edited,
    delete: (message) => {
      inHere(({ message_id }) => stretch.remove(message_id))(message);
      void refresh();
    },
    toast: ({ query, text }) => {
      const button = asked.get(query);
      asked.delete(query);
      if (button) button.removeAttribute('aria-busy');
      else awaited = query;
      if (text) toast(text);
    },
    menu: () => void refresh(),
    chat: () => void refresh(),
    pipeline: (value) => pane.show(value),
  });
}

/** @param {string} words */
function line(words) {
  at('line').textContent = words;
  at('line').hidden = !words;
}

function closed() {
  hush();
  line(t('This page is closed. Open the newest link that Tocsin printed in its terminal.'));
}

/** Fill the choices of person and language. */
function choose() {
  const who = /** @type {HTMLSelectElement} */ (at('who'));
  settle(who, state.people.map((person) => h('option', { value: person.id }, `${person.name} · ${person.admin.length ? t('admin') : t('member')}`)));
  who.value = String(state.user);
  const tongue = /** @type {HTMLSelectElement} */ (at('lang'));
  settle(tongue, Object.entries(languages).map(([code, name]) => h('option', { value: code, lang: code }, name)));
  tongue.value = lang;
}

/** @param {number} user */
async function become(user) {
  state = await get('state', { user });
  sessionStorage.setItem('user', String(user));
  unseen.clear();
  connect();
  choose();
  pane.show(state.pipeline);
  const kept = JSON.parse(sessionStorage.getItem('here') ?? 'null');
  const same = kept?.user === user && state.chats.some((each) => each.id === kept.chat);
  const group = here && here.chat < 0 && state.chats.some((each) => each.id === here?.chat);
  const view = app.dataset.view;
  await open(same ? { chat: kept.chat, topic: kept.topic } : group && here ? here : { chat: state.chats[0].id, topic: topicsOf(state.chats[0])[0] });
  if (view === 'list' && matchMedia('(max-width: 719px)').matches && !same) app.dataset.view = 'talk';
}

/** Take the theme that was chosen, or the system's. */
function theme(next = false) {
  const order = ['', 'dark', 'light'];
  const now = localStorage.getItem('theme') ?? '';
  const wanted = next ? order[(order.indexOf(now) + 1) % order.length] : now;
  localStorage.setItem('theme', wanted);
  if (wanted) document.documentElement.dataset.theme = wanted;
  else delete document.documentElement.dataset.theme;
}

/** Move to the chat above or below. @param {number} step */
function walk(step) {
  const places = state.chats.flatMap((chat) => topicsOf(chat).map((topic) => ({ chat: chat.id, topic })));
  const now = places.findIndex((each) => here && keyOf(each) === keyOf(here));
  void open(places[(now + step + places.length) % places.length]);
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    walk(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 'Escape' && !event.defaultPrevented && app.dataset.view === 'pipeline' && !wide.matches) showPane(false);
}

/** @param {boolean} shown */
function showPane(shown) {
  app.dataset.view = shown ? 'pipeline' : 'talk';
  app.classList.toggle('folded', !shown);
  at('flow').setAttribute('aria-expanded', String(shown));
}

function wire() {
  at('who').addEventListener('change', (event) => void become(Number(/** @type {HTMLSelectElement} */ (event.target).value)));
  at('lang').addEventListener('change', async (event) => {
    const wanted = /** @type {HTMLSelectElement} */ (event.target).value;
    localStorage.setItem('lang', wanted);
    await speak(wanted);
    await told(post('language', { user: state.user, lang: wanted }));
    pane.speak();
    await refresh();
    if (here) await open(here);
  });
  at('theme').addEventListener('click', () => theme(true));
  at('back').addEventListener('click', () => (app.dataset.view = 'list'));
  at('flow').addEventListener('click', () => showPane(at('flow').getAttribute('aria-expanded') !== 'true'));
  at('down').addEventListener('click', () => void stretch.reload());
  document.addEventListener('keydown', keyed);
  const fit = () => {
    const view = app.dataset.view;
    showPane(wide.matches);
    if (!wide.matches && view === 'list') app.dataset.view = view;
  };
  wide.addEventListener('change', fit);
  fit();
}

async function begin() {
  theme();
  try {
    await speak(localStorage.getItem('lang'));
    wire();
    const kept = Number(sessionStorage.getItem('user')) || undefined;
    state = await get('state', { user: kept });
    await become(state.user);
    document.body.dataset.ready = 'true';
  } catch (error) {
    if (!(error instanceof Closed)) throw error;
    closed();
  }
}

void begin();
