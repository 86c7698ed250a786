// @ts-check
/** The page's words in the reader's language; the English text is the key. */

/** @type {Record<string, string>} */
let table = {};
export let lang = 'en';
/** @type {Record<string, string>} */
export let languages = { en: 'English' };
const RTL = new Set(['ar', 'fa', 'he', 'ur']);

/**
 * Say something in the reader's language, with its places filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [fields]
 */
export function t(key, fields = {}) {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole));
}

/**
 * Fetch a language and set the document to it.
 * @param {string | null} wanted
 */
export async function speak(wanted) {
  const answer = await fetch(`/page/words${wanted ? `?lang=${encodeURIComponent(wanted)}` : ''}`);
  if (!answer.ok) return;
  const said = await answer.json();
  ({ words: table, lang, languages } = said);
  document.documentElement.lang = lang;
  document.documentElement.dir = RTL.has(lang) ? 'rtl' : 'ltr';
  label(document);
}

/**
 * Put words where the document asks for them.
 * @param {ParentNode} root
 */
export function label(root) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-t]')))
    each.textContent = t(each.dataset.t ?? '');
  for (const [name, attributes] of /** @type {[string, string[]][]} */ ([
    ['label', ['aria-label']],
    ['title', ['title']],
    ['placeholder', ['placeholder']],
  ]))
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${name}]`)))
      for (const attribute of attributes) each.setAttribute(attribute, t(each.dataset[name] ?? ''));
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('button[data-label]')))
    each.title = t(each.dataset.label ?? '');
}

/** Return the reader's own kind of the language, as their browser names it. */
const locale = () => navigator.languages.find((each) => each.split('-')[0] === lang) ?? lang;

/** @param {number} seconds */
export const clock = (seconds) =>
  new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(seconds * 1000);

/** @param {number} seconds */
export const day = (seconds) =>
  new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(seconds * 1000);

/** @param {number} count */
export const number = (count) => new Intl.NumberFormat(lang).format(count);
