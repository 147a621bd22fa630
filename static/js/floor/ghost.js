/** A lead closes what a source forgot to end: asked once more, with room for a note. */

import { say } from "../words.js";
import { post } from "./post.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("ghost"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
let asked = {};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const note = /** @type {HTMLInputElement} */ (form.elements.namedItem("note")).value.trim();
  post("/api/v1/floor/close", Object.assign({}, asked, note ? { note } : {}), dialog);
});
dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());

/** @param {{contact?: string, source?: string, agent?: string}} ghost @param {string} name @param {number} held contacts */
export function askToClose(ghost, name, held) {
  asked = ghost;
  form.reset();
  dialog.querySelector(".failed").textContent = "";
  dialog.querySelector("h2").textContent = say(ghost.agent ? "floor.ghost.person" : "floor.ghost.contact", { name });
  const what = ghost.agent ? [say("floor.ghost.person_what"), held ? say("floor.ghost.held") : ""] : [say("floor.ghost.contact_what")];
  dialog.querySelector(".what").textContent = what.filter(Boolean).join(" ");
  dialog.showModal();
}
