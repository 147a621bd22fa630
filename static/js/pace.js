/**
 * When is the screen drawn? With the next frame, all that came meanwhile at once. A slow engine draws less often
 * instead of ever later: a picture that takes long is drawn in parts, one a frame, and after it the screen rests
 * eight times as long as it took, with layout and paint.
 */

const REST = 8;
const LONGEST_MS = 1000; // however slow: once a second, as its clock
const SLOW_MS = 40;

export class Pace {
  /** @param {(inParts: boolean) => boolean} draw the next part, or all; whether more is to come */
  constructor(draw) {
    this.draw = draw;
    this.due = false;
    this.changed = false; // since the picture that is being drawn was begun
    this.inParts = false;
    this.more = false;
    this.tookMs = 0;
    this.beganAt = 0;
    this.restsUntil = 0;
    this.painted = new MessageChannel(); // its message comes when the frame is painted
    this.painted.port1.onmessage = () => this.rest(performance.now());
  }

  /** Something changed. */
  soon() {
    this.changed = true;
    if (this.due) return;
    this.due = true;
    const restMs = Math.min(this.restsUntil - performance.now(), LONGEST_MS);
    if (restMs > 0) setTimeout(() => this.frame(), restMs);
    else this.frame();
  }

  frame() {
    requestAnimationFrame(() => {
      if (!this.more) this.changed = false;
      this.beganAt = performance.now();
      this.more = this.draw(this.inParts);
      this.painted.port2.postMessage(0);
    });
  }

  rest(now) {
    this.tookMs += now - this.beganAt;
    if (this.more) {
      this.frame();
      return;
    }
    this.inParts = this.tookMs > SLOW_MS;
    this.restsUntil = now + REST * this.tookMs;
    this.tookMs = 0;
    this.due = false;
    if (this.changed) this.soon();
  }
}
