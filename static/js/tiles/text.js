/** A text that the board's author wrote. */

import { part, write } from "../dom.js";

export function mount(body, tile) {
  write(part(body, "p", "own-text"), tile.text);
}

export function render(body, tile) {
  write(part(body, "p", "own-text"), tile.text);
  return { level: "", sources: null, ageless: true };
}
