/**
 * Do messages arrive? The page comes from the server whole, every few seconds anew: what is another by now is changed,
 * a button stays where it is. A press is one call: a test message, or one that was given up once more.
 */

import { keyed } from "./keyed.js";

const REFRESH_MS = 3000;
const OLD_MS = 10_000; // without an answer for so long the page says how old it is

const section = /** @type {HTMLElement} */ (document.querySelector(".delivery"));
let answeredAt = Date.now();
let asked = 0;
let answered = 0; // the question whose answer is shown

section.addEventListener("click", (event) => {
  const pressed = /** @type {Element} */ (event.target).closest("button");
  if (pressed) post(/** @type {string} */ (pressed.dataset.url), pressed);
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, REFRESH_MS);

async function refresh() {
  if (document.hidden) return;
  const question = ++asked;
  try {
    const answer = await fetch(location.href, { cache: "no-store", headers: { accept: "text/html" } });
    if (answer.redirected || answer.status === 401) location.reload(); // signed out
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const now = /** @type {HTMLElement | null} */ (page.querySelector(".delivery"));
    if (now && question > answered) {
      answered = question; // one before it that comes late is passed over
      show(now);
    }
  } catch {
    // No answer: what stands there stays, and says how old it is.
  }
  write(byId("freshness"), Date.now() - answeredAt > OLD_MS ? (section.dataset.old ?? "") : "");
}

/** @param {HTMLElement} now as the server says it */
function show(now) {
  answeredAt = Date.now();
  section.dataset.old = now.dataset.old;
  for (const id of ["receivers", "dead"]) list(byId(id), /** @type {HTMLElement} */ (now.querySelector("#" + id)));
}

/** Its rows by key; all of it where there were none, or are none any more. @param {HTMLElement} here @param {HTMLElement} now */
function list(here, now) {
  const [rows, wanted] = [here, now].map((one) => one.querySelector("[data-key]")?.parentElement);
  if (rows && wanted) keyed(rows, Array.from(wanted.children), (one) => one.dataset.key, (one) => one, row);
  else if (!here.isEqualNode(now)) here.replaceChildren(...now.childNodes);
}

/** @param {HTMLElement} here @param {HTMLElement} now */
function row(here, now) {
  here.className = now.className;
  Array.from(now.children).forEach((cell, place) => {
    const old = here.children[place];
    if (!old.isEqualNode(cell) && !(old.querySelector("button") && cell.querySelector("button"))) old.replaceWith(cell);
  });
}

/** What was done shows itself with the next answer. @param {string} url @param {HTMLButtonElement} pressed */
async function post(url, pressed) {
  const failed = byId("failed");
  pressed.disabled = true;
  write(failed, "");
  try {
    const answer = await fetch(url, { method: "POST" });
    if (!answer.ok) write(failed, (await answer.json()).detail);
  } catch {
    write(failed, section.dataset.away ?? "");
  }
  if (failed.textContent) failed.scrollIntoView();
  pressed.disabled = false;
  if (document.activeElement === document.body) pressed.focus({ preventScroll: true }); // it was lost with `disabled`
  refresh();
}

/** @param {HTMLElement} place @param {string} text */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
