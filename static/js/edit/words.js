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

/** The labels of what is set beside the wall, by their keys in TOML. */
const LABELS = {
  title: "edit.board_title", theme: "edit.theme", columns: "edit.columns", rows: "edit.rows", screen_inches: "edit.inches",
  viewing_distance_m: "edit.metres", portrait: "edit.upright", audience: "edit.audience", names: "edit.called", shows: "edit.shows",
  pressure: "edit.pressure", language: "edit.language", accent: "edit.accent", logo: "edit.logo", updates_per_s: "edit.updates",
  dim: "edit.dim", drift: "edit.drift", sound: "edit.sound", "rotation.boards": "edit.in_turn", "rotation.seconds": "edit.seconds_each",
  "tile.title": "edit.title", "tile.metric": "edit.metric", "tile.metrics": "edit.line", "tile.window": "edit.window", "tile.queues": "edit.queues",
  "tile.teams": "edit.teams", "tile.warn": "edit.warn", "tile.alarm": "edit.alarm", "tile.target": "edit.target", "tile.text": "edit.text",
  "tile.image": "edit.image", "tile.alt": "edit.alt", "tile.at": "edit.where", "tile.size": "edit.where", "tile.style": "edit.bar",
  "tile.trail": "edit.trail",
}; // prettier-ignore

/** What a place in the text is called here; empty: it is no field. @param {string} at such as tile[2].metric */
export function labelOf(at) {
  const [, key, place] = /^([\w.[\]]*?)(?:\[(\d+)\])?$/.exec(at.replace(/^tile\[\d+\]/, "tile")) ?? [];
  return LABELS[key] ? said(LABELS[key], { n: Number(place ?? 0) + 1 }) : "";
}

/** What a tile is; one that there is not as it is written. @param {{kind?: string} | undefined} tile */
export function kindOf(tile) {
  const kind = tile?.kind ?? "";
  return said("kind." + kind, {}, kind || "?");
}
