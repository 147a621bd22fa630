/**
 * What did this screen show last? Kept in the browser, for a page that comes up while no server answers: only what
 * the board showed anyway, and gone when this screen may not see it any more.
 *
 *   localStorage  wallboard.kept.BOARD   the last state: when the line goes, and every five minutes
 *   caches        wallboard.BUILD        the page and its files, once a build; keeper.js gives them out (https only)
 */

const STATE = "wallboard.kept.";
const FILES = "wallboard.";
const LIVED_MS = 5000; // a page is kept when it has lived so long: not in the storm after a restart
const EVERY_MS = 300000;
const QUIET_MS = 5000; // the browser's next idle moment, at the latest
const MOST_CHARACTERS = 2000000;
const MOST_BOARDS = 8;

/** @typedef {{build: string, epoch: string, seq: number, board: *, state: *, at: number, ahead: number}} Last
 * `at`: this machine's clock when the server was last heard; `ahead`: how far the server's clock is ahead of it */

export class Keeping {
  constructor() {
    this.since = 0; // the line is open
    this.page = ""; // build and revision that are kept
  }

  /** Each second. @param {boolean} open the line is, and something comes @param {number} now this machine's clock
   * @param {() => Last} last @param {string} wanted build and revision of the page */
  look(open, now, last, wanted) {
    const went = this.since && !open;
    if (!open) this.since = 0;
    else if (!this.since) this.since = now;
    const lived = this.since && now - this.since >= LIVED_MS;
    if (went) keep(last()); // at once: nothing comes any more that it could hold up
    else if (lived && Math.abs(now - writtenAt()) >= EVERY_MS) {
      written(now);
      quietly(() => keep(last()));
    }
    if (lived && this.page !== wanted) {
      this.page = wanted;
      quietly(() => keepPage(last().build));
    }
  }

  /** This screen may not see it any more. */
  end() {
    this.since = 0;
    forget();
  }
}

/** @param {string} board its id @param {string} build of the page that asks @returns {Last | null} */
export function recall(board, build) {
  try {
    const last = JSON.parse(localStorage.getItem(STATE + board) || "null");
    return last && last.build === build ? last : null;
  } catch (forbidden) {
    return null; // no storage here, or not what was written
  }
}

/** All that was kept. */
export function forget() {
  try {
    Object.keys(localStorage).filter((key) => key.indexOf(STATE) === 0).forEach((key) => localStorage.removeItem(key));
  } catch (forbidden) {
    // nothing was kept
  }
  drop("");
}

/** @param {Last} last */
function keep(last) {
  try {
    const text = JSON.stringify(last);
    if (text.length > MOST_CHARACTERS) return;
    const others = Object.keys(localStorage).filter((key) => key.indexOf(STATE) === 0 && key !== STATE + last.board.id);
    others.slice(MOST_BOARDS - 1).forEach((key) => localStorage.removeItem(key));
    localStorage.setItem(STATE + last.board.id, text);
  } catch (full) {
    // a screen without room for it shows a browser's error page at worst: nothing to be done here
  }
}

/** Of this tab, and so of all boards of a rotation. */
function writtenAt() {
  try {
    return Number(sessionStorage.getItem(STATE));
  } catch (forbidden) {
    return Infinity;
  }
}

function written(now) {
  try {
    sessionStorage.setItem(STATE, String(now));
  } catch (forbidden) {
    // no storage, no keeping
  }
}

async function keepPage(build) {
  if (!navigator.serviceWorker || !window.caches) return; // plain http is no secure context
  try {
    const cache = await caches.open(FILES + build);
    for (const address of [...files(), location.href]) await take(cache, address); // the page last: it needs the others
    await drop(FILES + build);
    await bound(cache);
    for (const scope of scopes()) await navigator.serviceWorker.register("/static/js/keeper.js", { scope });
  } catch (away) {
    // the next page tries again
  }
}

/** A paired screen is switched on at its home. */
function scopes() {
  return document.documentElement.hasAttribute("data-screen") ? ["/board/", "/pair"] : ["/board/"];
}

/** What the page names: scripts, modules and styles; and the icons that they name. */
function files() {
  const named = Array.from(document.querySelectorAll("script[src], link[href]"));
  return named.map((one) => one["src"] || one["href"]).concat(location.origin + "/static/icons.svg");
}

async function take(cache, address) {
  const answer = await fetch(address, { cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(address);
  await cache.put(address, answer);
}

/** Pages and layouts of boards that were not shown for long, or stood otherwise. */
async function bound(cache) {
  for (const end of [/^\/board\/[^/]+$/, /\/layout\.css$/]) {
    const found = (await cache.keys()).filter((one) => end.test(new URL(one.url).pathname));
    for (const one of found.slice(0, -MOST_BOARDS)) await cache.delete(one);
  }
}

/** All that was kept of pages, but this. @param {string} but */
async function drop(but) {
  if (!window.caches) return;
  for (const name of await caches.keys()) {
    if (name.indexOf(FILES) === 0 && name !== but) await caches.delete(name);
  }
}

function quietly(work) {
  const idle = window["requestIdleCallback"];
  if (idle) idle(work, { timeout: QUIET_MS });
  else setTimeout(work, 0);
}
