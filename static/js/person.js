/** What may this person do, and are they to go? The two dialogs about one account, and what stands in its fields. */

import { ask, tell, word } from "./own.js";

const FIELDS = ["name", "role", "boards", "teams", "agents"];
const changing = dialog("change");
const removing = dialog("remove");
/** What is done when a dialog is accepted. @type {() => void} */
let accepted = () => {};

for (const one of [changing, removing]) {
  one.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    accepted();
  });
  one.querySelector(".cancel")?.addEventListener("click", () => one.close());
}

/** What a call about a person says. Empty lists: not limited. @param {HTMLFormElement} form @returns {Object<string, *>} */
export function given(form) {
  const data = new FormData(form);
  const [boards, teams, agents] = FIELDS.slice(2).map((name) => names(data.get(name)));
  return { name: data.get("name"), role: data.get("role"), boards: boards.length ? boards : null, teams: teams.length ? teams : null, agents };
}

/** @param {*} person @param {string} address @param {boolean} own @param {() => void} done */
export function askToChange(person, address, own, done) {
  const form = /** @type {HTMLFormElement} */ (changing.querySelector("form"));
  for (const name of FIELDS) {
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    const value = person[name];
    field.value = Array.isArray(value) ? value.join(", ") : value || "";
    if (name === "boards" || name === "teams") field.placeholder = word(value ? "people.nothing" : "people.all");
  }
  write(changing, ".whom", word("people.change", { name: person.name }));
  write(changing, ".own", own ? word("people.own") : "");
  write(changing, ".provider", person.at_provider ? word("people.provider") : "");
  const before = given(form);
  open(changing, async () => {
    const now = given(form);
    const differing = Object.fromEntries(Object.entries(now).filter(([name, value]) => String(value) !== String(before[name])));
    if (Object.keys(differing).length) await act(changing, "PATCH", address, differing, done);
    else changing.close();
  });
}

/** @param {*} person @param {string} address @param {() => void} done */
export function askToRemove(person, address, done) {
  write(removing, ".whom", word("people.sure", { name: person.name }));
  open(removing, () => act(removing, "DELETE", address, undefined, done));
}

/** @param {HTMLDialogElement} one @param {() => void} act */
function open(one, act) {
  accepted = act;
  failed(one).textContent = "";
  one.showModal();
}

/** @param {HTMLDialogElement} one @param {string} method @param {string} address @param {object | undefined} body
 * @param {() => void} done */
async function act(one, method, address, body, done) {
  const button = /** @type {HTMLButtonElement} */ (one.querySelector("button[type=submit]"));
  button.disabled = true;
  const told = await ask(method, address, body, failed(one));
  button.disabled = false;
  if (!told) return;
  one.close();
  tell([word("account.done"), unseen(told)].filter(Boolean).join(" "));
  done();
}

/** Whether a team or an agent's id is perhaps misspelt. @param {*} person as the server answers a change @returns {string} */
export function unseen(person) {
  return person.unseen ? word("people.unseen", { names: person.unseen.join(", ") }) : "";
}

/** @param {*} text names between commas @returns {string[]} */
function names(text) {
  return String(text || "").split(",").map((name) => name.trim()).filter(Boolean);
}

/** Where it says why not. @param {HTMLDialogElement} one */
function failed(one) {
  return /** @type {HTMLElement} */ (one.querySelector(".failed"));
}

/** @param {HTMLDialogElement} one @param {string} where @param {string} text */
function write(one, where, text) {
  const found = /** @type {HTMLElement} */ (one.querySelector(where));
  found.textContent = text;
  found.hidden = !text;
}

/** @param {string} id */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}
