/** A button of the second kind: made once, its words and what it does are those of now. */

import { part, write } from "../dom.js";

/** @param {Element} parent @param {string} words @param {() => void} press */
export function button(parent, words, press) {
  const made = /** @type {HTMLButtonElement} */ (part(parent, "button", "second"));
  made.type = "button";
  write(made, words);
  made.onclick = press;
}
