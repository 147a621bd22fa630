/** What is mine? Name and password are chosen here; sessions are listed and ended. */

import { browserOf } from "./browsers.js";
import { instant } from "./instants.js";
import { ask, button, made, tell, turnOn, word } from "./own.js";

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("choose"));
const list = /** @type {HTMLElement} */ (document.getElementById("sessions"));
const others = /** @type {HTMLButtonElement} */ (document.getElementById("others"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(form);
  const body = { name: given.get("name"), password: given.get("password"), ...(given.get("old") && { old: given.get("old") }) };
  if (!(await ask("POST", "/api/v1/account/password", body))) return;
  const next = form.dataset.next || "/account";
  if (next !== "/account") location.assign(next);
  else tell(word("account.done"));
  show();
});
if (form) turnOn(form);
others.addEventListener("click", async () => {
  await ask("DELETE", "/api/v1/account/sessions");
  show();
});
show();

async function show() {
  const found = await ask("GET", "/api/v1/account/sessions");
  if (!found) return;
  list.replaceChildren(...found.sessions.map(item));
  others.hidden = found.sessions.length < 2;
}

/** @param {*} session */
function item(session) {
  const row = document.createElement("li");
  const browser = made("span", browserOf(session.browser) || word("account.unknown"));
  browser.title = session.browser;
  row.append(browser);
  const used = session.here ? word("account.here") : word("account.used", { time: instant(session.used) });
  row.append(made("small", `${used} · ${session.address} · ${word("account.began", { time: instant(session.began) })}`));
  if (!session.here) row.append(button(word("account.end"), () => end(session.ref)));
  return row;
}

/** @param {string} ref */
async function end(ref) {
  await ask("DELETE", `/api/v1/account/sessions/${encodeURIComponent(ref)}`);
  show();
}
