/** The words of this page, as the server put them into it. */

/** @type {Object<string, string>} */
export const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** With `{names}` filled in. @param {string} key @param {Object<string, string>} values */
export function said(key, values) {
  return words[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);
}
