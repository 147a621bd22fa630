/** Which words are on the screen? One catalog (static/words/LANGUAGE.json), put into the page by the server. */

/** @type {Object<string, string>} */
let catalog = {};
let language = "en";

/** @param {Object<string, string>} words @param {string} [of] the language, for numbers and dates */
export function learn(words, of) {
  catalog = words;
  language = of || "en";
}

/** The text for `key` (of several forms, `key#few`, the one for `values.count`) with `{names}` filled in; `otherwise` (or the key itself) where the catalog has none.
 * @param {string} key @param {Object<string, string|number>} [values] @param {string} [otherwise] */
export function say(key, values, otherwise) {
  const found = [key, key + "#" + formOf(values), key + "#other"].filter(isKnown)[0];
  const text = found ? catalog[found] : otherwise === undefined ? key : otherwise;
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function isKnown(key) {
  return Object.prototype.hasOwnProperty.call(catalog, key);
}

/** Of a text with a `count` which form: `one`, `few`, `many`, `other`. Engines without plural rules take the last. */
function formOf(values) {
  if (!values || typeof values.count !== "number" || !Intl.PluralRules) return "other";
  if (!plurals.has(language)) plurals.set(language, new Intl.PluralRules(language));
  return plurals.get(language).select(values.count);
}

/** Names in the order of the language's alphabet; 9 before 10. @param {string} one @param {string} other */
export function collated(one, other) {
  if (!collators.has(language)) collators.set(language, new Intl.Collator(language, { numeric: true, sensitivity: "base" }));
  return collators.get(language).compare(one, other);
}

const plurals = new Map();
const collators = new Map();

export function spoken() {
  return language;
}
