// @ts-check
/** Show what the pipeline does now, break things on purpose, play the samples. */

import { post } from './api.js';
import { h, icon, settle } from './dom.js';
import { clock, number, t } from './words.js';

/** @typedef {{chat: number, user: number, blocked: boolean}} Place */

export class Pane {
  /**
   * @param {HTMLElement} box
   * @param {() => Place | null} place
   */
  constructor(box, place) {
    this.box = box;
    this.place = place;
    /** @type {any} */
    this.state = null;
    /** @type {Map<string, number>} */
    this.before = new Map();
    this.parts = { play: h('section', {}), flow: h('section', {}), polls: h('section', {}), breaks: h('section', {}) };
    box.append(this.parts.play, this.parts.flow, this.parts.breaks, this.parts.polls);
  }

  /** @param {any} state */
  show(state) {
    if (!state) {
      this.box.hidden = true;
      return;
    }
    this.state = state;
    this.play(state.play);
    this.flow(state);
    this.breaks(state.broken);
    this.polls(state.recent);
  }

  /** @param {{paused: boolean, speed: number, speeds: number[], published: number, total: number} | undefined} play */
  play(play) {
    const part = this.parts.play;
    part.hidden = !play;
    if (!play) return;
    const press = (/** @type {string} */ what) => () => post('play', { press: what });
    if (!part.children.length) {
      const speeds = play.speeds.map((speed) => {
        const name = `${speed}`;
        return h('button', { type: 'button', 'data-speed': name, click: press(name) }, `${number(speed)}×`);
      });
      part.append(
        h('h2', {}, t('Sample news')),
        h('div', { class: 'transport', role: 'group', 'aria-label': t('Replay') },
          h('button', { type: 'button', id: 'pause' }),
          h('button', { type: 'button', id: 'step', title: t('Next entry'), 'aria-label': t('Next entry'), click: press('step') }, icon('step')),
          h('span', { class: 'speeds', role: 'group', 'aria-label': t('Speed') }, ...speeds)),
        h('progress', { 'aria-label': t('Entries published') }),
        h('small', {}),
      );
      part.querySelector('#pause')?.addEventListener('click', () => post('play', { press: this.state.play.paused ? 'play' : 'pause' }));
    }
    const pause = /** @type {HTMLButtonElement} */ (part.querySelector('#pause'));
    const words = play.paused ? t('Go on') : t('Pause');
    pause.replaceChildren(icon(play.paused ? 'play' : 'pause'));
    pause.title = words;
    pause.setAttribute('aria-label', words);
    for (const each of part.querySelectorAll('[data-speed]'))
      each.setAttribute('aria-pressed', String(each.getAttribute('data-speed') === `${play.speed}`));
    const bar = /** @type {HTMLProgressElement} */ (part.querySelector('progress'));
    bar.max = play.total;
    bar.value = play.published;
    /** @type {HTMLElement} */ (part.querySelector('small')).textContent = t('{n} of {all} entries published', { n: number(play.published), all: number(play.total) });
  }

  /** @param {any} state */
  flow(state) {
    const { outbox, feeds } = state;
    const steps = [
      ['feeds', t('Feeds read'), feeds.read, t('of {n}', { n: number(feeds.total) }), feeds.failing ? t('failing: {n}', { n: number(feeds.failing) }) : ''],
      ['entries', t('Entries taken in'), state.entries, '', ''],
      ['matched', t('Entries matched'), state.matched, '', ''],
      ['stories', t('Stories'), state.stories, '', t('merged copies: {n}', { n: number(state.copies) })],
      ['due', t('Waiting to be sent'), outbox.due + outbox.sending, '', this.owed(outbox)],
      ['sent', t('Messages sent'), outbox.sent, '', outbox.dropped ? t('dropped with a reason: {n}', { n: number(outbox.dropped) }) : ''],
      ['lost', t('Lost'), state.lost, '', state.repeats ? t('possible repeats: {n}', { n: number(state.repeats) }) : ''],
    ];
    const part = this.parts.flow;
    if (!part.children.length) part.append(h('h2', {}, t('Pipeline')), h('ol', { class: 'flow' }));
    const list = /** @type {HTMLElement} */ (part.querySelector('ol'));
    settle(list, steps.map(([key, name, count, of, more]) => this.step(String(key), { name: String(name), count: Number(count), of: String(of), more: String(more) }, list)));
  }

  /** @param {any} outbox */
  owed(outbox) {
    return [
      outbox.waits > 2 && outbox.due ? t('oldest: {n} s', { n: number(outbox.waits) }) : '',
      outbox.held ? t('held back: {n}', { n: number(outbox.held) }) : '',
      outbox.parked ? t('chats waiting as asked: {n}', { n: number(outbox.parked) }) : '',
    ].filter(Boolean).join(' · ');
  }

  /**
   * @param {string} key
   * @param {{name: string, count: number, of: string, more: string}} said
   * @param {HTMLElement} list
   */
  step(key, { name, count, of, more }, list) {
    const node = /** @type {HTMLElement | null} */ (list.querySelector(`[data-step="${key}"]`)) ?? h('li', { 'data-step': key }, h('span'), h('b'), h('small'));
    const [label, figure, note] = /** @type {HTMLElement[]} */ ([...node.children]);
    label.textContent = name;
    figure.textContent = [number(count), of].filter(Boolean).join(' ');
    note.textContent = more;
    const before = this.before.get(key);
    if (before !== undefined && before !== count) {
      node.classList.remove('moved');
      void node.offsetWidth;
      node.classList.add('moved');
    }
    node.classList.toggle('bad', key === 'lost' && count > 0);
    this.before.set(key, count);
    return node;
  }

  /** @param {{cut: boolean, throttled: number}} broken */
  breaks(broken) {
    const part = this.parts.breaks;
    if (!part.children.length)
      part.append(
        h('h2', {}, t('Break something')),
        h('div', { class: 'breaks' }, this.breaker('throttle'), this.breaker('block'), this.breaker('cut')),
      );
    const here = this.place();
    const state = {
      throttle: [broken.throttled > 0, t('Too many requests'), broken.throttled ? t('The next message will be refused for 5 s.') : t('Refuse the next message for 5 s (429).')],
      block: [!!here?.blocked, here?.blocked ? t('Unblock the bot') : t('Block the bot'), here?.blocked ? t('It may not write in this chat.') : t('Forbid it to write in this chat (403).')],
      cut: [broken.cut, broken.cut ? t('Mend the line') : t('Cut the line'), broken.cut ? t('No call of the bot arrives.') : t('Let every call of the bot break off.')],
    };
    for (const [what, [on, name, more]] of Object.entries(state)) {
      const button = /** @type {HTMLButtonElement} */ (part.querySelector(`[data-break="${what}"]`));
      button.setAttribute('aria-pressed', String(on));
      button.disabled = what === 'block' && !here;
      button.replaceChildren(h('b', {}, String(name)), h('small', {}, String(more)));
    }
  }

  /** @param {string} what */
  breaker(what) {
    return h('button', { type: 'button', 'data-break': what, click: () => {
      const here = this.place();
      post('break', { what, chat: here?.chat, user: here?.user });
    } });
  }

  /** Look at the chat anew: another one was opened, or it was blocked. */
  moved() {
    if (this.state) this.breaks(this.state.broken);
  }

  /** Say everything anew in another language. */
  speak() {
    for (const part of Object.values(this.parts)) part.replaceChildren();
    if (this.state) this.show(this.state);
  }

  /** @param {{at: number, feed: string, name: string, status: number, result: string, new: number, matched: number}[]} recent */
  polls(recent) {
    const part = this.parts.polls;
    if (!part.children.length) part.append(h('h2', {}, t('Last polls')), h('ol', { class: 'polls' }));
    /** @type {Record<string, string>} */
    const results = { read: t('read'), unchanged: t('unchanged') };
    const rows = recent.map((each) => h(
      'li',
      { class: each.result in results ? '' : 'bad' },
      h('time', {}, clock(each.at)),
      h('b', { title: each.feed }, h('bdi', {}, each.name)),
      h('span', {}, each.new ? t('new: {n}, matched: {m}', { n: number(each.new), m: number(each.matched) }) : results[each.result] ?? `${each.result} ${each.status || ''}`),
    ));
    const list = /** @type {HTMLElement} */ (part.querySelector('ol'));
    list.replaceChildren(...(rows.length ? rows : [h('li', {}, t('None yet.'))]));
  }
}
