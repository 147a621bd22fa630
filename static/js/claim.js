/** How is a new screen let in? The code that it shows, a name, a board: one POST. Serves /screens and /pair/claim. */

import { BoardChoice } from "./boardchoice.js";
import { words } from "./pagewords.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("claim"));
const code = /** @type {HTMLInputElement} */ (document.getElementById("claim-code"));
const name = /** @type {HTMLInputElement} */ (document.getElementById("claim-name"));
const board = /** @type {HTMLSelectElement} */ (document.getElementById("claim-board"));
const said = /** @type {HTMLElement} */ (document.getElementById("claim-said"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
const choice = new BoardChoice(board, /** @type {HTMLElement} */ (document.getElementById("claim-of")));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  claim();
});
(code.value ? name : code).focus();

async function claim() {
  if (!name.value.trim()) {
    say(words["claim.unnamed"], false);
    name.focus();
    return;
  }
  if (!choice.value) {
    say(words["claim.no_board"], false);
    board.focus();
    return;
  }
  button.disabled = true;
  try {
    const answer = await fetch("/api/v1/screens", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: code.value, name: name.value.trim(), board: choice.value }),
    });
    if (answer.ok) done();
    else if (answer.status === 422 && (await answer.clone().json()).at === "$.code") say(words["claim.wrong"], false);
    else say((await answer.json()).detail, false);
  } catch {
    say(words["screens.away"], false);
  }
  button.disabled = false;
}

function done() {
  say(words["claim.done"].replace("{name}", name.value.trim()).replace("{board}", choice.text), true);
  code.value = name.value = "";
  dispatchEvent(new Event("screens-changed"));
}

/** @param {string} text @param {boolean} good */
function say(text, good) {
  said.textContent = text;
  said.toggleAttribute("data-good", good);
}
