// @ts-check
/** Write, answer, pick a command, send a file. */

import { at, h, icon, settle } from './dom.js';
import { wordsOf } from './bubble.js';
import { t } from './words.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {{command: string, description: string}} Command */

// Where a person may say to be; the browser is not asked, so that no real place is given away.
/** @type {[string, number, number][]} */
const PLACES = [
  ['Bamako', 12.64, -8],
  ['Ouagadougou', 12.37, -1.52],
  ['Niamey', 13.51, 2.11],
  ['Paris', 48.86, 2.35],
];

export class Composer {
  /**
   * @param {{
   *   say: (text: string, answers: number | null) => Promise<void>, file: (file: File, answers: number | null) => Promise<void>,
   *   place: (latitude: number, longitude: number) => void
   * }} does
   */
  constructor(does) {
    this.does = does;
    this.form = at('compose');
    this.box = /** @type {HTMLTextAreaElement} */ (at('text'));
    this.list = at('menu');
    this.bar = at('answering');
    /** @type {Command[]} */
    this.commands = [];
    /** @type {Command[]} */
    this.offered = [];
    this.chosen = -1;
    /** @type {Message | null} */
    this.answers = null;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.box.addEventListener('input', () => this.typed());
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    at('slash').addEventListener('click', () => this.toggle());
    this.more = at('more');
    at('attach').addEventListener('click', () => this.attach(this.more.hidden));
    this.more.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      this.attach(false);
      at('attach').focus();
    });
    const input = /** @type {HTMLInputElement} */ (at('file'));
    input.addEventListener('change', async () => {
      const file = input.files?.[0];
      input.value = '';
      if (!file) return;
      await this.does.file(file, this.answers?.message_id ?? null);
      this.answer(null);
    });
  }

  /**
   * Offer what can be sent beside words: a file, or to stand in one of a few places.
   * @param {boolean} shown
   */
  attach(shown) {
    this.more.hidden = !shown;
    at('attach').setAttribute('aria-expanded', String(shown));
    if (!shown) return;
    const item = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => void} */ does) =>
      h('li', {}, h('button', { type: 'button', click: () => { this.attach(false); does(); } }, icon(name), h('span', {}, words)));
    settle(this.more, [
      item('file', t('Send a file'), () => at('file').click()),
      ...PLACES.map(([city, latitude, longitude]) => item('place', t('I am in {city}', { city }), () => this.does.place(latitude, longitude))),
    ]);
    /** @type {HTMLElement | null} */ (this.more.querySelector('button'))?.focus();
  }

  /** @param {Command[]} commands */
  offer(commands) {
    this.commands = commands;
    at('slash').hidden = !commands.length;
    this.close();
  }

  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    const answers = this.answers?.message_id ?? null;
    this.box.value = '';
    this.answer(null);
    this.close();
    try {
      await this.does.say(text, answers);
    } catch {
      this.box.value = text;
    }
  }

  /**
   * Answer a message, or none; a prompt says what it waits for.
   * @param {Message | null} message
   */
  answer(message) {
    this.answers = message;
    this.box.placeholder = message?.prompt || t('Message');
    this.bar.hidden = !message;
    this.bar.replaceChildren();
    if (!message) return;
    this.bar.append(
      icon('reply', 'flip'),
      h('span', {}, h('b', {}, t('Answer to')), ' ', h('bdi', {}, wordsOf(message).slice(0, 120))),
      h('button', { type: 'button', class: 'plain', 'aria-label': t('Do not answer'), title: t('Do not answer'), click: () => this.answer(null) }, icon('close')),
    );
    this.box.focus();
  }

  toggle() {
    if (!this.list.hidden) return this.close();
    this.show(this.commands);
    this.box.focus();
  }

  typed() {
    const word = /^\/(\w*)$/.exec(this.box.value);
    this.show(word ? this.commands.filter((each) => each.command.startsWith(word[1])) : []);
  }

  /** @param {Command[]} commands */
  show(commands) {
    this.offered = commands;
    this.chosen = commands.length ? 0 : -1;
    this.list.hidden = !commands.length;
    this.box.setAttribute('aria-expanded', String(!!commands.length));
    settle(this.list, commands.map((each, place) => this.row(each, place)));
    this.mark();
  }

  /**
   * @param {Command} command
   * @param {number} place
   */
  row(command, place) {
    return h(
      'li',
      { role: 'option', id: `c${place}`, 'aria-selected': 'false', mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => this.pick(place) },
      h('b', { dir: 'ltr' }, `/${command.command}`),
      h('span', { dir: 'auto' }, command.description),
    );
  }

  mark() {
    [...this.list.children].forEach((each, place) => {
      each.setAttribute('aria-selected', String(place === this.chosen));
      if (place === this.chosen) each.scrollIntoView({ block: 'nearest' });
    });
    if (this.chosen >= 0) this.box.setAttribute('aria-activedescendant', `c${this.chosen}`);
    else this.box.removeAttribute('aria-activedescendant');
  }

  close() {
    this.show([]);
  }

  /** @param {number} place */
  pick(place) {
    this.box.value = `/${this.offered[place].command}`;
    this.close();
    this.send();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) {
      event.preventDefault();
      this.chosen = (this.chosen + step + this.offered.length) % this.offered.length;
      this.mark();
    } else if (open && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.box.value = `/${this.offered[this.chosen].command} `;
      this.close();
    } else if (event.key === 'Escape' && (open || this.answers)) {
      event.preventDefault();
      if (open) this.close();
      else this.answer(null);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (open && this.offered[this.chosen]) this.pick(this.chosen);
      else this.send();
    }
  }
}
