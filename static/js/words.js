/** Which words are on the screen? One catalog (static/words/LANGUAGE.json), put into the page by the server. */

/** @type {Object<string, string>} */
let catalog = {};
let language = "en";

/** @param {Object<string, string>} words @param {string} [of] the language, for numbers and dates */
export function learn(words, of) {
  catalog = words;
  language = of || "en";
}

/** The text for `key` with `{names}` filled in; `otherwise` (or the key itself) where the catalog has none.
 * @param {string} key @param {Object<string, string|number>} [values] @param {string} [otherwise] */
export function say(key, values, otherwise) {
  const known = Object.prototype.hasOwnProperty.call(catalog, key);
  const text = known ? catalog[key] : otherwise === undefined ? key : otherwise;
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function spoken() {
  return language;
}
