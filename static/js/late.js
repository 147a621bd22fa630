/**
 * A critical alert that came while the lists keep their order stands last in them. Until it is in order a line says so
 * at the edge of the window that is farther from the pointer: nothing moves for it, and it comes under no press.
 */

import { said } from "./pagewords.js";

const GOES_MS = 600; // after a press: a second click meets nothing that was below

/** @typedef {{id: string, text: string, text_parts?: string[], now?: string}} Coming */

export class Late {
  #y = 0;
  /** @type {Coming[]} */ #coming = [];

  /** @param {HTMLButtonElement} line @param {(id: string) => void} press which alert is wanted */
  constructor(line, press) {
    this.line = line;
    for (const name of ["pointermove", "pointerdown"]) {
      addEventListener(name, (event) => (this.#y = /** @type {PointerEvent} */ (event).clientY), { passive: true });
    }
    line.addEventListener("click", () => {
      line.disabled = true;
      setTimeout(() => this.#go(), GOES_MS);
      press(this.#coming[0].id);
    });
  }

  /** @param {Coming[]} coming those that are not in order yet, the first one first */
  show(coming) {
    this.#coming = coming;
    if (this.line.disabled) return;
    if (coming.length && this.line.hidden) this.line.dataset.at = this.#y > innerHeight / 2 ? "top" : "bottom";
    this.line.hidden = coming.length === 0;
    const told = coming.length ? toldOf(coming) : "";
    if (this.line.textContent !== told) this.line.textContent = told;
  }

  #go() {
    this.line.disabled = false;
    this.show(this.#coming);
  }
}

/** @param {Coming[]} coming */
function toldOf(coming) {
  const [{ text, text_parts, now }] = coming;
  if (coming.length > 1) return said("late_many", { count: String(coming.length) });
  return said("late", { text: text_parts ? text_parts.join(now ?? "") : text });
}
