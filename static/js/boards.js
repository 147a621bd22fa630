/** `/`: makes a board, duplicates one, takes one away. Each is one or two calls of the API; then the page is another one. */

import { folded } from "./folded.js";

const TOML = "application/toml";
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const LONGEST = 60;
const TRIES = 50;

const words = JSON.parse(byId("words").textContent ?? "{}");
const making = /** @type {HTMLDialogElement} */ (document.getElementById("making"));
const sure = /** @type {HTMLDialogElement} */ (document.getElementById("sure"));
let idTyped = false;
let from = ""; // the text that a new board begins with

byId("new").addEventListener("click", () => ask("", "", ""));
for (const card of document.querySelectorAll("[data-board]")) {
  const board = /** @type {HTMLElement} */ (card).dataset.board ?? "";
  const title = card.querySelector("b")?.textContent ?? board;
  card.querySelector(".board-copy")?.addEventListener("click", () => duplicate(board, title));
  card.querySelector(".board-remove")?.addEventListener("click", () => remove(board, title, card));
}
field("title").addEventListener("input", () => !idTyped && (field("id").value = idOf(field("title").value)));
field("id").addEventListener("input", () => (idTyped = true));
making.querySelector("form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  make();
});
for (const cancel of document.querySelectorAll(".board-cancel")) cancel.addEventListener("click", () => cancel.closest("dialog")?.close());

function ask(title, id, text) {
  idTyped = id !== "";
  from = text;
  field("title").value = title;
  field("id").value = id;
  tell("");
  making.showModal();
  field("title").focus();
}

async function duplicate(board, title) {
  const answer = await called("GET", board, { headers: { accept: TOML } });
  if (answer.ok) ask(title, free(board), answer.text);
}

async function make() {
  const [title, id] = [field("title").value.trim(), field("id").value.trim()];
  if (!ID.test(id)) return field("id").reportValidity();
  const text = withTitle(from, title);
  const headers = { "content-type": TOML, "if-none-match": "*" };
  const answer = await called("PUT", id, { body: text, headers });
  if (answer.ok) location.assign("/board/" + id + "/edit" + location.search);
  else if (answer.status === 412) taken(id);
}

/** Another one is proposed. @param {string} id */
function taken(id) {
  field("id").value = free(id, [id]);
  tell(words["boards.taken"].replace("{id}", () => id));
  field("id").focus();
}

async function remove(board, title, card) {
  const changed = card.dataset.origin === "changed";
  byId("sure-text").textContent = words[changed ? "boards.restore_sure" : "boards.remove_sure"].replace("{title}", title);
  byId("sure-do").textContent = words[changed ? "boards.restore" : "boards.remove"];
  byId("sure-do").onclick = async () => {
    sure.close();
    const answer = await called("DELETE", board, { headers: { "if-match": card.dataset.etag } });
    if (answer.ok) location.reload();
  };
  sure.showModal();
}

/** Into the line that is there, else as the first one. @param {string} text @param {string} title */
function withTitle(text, title) {
  const line = "title = " + JSON.stringify(title).replace(/\u007f/g, "\\u007F");
  const top = text.split(/^\s*\[/m, 1)[0];
  if (!title) return text;
  return /^title\s*=.*$/m.test(top) ? text.replace(/^title\s*=.*$/m, () => line) : line + "\n" + text;
}

/** A board's address of what people call it. @param {string} title */
function idOf(title) {
  const plain = folded(title);
  return free(plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, LONGEST) || "board");
}

/** @param {string} id @param {string[]} besides taken too: somebody else's new ones, or what may not be seen */
function free(id, besides = []) {
  const taken = new Set(Array.from(document.querySelectorAll("[data-board]"), (card) => /** @type {HTMLElement} */ (card).dataset.board));
  besides.forEach((one) => taken.add(one));
  for (let n = 1; n < TRIES; n += 1) {
    const found = n > 1 ? id.slice(0, LONGEST) + "-" + n : id;
    if (!taken.has(found)) return found;
  }
  return id;
}

/** @param {string} method @param {string} board @param {object} options */
async function called(method, board, options) {
  try {
    const answer = await fetch("/api/v1/boards/" + encodeURIComponent(board), { method, cache: "no-store", ...options });
    const text = await answer.text();
    if (!answer.ok) tell(JSON.parse(text).detail);
    return { ok: answer.ok, status: answer.status, text };
  } catch {
    tell(words["boards.away"]);
    return { ok: false, status: 0, text: "" };
  }
}

/** In the dialog where one is open. @param {string} text */
function tell(text) {
  const open = making.open ? "making-failed" : "failed";
  byId(open).textContent = text;
  byId(open).hidden = !text;
}

/** @param {string} id @returns {HTMLInputElement} */
function field(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById("board-" + id));
}

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
