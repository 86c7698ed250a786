// @ts-check
/**
 * Talk to the page's server.
 *
 * @typedef {{type: string, offset: number, length: number, url?: string}} Entity
 * @typedef {{text: string, callback_data?: string, url?: string, copy_text?: {text: string}}} Key
 * @typedef {{id: number, is_bot: boolean, first_name: string}} Person
 * @typedef {{file_id: string, width: number, height: number}} PhotoSize
 * @typedef {{
 *   message_id: number, date: number, edit_date?: number, from?: Person, chat: {id: number, type: string, title?: string},
 *   text?: string, entities?: Entity[], caption?: string, caption_entities?: Entity[], photo?: PhotoSize[],
 *   document?: {file_id: string, file_name: string, file_size: number}, media_group_id?: string,
 *   message_thread_id?: number, reply_to_message?: Message, reply_markup?: {inline_keyboard: Key[][]},
 *   silent?: boolean, prompt?: string, location?: {latitude: number, longitude: number}
 * }} Message
 * @typedef {{
 *   id: number, type: string, title: string, topics: {id: number, name: string, closed: boolean}[], admin: boolean,
 *   writes: boolean, blocked: boolean, menu: {command: string, description: string}[], last: Record<string, Message>
 * }} Chat
 * @typedef {{id: number, name: string, language: string, admin: number[]}} Reader
 * @typedef {{user: number, people: Reader[], chats: Chat[], bot: {id: number, first_name: string, username: string}, pipeline: any}} State
 */

export class Closed extends Error {}

/** @param {Response} answer */
async function read(answer) {
  if (answer.status === 403 && (await answer.clone().json()).error === 'closed') throw new Closed();
  if (!answer.ok) throw new Error((await answer.json()).error ?? answer.statusText);
  return answer.json();
}

/**
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [asked]
 */
export async function get(path, asked = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== null && value !== undefined) query.set(name, String(value));
  return read(await fetch(`/page/${path}?${query}`));
}

/**
 * @param {string} path
 * @param {Record<string, unknown> | FormData} body
 */
export async function post(path, body) {
  const form = body instanceof FormData;
  const headers = { 'X-Tocsin-Page': '1', ...(form ? {} : { 'Content-Type': 'application/json' }) };
  return read(await fetch(`/page/${path}`, { method: 'POST', headers, body: form ? body : JSON.stringify(body) }));
}

const EVENTS = ['message', 'edit', 'delete', 'toast', 'menu', 'chat', 'pipeline', 'gap'];
const PATIENCE_MS = 2000;

/**
 * Listen until told to stop; heal a line that broke. `on.hello` comes with each new line, the first included.
 * @param {number} user
 * @param {Record<string, (value: any) => void>} on
 * @returns {() => void}
 */
export function listen(user, on) {
  /** @type {EventSource} */
  let source;
  let stopped = false;
  const open = () => {
    if (stopped) return;
    source = new EventSource(`/page/events?user=${user}`);
    source.addEventListener('hello', () => on.hello?.(null));
    for (const name of EVENTS)
      source.addEventListener(name, (event) => on[name]?.(JSON.parse(/** @type {MessageEvent} */ (event).data)));
    source.addEventListener('error', () => {
      on.lost?.(null);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, PATIENCE_MS);
    });
  };
  open();
  return () => {
    stopped = true;
    source.close();
  };
}
