/** A source goes with all that it told: the second press within some seconds does it. */

const SURE_MS = 6000;

const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-forget]"));
const failed = document.getElementById("failed");
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");
let sure = false;

button?.addEventListener("click", () => (sure ? forget() : ask()));

function ask() {
  turn(true);
  setTimeout(() => turn(false), SURE_MS);
}

/** @param {boolean} to */
function turn(to) {
  sure = to;
  if (button) button.textContent = words[to ? "sources.forget_sure" : "sources.forget"];
}

async function forget() {
  turn(false);
  try {
    const answer = await fetch(String(button?.dataset.forget), { method: "DELETE" });
    if (answer.ok) location.assign("/sources");
    else say((await answer.json()).detail);
  } catch {
    say(words["sources.unanswered"]);
  }
}

/** @param {string} text */
function say(text) {
  if (failed) failed.textContent = text;
}
