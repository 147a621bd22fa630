/**
 * When is the screen drawn? With the next frame, all that came meanwhile at once. A slow engine draws less often
 * instead of ever later: after each picture it rests eight times as long as the picture took, with layout and paint.
 */

const REST = 8;
const LONGEST_MS = 1000; // however slow: once a second, as its clock

export class Pace {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.due = false;
    this.restsUntil = 0;
    this.painted = new MessageChannel(); // its message comes when the frame is painted
    this.beganAt = 0;
    this.painted.port1.onmessage = () => this.rest(performance.now());
  }

  /** Something changed. */
  soon() {
    if (this.due) return;
    this.due = true;
    const restMs = Math.min(this.restsUntil - performance.now(), LONGEST_MS);
    if (restMs > 0) setTimeout(() => this.frame(), restMs);
    else this.frame();
  }

  frame() {
    requestAnimationFrame(() => {
      this.due = false;
      this.beganAt = performance.now();
      this.draw();
      this.painted.port2.postMessage(0);
    });
  }

  rest(now) {
    this.restsUntil = now + REST * (now - this.beganAt);
  }
}
