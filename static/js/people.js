/** Who has an account? For administrators: added, changed, signed out, removed; and what was changed by whom. */

import { instant } from "./instants.js";
import { ask, button, made, tell, word, wordOf } from "./own.js";
import { askToChange, askToRemove, given, unseen } from "./person.js";
import { deed, told } from "./trail.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("add"));
const link = /** @type {HTMLElement} */ (document.getElementById("link"));
const rows = /** @type {HTMLElement} */ (document.querySelector("#people tbody"));
const lines = /** @type {HTMLElement} */ (document.querySelector("#audit tbody"));
const more = /** @type {HTMLButtonElement} */ (document.getElementById("more"));
let oldest = 0;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const added = await ask("POST", "/api/v1/people", given(form));
  if (!added) return;
  form.reset();
  showLink(added.name, added.link);
  tell(unseen(added));
  show();
});
more.addEventListener("click", () => trail(oldest));
show();

async function show() {
  const found = await ask("GET", "/api/v1/people");
  if (found) rows.replaceChildren(...found.people.map(row));
  lines.replaceChildren();
  await trail(0);
}

/** @param {*} person */
function row(person) {
  const line = document.createElement("tr");
  line.className = person.disabled ? "disabled" : "";
  const own = person.id === document.getElementById("people")?.dataset.own;
  const name = made("td", person.name);
  if (own) name.append(" ", made("small", `(${word("people.you")})`));
  const seen = person.seen ? instant(person.seen) : word("people.never");
  line.append(
    name,
    cell("people.role", word(`people.role.${person.role}`)),
    cell("people.bound", bound(person)),
    cell("people.sessions", String(person.sessions)),
    cell("people.seen", seen),
    acts(person, own),
  );
  return line;
}

/** @param {string} name what it is called where the table has no columns: on a phone @param {string} text */
function cell(name, text) {
  const found = made("td", text);
  found.dataset.name = word(name);
  return found;
}

/** @param {*} person @param {boolean} own nobody locks themselves out */
function acts(person, own) {
  const where = address(person);
  const found = document.createElement("td");
  found.append(button(word("people.edit"), () => askToChange(person, where, own, show)), button(word("people.link"), () => newLink(person)));
  if (own) return found;
  if (person.sessions) found.append(button(word("people.out"), () => act("DELETE", `${where}/sessions`)));
  found.append(
    button(word(person.disabled ? "people.enable" : "people.disable"), () => act("PATCH", where, { disabled: !person.disabled })),
    button(word("people.remove"), () => askToRemove(person, where, show)),
  );
  return found;
}

/** @param {*} person @returns {string} */
function bound(person) {
  const parts = [["people.boards", person.boards], ["people.teams", person.teams], ["people.agents", person.agents.length ? person.agents : null]];
  const said = parts.filter(([, value]) => value).map(([name, value]) => `${word(name)}: ${value.join(", ") || word("people.nothing")}`);
  return said.join(" · ") || "–";
}

/** @param {*} person @returns {string} */
function address(person) {
  return `/api/v1/people/${encodeURIComponent(person.id)}`;
}

/** @param {string} method @param {string} where @param {object} [body] */
async function act(method, where, body) {
  if (await ask(method, where, body)) tell(word("account.done"));
  show();
}

/** @param {*} person */
async function newLink(person) {
  const found = await ask("POST", `${address(person)}/link`);
  if (found) showLink(person.name, found.link);
}

/** @param {string} name @param {string} text */
function showLink(name, text) {
  const [said, code] = link.children;
  said.textContent = word("people.linked", { name });
  code.textContent = text;
  link.hidden = false;
}

/** @param {number} before 0: from the newest */
async function trail(before) {
  const found = await ask("GET", before ? `/api/v1/audit?before=${before}` : "/api/v1/audit");
  if (!found) return;
  for (const one of found.lines) {
    const line = document.createElement("tr");
    const did = made("td", deed(one.what, wordOf));
    did.title = one.what;
    const detail = document.createElement("td");
    detail.append(...told(one.what, one.detail, wordOf, instant).map((text) => made("p", text)));
    const who = made("td", one.who);
    if (one.by) who.append(" ", made("small", one.by.split(":")[1]));
    line.append(made("td", instant(one.at)), who, did, detail);
    lines.append(line);
    oldest = one.n;
  }
  more.hidden = found.lines.length < 1000;
}
