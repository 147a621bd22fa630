/**
 * Which notices may whoever looks take away? Somebody who is bound to teams has to ask: who wrote a notice is known to
 * the server alone. Until it has answered there is no button.
 */

const AGAIN_MS = 2000;

/** @type {Map<string, boolean>} */
const known = new Map();
let asked = -AGAIN_MS;

/** @param {string} id @param {{posted_at: number}} row @param {boolean} bound */
export function mayRemove(id, row, bound) {
  if (!bound) return true;
  if (!known.has(key(id, row))) ask();
  return known.get(key(id, row)) === true;
}

/** One that stands under the same name anew may be somebody else's. @param {string} id @param {{posted_at: number}} row */
function key(id, row) {
  return row.posted_at + " " + id;
}

async function ask() {
  if (performance.now() - asked < AGAIN_MS) return; // the page looks again each second
  asked = performance.now();
  try {
    const answer = await fetch("/api/v1/notices", { cache: "no-store" });
    if (!answer.ok) return;
    const found = Object.entries(await answer.json());
    known.clear();
    for (const [id, row] of found) known.set(key(id, row), !row.theirs);
    dispatchEvent(new Event("look"));
  } catch {
    // the server is away: the page says so
  }
}
