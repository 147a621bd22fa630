/** Which queues and agents does a tile mean? The same rules as the server's (wallboard/core/select.py, live/view.py). */

/** Matches one of the patterns and none of those that begin with `!`. @param {string[]} patterns @param {string} name */
export function selects(patterns, name) {
  const unwanted = patterns.filter((one) => one.charAt(0) === "!").map((one) => one.slice(1));
  const wanted = patterns.filter((one) => one.charAt(0) !== "!");
  const taken = wanted.length === 0 || wanted.some((one) => glob(one).test(name));
  return taken && !unwanted.some((one) => glob(one).test(name));
}

/** @param {*} tile @param {*} queues of the state @returns {[string, *][]} */
export function queuesOf(tile, queues) {
  const named = tile.queues || [];
  return rows(queues).filter(([id, row]) => {
    if (tile.teams) return tile.teams.indexOf(row.team) >= 0;
    if (row.hidden && named.indexOf(id) < 0) return false;
    return selects(named, id);
  });
}

/** @param {*} tile @param {*} agents of the state @returns {[string, *][]} */
export function agentsOf(tile, agents) {
  const named = tile.queues || [];
  const everywhere = !named.length || (named.length === 1 && named[0] === "*");
  return rows(agents).filter(([id, row]) => {
    if (tile.agents && !selects(tile.agents, id)) return false;
    if (tile.teams) return tile.teams.indexOf(row.team) >= 0;
    return everywhere || (row.queues || []).some((queue) => selects(named, queue));
  });
}

/** @param {*} table @returns {[string, *][]} */
export function rows(table) {
  return Object.keys(table || {}).map((id) => [id, table[id]]);
}

/** The sources of these rows, each once. @param {*[]} some rows of the state @returns {string[]} */
export function sourcesOf(some) {
  const found = new Set();
  for (const row of some) (row.sources || []).forEach((name) => found.add(name));
  return Array.from(found);
}

const globs = new Map();

/** `*` any text, `?` one character, `[a-z]` one of, `[!a-z]` none of. @param {string} pattern */
function glob(pattern) {
  if (!globs.has(pattern)) {
    if (globs.size > 1000) globs.clear();
    globs.set(pattern, compiled(pattern));
  }
  return globs.get(pattern);
}

/** @param {string} pattern */
function compiled(pattern) {
  let text = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const end = pattern.charAt(at) === "[" ? pattern.indexOf("]", at + (pattern.charAt(at + 1) === "!" ? 3 : 2)) : -1;
    if (end > 0) {
      text += oneOf(pattern.slice(at + 1, end));
      at = end;
    } else {
      text += plain(pattern.charAt(at));
    }
  }
  try {
    return new RegExp("^(?:" + text + ")$", "su");
  } catch (emptyRange) {
    return /(?!)/; // [z-a] has nothing in it
  }
}

function oneOf(inside) {
  const safe = inside.replace(/[\\\]^]/g, "\\$&");
  return inside.charAt(0) === "!" ? "[^" + safe.slice(1) + "]" : "[" + safe + "]";
}

function plain(character) {
  if (character === "*") return ".*";
  if (character === "?") return ".";
  return character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
