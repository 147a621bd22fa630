/** One thing is told to the server from a dialog: it closes when the server took it, else it says why not. */

import { say } from "../words.js";

/** @param {string} address @param {object} body @param {HTMLDialogElement} dialog */
export async function post(address, body, dialog) {
  const button = /** @type {HTMLButtonElement} */ (dialog.querySelector("button[type=submit]"));
  const failed = dialog.querySelector(".failed");
  button.disabled = true;
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (answer.ok) dialog.close();
    else failed.textContent = (await answer.json()).detail;
  } catch {
    failed.textContent = say("floor.away_server");
  }
  button.disabled = false;
}
