/** A kind of tile that this version does not draw yet: it keeps its place and says so. */

import { part, write } from "../dom.js";
import { say } from "../words.js";

export function mount(body) {
  write(part(body, "p", "none"), say("later"));
}

export function render() {
  return { level: "", sources: null, ageless: true };
}
