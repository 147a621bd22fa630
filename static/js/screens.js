/**
 * How is every screen now, and what shall it do? Asks every two seconds; a press is one call, and what it did comes back
 * with the next answer. What somebody is just changing is left alone.
 */

import { BoardChoice } from "./boardchoice.js";
import { instant } from "./instants.js";
import { words } from "./pagewords.js";

const REFRESH_MS = 2000;
const SURE_MS = 5000; // how long a press may be repeated that cannot be taken back
const SLOW_MS = 5000;

/**
 * @typedef {{id: string, name: string, board: string, paired_at: number, paired_by: string, connected: boolean,
 *   seen_at?: number, shows?: string, build?: string, other_build?: boolean, lag_ms?: number, heap_mb?: number,
 *   sound?: string}} Row
 */

const section = /** @type {HTMLElement} */ (document.querySelector("[data-url]"));
const url = /** @type {string} */ (section.dataset.url);
const language = section.dataset.language;
/** @type {Object<string, string>} */
const SOUNDS = { on: words["screens.sound.on"], off: words["screens.sound.off"], blocked: words["screens.sound.blocked"] };
const list = byId("screens");
const choice = /** @type {HTMLSelectElement} */ (byId("claim-board"));
const count = new Intl.NumberFormat(language);
/** @type {Map<string, Card>} */
const cards = new Map();
let asked = 0;

addEventListener("screens-changed", () => {
  write(byId("done"), "");
  refresh();
});
keepAsking();

async function keepAsking() {
  await refresh();
  setTimeout(keepAsking, REFRESH_MS);
}

async function refresh() {
  const turn = ++asked;
  try {
    const answer = await fetch(url, { cache: "no-store" });
    if (answer.status === 401) location.reload();
    const body = await answer.json();
    if (turn !== asked) return;
    if (answer.ok) show(body.screens);
    say(answer.ok ? "" : body.detail);
  } catch {
    if (turn === asked) say(words["screens.away"]);
  }
}

/** @param {Row[]} rows */
function show(rows) {
  for (const [id, card] of cards) {
    if (rows.some((row) => row.id === id)) continue;
    card.element.remove();
    cards.delete(id);
  }
  for (const row of rows) {
    const card = cards.get(row.id) ?? new Card(row.id);
    cards.set(row.id, card);
    card.show(row);
    list.append(...(card.element.isConnected ? [] : [card.element]));
  }
  byId("none").hidden = rows.length > 0;
  if (!rows.length && !byId("new").dataset.shown) byId("new").toggleAttribute("open", true);
  byId("new").dataset.shown = "yes";
}

/** @param {string} id @param {string} method @param {string} [more] @param {*} [body] */
async function call(id, method, more = "", body = undefined) {
  try {
    const answer = await fetch(`${url}/${encodeURIComponent(id)}${more}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const problem = answer.ok ? "" : (await answer.json()).detail;
    await refresh();
    say(problem);
    return !problem;
  } catch {
    say(words["screens.away"]);
  }
}

class Card {
  #id;
  #name = element("h2", "screen-name");
  #state = element("span", "screen-state");
  #board = /** @type {HTMLSelectElement} */ (choice.cloneNode(true));
  #of = element("p", "screen-of");
  #choice;
  #facts = element("dl", "");
  #naming = element("form", "screen-head");
  #field = /** @type {HTMLInputElement} */ (element("input", ""));
  #head = element("div", "screen-head");
  #last = "";
  #sure = 0;

  /** @param {string} id */
  constructor(id) {
    this.#id = id;
    this.element = element("li", "screen");
    this.#head.append(this.#name, this.#state);
    this.#makeNaming();
    this.element.append(this.#head, this.#naming, this.#makeBoard(), this.#of, this.#facts, this.#makeDeeds());
    this.#choice = new BoardChoice(this.#board, this.#of, () => call(this.#id, "PATCH", "", { board: this.#choice.value }));
  }

  /** @param {Row} row */
  show(row) {
    this.element.dataset.connected = row.connected ? "yes" : "no";
    write(this.#name, row.name);
    write(this.#state, words[row.connected ? "screens.connected" : row.seen_at ? "screens.gone" : "screens.never"]);
    if (!this.#choice.active) this.#choice.choose(row.board);
    const facts = JSON.stringify([row, language]);
    if (facts === this.#last) return;
    this.#last = facts;
    this.#facts.replaceChildren(...factsOf(row).flatMap(([word, text, warn]) => pair(word, text, warn)));
  }

  #makeBoard() {
    const line = element("p", "screen-board");
    this.#board.id = `board-${this.#id}`;
    if (this.#board.options[0]?.value === "") this.#board.options[0].remove(); // a screen has a board
    const label = /** @type {HTMLLabelElement} */ (element("label", "", words["claim.board"]));
    label.htmlFor = this.#board.id;
    line.append(label, this.#board);
    return line;
  }

  #makeNaming() {
    this.#field.maxLength = 64;
    this.#field.setAttribute("aria-label", words["claim.name"]);
    this.#naming.append(this.#field, element("button", "", words["screens.save"]));
    this.#naming.hidden = true;
    this.#naming.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#field.value.trim()) call(this.#id, "PATCH", "", { name: this.#field.value.trim() });
      this.#turn(false);
    });
    this.#naming.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#turn(false);
    });
  }

  /** @param {boolean} names whether it is being named */
  #turn(names) {
    this.#head.hidden = names;
    this.#naming.hidden = !names;
    if (!names) return;
    this.#field.value = this.#name.textContent ?? "";
    this.#field.select();
  }

  #makeDeeds() {
    const line = element("div", "screen-do");
    const revoke = this.#deed(line, "screens.revoke", () => this.#revoke(revoke));
    line.prepend(
      this.#deed(line, "screens.identify", () => call(this.#id, "POST", "/command", { do: "identify" })),
      this.#deed(line, "screens.reload", () => call(this.#id, "POST", "/command", { do: "reload" })),
      this.#deed(line, "screens.rename", () => this.#turn(true)),
    );
    return line;
  }

  /** @param {HTMLElement} line @param {string} word @param {() => void} act */
  #deed(line, word, act) {
    const button = element("button", "", words[word]);
    button.setAttribute("type", "button");
    button.addEventListener("click", act);
    line.append(button);
    return button;
  }

  /** It cannot be taken back: the second press within some seconds does it. @param {HTMLElement} button */
  #revoke(button) {
    const sure = Date.now() - this.#sure < SURE_MS;
    this.#sure = sure ? 0 : Date.now();
    button.textContent = words[sure ? "screens.revoke" : "screens.sure"];
    button.toggleAttribute("data-sure", !sure);
    if (sure) this.#leave();
    else setTimeout(() => this.#unsure(button), SURE_MS);
  }

  async #leave() {
    if (!(await call(this.#id, "DELETE"))) return;
    write(byId("done"), words["screens.done"].replace("{name}", this.#name.textContent ?? ""));
    write(byId("claim-said"), "");
  }

  /** @param {HTMLElement} button */
  #unsure(button) {
    button.textContent = words["screens.revoke"];
    button.removeAttribute("data-sure");
  }
}

/** @param {Row} row @returns {[string, string, boolean][]} word, text, whether it is a trouble */
function factsOf(row) {
  /** @type {[string, string, boolean][]} */
  const found = [["screens.seen", row.seen_at ? instant(row.seen_at) : "–", false]];
  if (row.shows && row.shows !== row.board) found.push(["screens.shows", row.shows, false]);
  if (row.lag_ms !== undefined) found.push(["screens.lag", `${count.format(Math.round(row.lag_ms))} ms`, row.lag_ms > SLOW_MS]);
  if (row.heap_mb !== undefined) found.push(["screens.memory", `${count.format(Math.round(row.heap_mb))} MB`, false]);
  if (row.sound) found.push(["screens.sound", SOUNDS[row.sound] ?? row.sound, row.sound === "blocked"]);
  if (row.build) found.push(["screens.build", row.other_build ? `${row.build} ${words["screens.other_build"]}` : row.build, row.other_build === true]);
  found.push(["screens.paired", `${instant(row.paired_at)}, ${row.paired_by}`, false]);
  return found;
}

/** @param {string} word @param {string} text @param {boolean} warn */
function pair(word, text, warn) {
  const value = element("dd", "", text);
  value.toggleAttribute("data-warn", warn);
  return [element("dt", "", words[word]), value];
}

/** @param {string} name @param {string} kind its class @param {string} [text] */
function element(name, kind, text = "") {
  const found = document.createElement(name);
  found.className = kind;
  found.textContent = text;
  return found;
}

/** @param {HTMLElement} found @param {string} text */
function write(found, text) {
  if (found.textContent !== text) found.textContent = text;
}

/** @param {string} text */
function say(text) {
  write(byId("failed"), text);
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
