/** Who has an account? For administrators: added, changed, signed out; and what was changed by whom. */

import { ask, button, instant, made, tell, word } from "./own.js";

const ROLES = ["viewer", "agent", "lead", "admin"];
const form = /** @type {HTMLFormElement} */ (document.getElementById("add"));
const link = /** @type {HTMLElement} */ (document.getElementById("link"));
const rows = /** @type {HTMLElement} */ (document.querySelector("#people tbody"));
const lines = /** @type {HTMLElement} */ (document.querySelector("#audit tbody"));
const more = /** @type {HTMLButtonElement} */ (document.getElementById("more"));
let oldest = 0;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(form);
  const body = { name: given.get("name"), role: given.get("role"), boards: names(given.get("boards")), teams: names(given.get("teams")), agents: names(given.get("agents")) || [] };
  const added = await ask("POST", "/api/v1/people", body);
  if (!added) return;
  form.reset();
  showLink(added.name, added.link);
  show();
});
more.addEventListener("click", () => trail(oldest));
show();

/** @param {*} text names between commas @returns {string[] | null} */
function names(text) {
  const found = String(text || "").split(",").map((name) => name.trim()).filter(Boolean);
  return found.length ? found : null;
}

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
  const role = document.createElement("td");
  role.append(choice(person));
  const acts = document.createElement("td");
  acts.append(
    button(word("people.link"), () => newLink(person)),
    button(word("people.out"), () => act("DELETE", `${address(person)}/sessions`)),
    button(word(person.disabled ? "people.enable" : "people.disable"), () => act("PATCH", address(person), { disabled: !person.disabled })),
  );
  const seen = person.seen ? instant(person.seen) : word("people.never");
  line.append(made("td", person.name), role, made("td", bound(person)), made("td", seen), acts);
  return line;
}

/** @param {*} person */
function choice(person) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", `${word("people.role")}: ${person.name}`);
  for (const role of ROLES) {
    const option = /** @type {HTMLOptionElement} */ (made("option", word(`people.role.${role}`)));
    option.value = role;
    select.append(option);
  }
  select.value = person.role;
  select.addEventListener("change", () => act("PATCH", address(person), { role: select.value }));
  return select;
}

/** @param {*} person @returns {string} */
function bound(person) {
  const parts = [["people.boards", person.boards], ["people.teams", person.teams], ["people.agents", person.agents]];
  const said = parts.filter(([, value]) => value && value.length).map(([name, value]) => `${word(name)}: ${value.join(", ")}`);
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
    line.append(made("td", instant(one.at)), made("td", one.who), made("td", one.what), made("td", JSON.stringify(one.detail)));
    lines.append(line);
    oldest = one.n;
  }
  more.hidden = found.lines.length < 1000;
}
