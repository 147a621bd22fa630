/**
 * Is the line to the server up? Connects, comes back by itself, and says how it stands. Knows no payload but that
 * it is JSON.
 *
 *   connecting ─▶ open ─▶ waiting ─▶ connecting …
 *                          │
 *                          └─▶ signed_out (asks again each half minute) · stopped (4403) · outdated (4409)
 */

const PROTOCOL = "wallboard.v1";
const FIRST_MS = 250; // a cut is often over at once
const BASE_MS = 500;
const MOST_MS = 8000;
const SPREAD_MS = 2000; // after a server's own stop all its screens come: spread them
const SIGNED_OUT_MS = 30000;
const OPENING_MS = 8000; // a handshake that takes so long will not come
const STEADY_MS = 10000; // a line that held so long was a good one: begin with quick tries again

const SERVER_STOPS = [1001, 1012, 1013];
const SIGN_IN = 4401;
const NOT_ALLOWED = 4403;
const NEWER_BUILD = 4409;

/** @typedef {"connecting" | "open" | "waiting" | "signed_out" | "stopped" | "outdated"} Standing */

export class Socket {
  /** @param {string} url @param {(message: *) => void} onMessage @param {(standing: Standing) => void} onStanding */
  constructor(url, onMessage, onStanding) {
    this.url = url;
    this.onMessage = onMessage;
    this.onStanding = onStanding;
    /** @type {Standing} */
    this.standing = "waiting";
    this.reason = "";
    this.tries = 0;
    this.openedAt = 0;
    this.line = null;
    this.timer = 0;
  }

  open() {
    clearTimeout(this.timer);
    this.drop();
    const line = new WebSocket(this.url, PROTOCOL);
    this.line = line;
    line.onopen = () => this.opened();
    line.onmessage = (event) => this.read(event.data);
    line.onclose = (event) => this.closed(event.code, event.reason);
    this.timer = setTimeout(() => this.again(0), OPENING_MS);
    this.stand("connecting");
  }

  /** Leave this line and take a new one: it is silent, or has a gap. */
  again(code) {
    this.drop();
    this.closed(code || 0, "");
  }

  /** The network came back: do not wait any longer. */
  hurry() {
    if (this.standing === "waiting" || this.standing === "signed_out") this.open();
  }

  /** @param {*} message @returns {boolean} whether the line took it */
  send(message) {
    if (this.standing !== "open" || this.line.readyState !== 1) return false;
    this.line.send(JSON.stringify(message));
    return true;
  }

  opened() {
    clearTimeout(this.timer);
    this.openedAt = Date.now();
    this.stand("open");
  }

  read(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch (notJson) {
      this.again(0); // what came is not what was sent: only a fresh snapshot helps
      return;
    }
    this.onMessage(message);
  }

  closed(code, reason) {
    clearTimeout(this.timer);
    this.line = null;
    if (this.openedAt && Date.now() - this.openedAt > STEADY_MS) this.tries = 0;
    this.openedAt = 0;
    this.reason = reason;
    if (code === NOT_ALLOWED) return this.stand("stopped");
    if (code === NEWER_BUILD) return this.stand("outdated");
    this.timer = setTimeout(() => this.open(), pauseMs(code, this.tries, Math.random()));
    this.tries += 1;
    return this.stand(code === SIGN_IN ? "signed_out" : "waiting");
  }

  drop() {
    const line = this.line;
    if (!line) return;
    this.line = null;
    line.onopen = line.onmessage = line.onclose = null;
    line.close();
  }

  stand(standing) {
    this.standing = standing;
    this.onStanding(standing);
  }
}

/** How long to wait before the next try: full jitter, so that ten thousand screens do not come at once.
 * @param {number} code of the close, 0: none @param {number} tries that failed since the line was last steady
 * @param {number} chance 0..1 */
export function pauseMs(code, tries, chance) {
  if (code === SIGN_IN) return SIGNED_OUT_MS * (0.5 + chance / 2);
  const most = tries === 0 ? FIRST_MS : Math.min(MOST_MS, BASE_MS * Math.pow(2, tries));
  return chance * (SERVER_STOPS.indexOf(code) >= 0 ? Math.max(most, SPREAD_MS) : most);
}
