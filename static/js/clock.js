/**
 * What time is it at the server, and did this screen stand still?
 *
 * Each message says the server's time when it was sent. It arrives later, so the greatest difference seen is the
 * nearest to the truth. Differences of the last minutes count, so that drift is followed.
 */

const KEPT_MS = 180000;
const STEP_MS = 30000; // a difference that is so much smaller: the server's clock was set, not the network slow
const STOOD_MS = 5000; // a second's tick that comes so late: this screen stood still

export class Clock {
  /** @param {() => number} [local] this machine's clock in ms */
  constructor(local) {
    this.local = local || Date.now;
    /** @type {{at: number, ahead: number}[]} */
    this.samples = [];
    this.ahead = 0;
    this.lag = 0;
    this.ticked = this.local();
  }

  /** A message came that the server sent at `sent`. @param {number} sent @param {number} [at] this machine's clock then */
  hear(sent, at = this.local()) {
    const ahead = sent - at;
    if (this.samples.length && ahead < this.ahead - STEP_MS) this.samples = [];
    this.samples = this.samples.filter((one) => at - one.at < KEPT_MS && one.at <= at);
    this.samples.push({ at, ahead });
    if (this.samples.length > 400) this.samples.splice(0, 200);
    this.ahead = this.samples.reduce((most, one) => Math.max(most, one.ahead), -Infinity);
    this.lag = Math.max(0, this.ahead - ahead);
  }

  /** How far ahead the server was when this screen last heard it. @param {number} ahead ms */
  recall(ahead) {
    this.ahead = ahead;
  }

  /** The server's time now, in ms. */
  now() {
    return this.local() + this.ahead;
  }

  /** Called each second: for how long (ms) this screen stood still just now, else 0. */
  tick() {
    const at = this.local();
    const gap = at - this.ticked;
    this.ticked = at;
    if (gap >= 0 && gap < STOOD_MS) return 0;
    this.samples = []; // slept, or somebody set this machine's clock: the next message decides
    return Math.max(0, gap);
  }
}
