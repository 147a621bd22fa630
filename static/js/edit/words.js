/** The editor's words, as the server put them into the page. */

/** @type {Object<string, string>} */
let catalog = {};

/** @param {Object<string, string>} words */
export function learn(words) {
  catalog = words;
}

/** @param {string} key @param {Object<string, *>} [values] @param {string} [otherwise] where there is no such word */
export function said(key, values = {}, otherwise = key) {
  return (catalog[key] ?? otherwise).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** What a tile is; one that there is not as it is written. @param {{kind?: string} | undefined} tile */
export function kindOf(tile) {
  const kind = tile?.kind ?? "";
  return said("kind." + kind, {}, kind || "?");
}
