/**
 * What does this screen know? The last snapshot with every patch since, and when the server was last heard.
 * Knows no DOM and no network: messages in, the same state as the server's out.
 */

/** @typedef {"changed" | "kept" | "gap" | "command" | "unknown"} Outcome */

const STEP_MS = 1000;

export class Store {
  constructor() {
    this.epoch = "";
    this.seq = -1;
    this.build = "";
    this.heardAt = 0; // this machine's clock, ms; 0: never
    this.steps = 0; // what the server said that it had not said before: at most one in a second of its time
    this.steppedAt = 0; // the server's time of the last step, ms
    this.complete = false; // a hello was taken over
    this.revision = 0; // of the board: changes when it must be laid out anew
    /** @type {*} */
    this.board = null;
    /** @type {*} */
    this.state = empty();
    /** @type {*} */
    this.command = null;
  }

  /** @param {*} message @param {number} at this machine's clock, ms @returns {Outcome} */
  receive(message, at) {
    if (message === null || typeof message !== "object") return "unknown";
    this.follow(message);
    switch (message.t) {
      case "hello":
        this.heardAt = at;
        return this.greet(message);
      case "patch":
        this.heardAt = at;
        return this.step(message);
      case "beat":
        this.heardAt = at;
        return message.seq > this.seq ? "gap" : "kept";
      case "board":
        this.heardAt = at;
        return this.redraw(message.board);
      case "command":
        this.command = message;
        return "command";
      default:
        return "unknown"; // a newer server may say more
    }
  }

  /** A step of the server: its sequence goes on, or its beat says that it stands. The screen's own clock takes no part,
   * so that a mark which follows the steps stands still when the server does.
   * @param {*} message */
  follow(message) {
    if (typeof message.seq !== "number" || typeof message.now !== "number") return;
    if (message.t === "patch" && message.seq <= this.seq) return;
    if (Math.abs(message.now - this.steppedAt) < STEP_MS) return;
    this.steppedAt = message.now;
    this.steps += 1;
  }

  /** What was shown once, good until `at`: no patch follows on it. @param {*} last @param {number} at */
  recall(last, at) {
    this.heardAt = at;
    this.state = merged(empty(), last.state);
    this.redraw(last.board);
  }

  greet(message) {
    this.epoch = String(message.epoch);
    this.seq = message.seq;
    this.build = String(message.build || "");
    this.state = merged(empty(), message.state);
    this.complete = true;
    this.redraw(message.board);
    return "changed";
  }

  step(message) {
    if (!this.complete) return "gap";
    if (message.seq <= this.seq) return "kept";
    if (message.base > this.seq) return "gap";
    this.state = merged(this.state, message.patch);
    this.seq = message.seq;
    return "changed";
  }

  redraw(board) {
    if (!board) return "kept";
    if (JSON.stringify(board) !== JSON.stringify(this.board)) this.revision += 1;
    this.board = board;
    return "changed";
  }
}

/**
 * JSON Merge Patch (RFC 7396). Objects have no prototype, so that an agent called `__proto__` is an agent.
 * What a patch does not touch stays the same object.
 * @param {*} target @param {*} patch @returns {*}
 */
export function merged(target, patch) {
  if (!isTable(patch)) return patch;
  const found = Object.assign(empty(), isTable(target) ? target : null);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete found[key];
    else found[key] = merged(found[key], patch[key]);
  }
  return found;
}

function empty() {
  return Object.create(null);
}

function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
