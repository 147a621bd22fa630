/** When was that? On the clock of the site whose zone the page names. */

const zone = /** @type {HTMLElement | null} */ (document.querySelector("[data-zone]"))?.dataset.zone ?? "UTC";
const time = made(zone) ?? made("UTC");

/** @param {number} ms @returns {string} */
export function instant(ms) {
  return /** @type {Intl.DateTimeFormat} */ (time).format(ms);
}

/** @param {string} timeZone @returns {Intl.DateTimeFormat | null} null: this engine does not know the zone */
function made(timeZone) {
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone });
  } catch {
    return null;
  }
}
