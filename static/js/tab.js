/** What does this tab know of its pages before this one? A wall reloads itself, and a rotation is a page each turn. */

/** @param {string} key @returns {*} null: nothing */
export function remembered(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) || "null");
  } catch (forbidden) {
    return null; // no storage here, or not what was written
  }
}

/** @param {string} key @param {*} value */
export function remember(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch (forbidden) {
    // without storage each page begins anew
  }
}
