/** What does a line of the audit trail say? Whom or what it was done to, and what was there before and after. */

const TIMES = new Set(["until", "expires_ms"]);
const NOTHING = "–";

/** @typedef {(name: string) => string | undefined} Words what this is called here; undefined: no word for it */

/**
 * @param {string} what such as `person.changed` @param {Words} words
 * @returns {string}
 */
export function deed(what, words) {
  return words("trail.did." + what.replace(".", "_")) ?? what;
}

/**
 * Each a short line: `role: viewer → lead`. What it was done to comes first, its id last.
 * @param {string} what @param {Object<string, *>} detail @param {Words} words @param {(ms: number) => string} instant
 * @returns {string[]}
 */
export function told(what, detail, words, instant) {
  const { before, after, id, name, ...rest } = detail;
  const now = { ...after };
  for (const key of after ? [] : Object.keys(before ?? {})) {
    if (key in rest) now[key] = rest[key]; // what stands beside `before` is what it is now
    delete rest[key];
  }
  /** @param {string} key @param {*} value */
  const read = (key, value) => {
    if (TIMES.has(key) && typeof value === "number") return instant(value);
    return (key === "role" && words("people.role." + value)) || shown(value, words);
  };
  /** @param {string} key @param {string} text */
  const named = (key, text) => `${words("trail.of." + key) ?? key}: ${text}`;
  /** @param {string} key @param {*} was @param {*} is */
  const turned = (key, was, is) => named(key, `${read(key, was)} → ${read(key, is)}`);
  const pairs = what === "screen.changed"; // its fields are [before, after]
  const lines = Object.entries({ ...(name === undefined ? {} : { name }), ...rest }).flatMap(([key, value]) => {
    if (!pairs || !Array.isArray(value)) return [named(key, read(key, value))];
    return [value[0] === value[1] ? named(key, read(key, value[0])) : turned(key, value[0], value[1])];
  });
  const changed = new Set([...Object.keys(before ?? {}), ...Object.keys(now)]);
  lines.push(...[...changed].map((key) => turned(key, before?.[key], now[key])));
  return id === undefined ? lines : [...lines, `id: ${id}`];
}

/** @param {*} value @param {Words} words @returns {string} */
function shown(value, words) {
  if (value === null || value === undefined || value === "") return NOTHING;
  if (typeof value === "boolean") return words("trail.word." + (value ? "yes" : "no")) ?? String(value);
  if (Array.isArray(value)) return value.map((one) => shown(one, words)).join(", ") || NOTHING;
  if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${key} ${shown(one, words)}`).join(", ") || NOTHING;
  return String(value);
}
