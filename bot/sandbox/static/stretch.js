// @ts-check
/**
 * Show one stretch of a chat: at most MOST messages stand in the document, however long the chat is.
 *
 *   older ◀─ fetched when the top comes near │ items │ fetched when the end comes near ─▶ newer
 */

import { get } from './api.js';
import { bubble } from './bubble.js';
import { h, settle } from './dom.js';
import { day, t } from './words.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./bubble.js').Context} Context */

export const MOST = 200;
// Pixels from an edge at which more is fetched, and from the end at which the newest is followed.
const NEAR = 600;
const AT_END = 90;
// Milliseconds within which changes are shown together, so that a burst of messages costs one rendering.
const SOON = 25;

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Stretch {
  /**
   * @param {HTMLElement} box what scrolls
   * @param {(unseen: number, away: boolean) => void} onEnd hears how many newer messages are not in view
   */
  constructor(box, onEnd) {
    this.box = box;
    this.onEnd = onEnd;
    /** @type {Message[]} */
    this.items = [];
    /** @type {Map<string, {mark: string | Message[], node: HTMLElement}>} */
    this.shown = new Map();
    /** @type {{chat: number, topic: number | null, context: Context} | null} */
    this.place = null;
    this.older = false;
    this.newer = false;
    this.unseen = 0;
    this.busy = false;
    this.generation = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {Set<number>} */
    this.edited = new Set();
    box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.following && this.toEnd()).observe(box);
    this.following = true;
  }

  /**
   * @param {number} chat
   * @param {number | null} topic
   * @param {Context} context
   */
  async open(chat, topic, context) {
    this.place = { chat, topic, context };
    this.items = [];
    this.older = this.newer = false;
    this.shown.clear();
    this.box.replaceChildren();
    await this.reload();
  }

  /** Fetch the newest messages anew, as after a line that broke. */
  async reload() {
    const found = await this.fetch({});
    if (!found) return;
    this.items = found.messages;
    this.older = found.more;
    this.newer = false;
    this.unseen = 0;
    this.following = true;
    this.render();
    this.toEnd();
  }

  /** @param {Record<string, number>} asked */
  async fetch(asked) {
    if (!this.place) return null;
    const mine = ++this.generation;
    const { chat, topic, context } = this.place;
    const found = await get('messages', { chat, user: context.user, topic, ...asked });
    return mine === this.generation ? found : null;
  }

  async scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    const below = scrollHeight - scrollTop - clientHeight;
    this.following = below < AT_END && !this.newer;
    if (this.following) this.unseen = 0;
    this.onEnd(this.unseen, !this.following);
    if (this.busy) return;
    this.busy = true;
    try {
      if (scrollTop < NEAR && this.older) await this.more('before');
      else if (below < NEAR && this.newer) await this.more('after');
    } catch {
      // the line is away: the next scroll tries again
    } finally {
      this.busy = false;
    }
  }

  /** @param {'before' | 'after'} side */
  async more(side) {
    const edge = side === 'before' ? this.items[0] : this.items[this.items.length - 1];
    const found = await this.fetch({ [side]: edge.message_id });
    if (!found) return;
    if (side === 'before') {
      this.items = [...found.messages, ...this.items];
      this.older = found.more;
      if (this.items.length > MOST) {
        this.items.length = MOST;
        this.newer = true;
      }
    } else {
      this.items = [...this.items, ...found.messages];
      this.newer = found.more;
      if (this.items.length > MOST) {
        this.items = this.items.slice(-MOST);
        this.older = true;
      }
    }
    this.render(this.anchor());
  }

  /**
   * Go to a message, fetching what lies around it when it is not here.
   * @param {number} id
   */
  async jump(id) {
    if (!this.items.some((each) => each.message_id === id)) {
      const found = await this.fetch({ around: id });
      if (!found?.messages.some((/** @type {Message} */ each) => each.message_id === id)) return;
      this.items = found.messages;
      this.older = found.older;
      this.newer = found.newer;
      this.render();
    }
    this.following = false;
    const node = this.nodeOf(id);
    node?.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });
    node?.focus({ preventScroll: true });
    this.flash(node);
  }

  /** @param {Message} message */
  add(message) {
    if (this.items.some((each) => each.message_id === message.message_id)) return this.edit(message);
    const mine = message.from?.id === this.place?.context.user;
    if (mine && this.newer) void this.reload();
    if (mine && !this.newer) this.following = true;
    const full = this.items.length >= MOST;
    if (this.newer || (full && !this.following)) this.newer = true;
    else {
      this.items = [...this.items.slice(full ? 1 - MOST : 0), message];
      this.older ||= full;
      this.soon();
    }
    if (this.following) return;
    this.unseen += 1;
    this.onEnd(this.unseen, true);
  }

  /** @param {Message} message */
  edit(message) {
    const place = this.items.findIndex((each) => each.message_id === message.message_id);
    if (place < 0) return;
    this.items[place] = message;
    this.edited.add(message.message_id);
    this.soon();
  }

  /** @param {number} id */
  remove(id) {
    this.items = this.items.filter((each) => each.message_id !== id);
    this.soon();
  }

  /** Show what changed, once for all that comes at the same time. */
  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.render(this.following ? null : this.anchor());
      if (this.following) this.toEnd();
      for (const id of this.edited) this.flash(this.nodeOf(id));
      this.edited.clear();
    }, SOON);
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.unseen = 0;
    this.onEnd(0, false);
  }

  /** @param {number} id */
  nodeOf(id) {
    const block = blocks(this.items).find((each) => each.some((message) => message.message_id === id));
    return block ? this.shown.get(`m${block[0].message_id}`)?.node : undefined;
  }

  /** @param {HTMLElement | undefined} node */
  flash(node) {
    if (!node) return;
    node.classList.remove('flash');
    void node.offsetWidth;
    node.classList.add('flash');
  }

  /** Remember what stands at the top of the view, and where. */
  anchor() {
    const top = this.box.getBoundingClientRect().top;
    const node = [...this.box.querySelectorAll('article')].find((each) => each.getBoundingClientRect().bottom > top);
    return node ? { id: node.id, offset: node.getBoundingClientRect().top } : null;
  }

  /** @param {{id: string, offset: number} | null} [anchor] */
  render(anchor) {
    const place = this.place;
    if (!place) return;
    /** @type {HTMLElement[]} */
    const wanted = [];
    const keep = new Map();
    /** @param {string} key @param {string | Message[]} mark @param {() => HTMLElement} build */
    const put = (key, mark, build) => {
      const before = this.shown.get(key);
      const entry = before && same(before.mark, mark) ? before : { mark, node: this.replaced(before?.node, build()) };
      keep.set(key, entry);
      wanted.push(entry.node);
    };
    if (!this.items.length) put('empty', [...place.context.commands].join(), () => nothing(place.context));
    let today = '';
    for (const block of blocks(this.items)) {
      const when = day(block[0].date);
      if (when !== today) put(`d${block[0].message_id}${when}`, when, () => h('p', { class: 'day' }, h('span', {}, when)));
      today = when;
      put(`m${block[0].message_id}`, block, () => bubble(block, place.context));
    }
    this.shown = keep;
    settle(this.box, wanted);
    if (anchor) {
      const node = document.getElementById(anchor.id);
      if (node) this.box.scrollTop += node.getBoundingClientRect().top - anchor.offset;
    }
  }

  /**
   * Take an older node's place in the document, and its focus.
   * @param {HTMLElement | undefined} old
   * @param {HTMLElement} fresh
   */
  replaced(old, fresh) {
    if (!old?.isConnected) return fresh;
    const held = old.contains(document.activeElement) ? focusPath(old) : null;
    old.replaceWith(fresh);
    if (held !== null) /** @type {HTMLElement | undefined} */ ([...fresh.querySelectorAll('button, a')][held] ?? fresh)?.focus({ preventScroll: true });
    return fresh;
  }
}

/**
 * Offer to begin, as Telegram does in a chat where nothing was said yet.
 * @param {Context} context
 */
function nothing(context) {
  const begin = context.writes && context.commands.has('start') && !context.group;
  return h('div', { class: 'empty' }, h('p', {}, t('Nothing yet.')), begin && h('button', { type: 'button', click: () => context.say('/start') }, '/start'));
}

/** @param {HTMLElement} node */
function focusPath(node) {
  return [...node.querySelectorAll('button, a')].indexOf(/** @type {Element} */ (document.activeElement));
}

/**
 * Say whether a bubble still shows what it should; what was not fetched anew is the very same message.
 * @param {string | Message[]} before
 * @param {string | Message[]} now
 */
function same(before, now) {
  if (typeof before === 'string' || typeof now === 'string') return before === now;
  const held = before.length === now.length && before.every((each, place) => each === now[place]);
  return held || JSON.stringify(before) === JSON.stringify(now);
}

/**
 * Put the messages of one album together.
 * @param {Message[]} items
 * @returns {Message[][]}
 */
function blocks(items) {
  /** @type {Message[][]} */
  const found = [];
  for (const message of items) {
    const last = found[found.length - 1];
    if (message.media_group_id && last?.[0].media_group_id === message.media_group_id) last.push(message);
    else found.push([message]);
  }
  return found;
}
