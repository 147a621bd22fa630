/** What has a number been like so far today? Asked of the server for each chart, again and again; the last answer stays. */

const AGAIN_MS = 30000; // the server writes the running quarter every few seconds
const FAILED_MS = 10000;

/** @typedef {{now: number, zone: string, started: number, ends: number, since?: number, metrics: string[],
 *   rows: *[], before: *[]}} Told */

/** @type {Map<string, {told: Told | null, asking: boolean, at: number}>} */
const known = new Map();

/** The last answer; where it is old another one is asked for. @param {string} address @returns {Told | null} */
export function seriesOf(address) {
  const found = known.get(address) || { told: null, asking: false, at: 0 };
  known.set(address, found);
  if (!found.asking && Date.now() >= found.at) ask(address, found);
  return found.told;
}

function ask(address, found) {
  found.asking = true;
  fetch(address, { cache: "no-store" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((told) => {
      found.told = told;
      found.at = Date.now() + AGAIN_MS * (0.8 + 0.4 * Math.random()); // a thousand screens do not ask together
    })
    .catch(() => (found.at = Date.now() + FAILED_MS))
    .then(() => (found.asking = false));
}
