/** A picture of the board's author, from the folder `images`. */

import { has } from "../dom.js";

export function mount(body, tile) {
  const picture = has(body, "picture") || body.appendChild(document.createElement("img"));
  const address = "/board-image/" + encodeURIComponent(tile.image);
  picture.className = "picture";
  if (picture.getAttribute("src") !== address) picture.setAttribute("src", address);
  picture.setAttribute("alt", tile.alt);
}

export function render() {
  return { level: "", sources: null, ageless: true };
}
