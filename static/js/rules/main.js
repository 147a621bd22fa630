/** Which alert rules are there? Each in plain words, and what can be done with it. The text stays wallboard.toml's. */

import { part, write } from "../dom.js";
import { revisions } from "../edit/dialogs.js";
import { learn as learnDialogs } from "../edit/words.js";
import { button } from "../floor/press.js";
import { keyed } from "../keyed.js";
import { learn, say } from "../words.js";
import { Editor } from "./editor.js";
import { Server } from "./server.js";

const APPLIED_MS = 3000; // until the parts have read the file
/** What a new rule begins with; the rest is as docs/alerts.md has it. */
const NEW = { metric: "oldest_wait_s", queues: ["*"], raise: "> 60", for: "30s", keep_for: "1m", notify: ["on-duty"] };

/** @typedef {{id: string, text: string, tag: string, values: *, says: string, of: string, facts: string[], open: number, no_data?: {count: number, of: number, text: string},
 *   mistakes: {at: string, reason: string}[], writable: boolean, in_file: boolean, in_force: boolean}} Rule */

const first = JSON.parse(byId("first").textContent);
learn(first.words, first.language);
learnDialogs(first.words);
const server = new Server(first.language, say("rules.away"));
const editor = new Editor(byId("edit"), server, first.choices, saved);
let told = { file: { writable: false, why: "" }, edits: false, rules: [], gone: [], days: [] };

byId("new").addEventListener("click", () => editor.begin(fresh(), "", { ...NEW }, told.days));
load();

async function load() {
  const answer = await server.all();
  write(byId("failed"), answer.ok ? "" : answer.detail);
  if (answer.ok) told = answer.told;
  render();
}

function render() {
  byId("new").hidden = !may();
  byId("file").hidden = told.file.writable || !told.file.why;
  write(byId("file"), told.file.why ?? "");
  keyed(byId("rules"), told.rules, (rule) => rule.id, row, renderRule);
  byId("none").hidden = told.rules.length > 0;
  byId("gone").hidden = !told.gone.length || !may();
  keyed(byId("gone-rules"), told.gone, (name) => name, row, renderGone);
}

function row() {
  const item = document.createElement("li");
  item.className = "rule";
  return item;
}

/** @param {HTMLElement} item @param {Rule} rule */
function renderRule(item, rule) {
  item.dataset.severity = rule.values.severity ?? "warning";
  item.dataset.open = String(rule.open > 0);
  write(part(item, "p", "rule-says"), rule.says || say("rules.mistaken"));
  write(part(item, "p", "rule-of"), rule.of);
  write(part(item, "p", "rule-action"), rule.values.action ?? say("rules.no_action"));
  write(part(item, "p", "rule-facts"), [rule.id, say("rules.severity." + item.dataset.severity), ...rule.facts].join(" · "));
  const mistakes = rule.mistakes.map((one) => one.at + ": " + one.reason);
  write(part(item, "p", "rule-wrong"), mistakes.join("\n"));
  item.dataset.known = rule.no_data ? "no" : "yes";
  write(part(item, "p", "rule-standing"), standing(rule));
  const deeds = part(item, "p", "rule-do");
  deeds.replaceChildren();
  if (!told.edits) return;
  if (may() && rule.writable) button(deed(deeds, "edit"), say("rules.edit"), () => editor.begin(rule, rule.text, rule.values, told.days));
  if (may()) button(deed(deeds, "copy"), say("rules.copy"), () => editor.begin(fresh(rule.id), rule.text, rule.values, told.days));
  if (may() && rule.writable) button(deed(deeds, "remove"), say("rules.remove"), () => ask(rule));
  if (may() && rule.in_file) button(deed(deeds, "past"), say("rules.past"), () => past(rule.id));
}

/** Whether it speaks now; one that knows nothing is not as if all were well. @param {Rule} rule */
function standing(rule) {
  if (rule.in_file && !rule.in_force) return say("rules.not_yet");
  const knows = !rule.no_data || rule.no_data.count < rule.no_data.of;
  const open = rule.open ? say("rules.open", { count: rule.open }) : knows ? say("rules.quiet") : "";
  return [rule.in_file ? open : say("rules.elsewhere"), rule.no_data?.text].filter(Boolean).join(" · ");
}

/** @param {HTMLElement} item @param {string} name */
function renderGone(item, name) {
  write(part(item, "p", "rule-says"), name);
  if (may()) button(deed(part(item, "p", "rule-do"), "past"), say("rules.past"), () => past(name));
}

/** A place of its own for each button. @param {HTMLElement} deeds @param {string} name */
function deed(deeds, name) {
  return part(deeds, "span", "deed-" + name);
}

/** An earlier text comes into the editor; saved, it is the newest. @param {string} id */
async function past(id) {
  const rule = told.rules.find((one) => one.id === id);
  const text = await revisions(server.past(id), rule ? rule.text : "", first.choices.zone);
  if (text) editor.begin(rule ?? { id, tag: null, of: id }, text, null, told.days);
}

/** A rule that is not there yet. @param {string} [of] whose copy it is */
function fresh(of) {
  const taken = new Set(told.rules.map((rule) => rule.id));
  const base = of ? of + "-2" : "my-rule";
  let name = base;
  for (let n = of ? 3 : 2; taken.has(name); n += 1) name = (of ?? "my-rule") + "-" + n;
  return { id: name, tag: null };
}

/** @param {Rule} rule */
function ask(rule) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("sure"));
  write(dialog.querySelector("h2"), say("rules.remove_ask", { rule: rule.id }));
  write(dialog.querySelector(".failed"), "");
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const answer = await server.remove(rule.id, rule.tag);
    write(dialog.querySelector(".failed"), answer.status === 412 ? say("rules.changed") : answer.detail);
    if (answer.ok) {
      dialog.close();
      saved();
    } else if (answer.status === 412) load();
  };
  /** @type {HTMLElement} */ (dialog.querySelector(".cancel")).onclick = () => dialog.close();
  dialog.showModal();
}

function saved() {
  write(byId("said"), say("rules.saved"));
  load();
  setTimeout(() => { write(byId("said"), ""); load(); }, APPLIED_MS);
}

function may() {
  return told.edits && told.file.writable;
}

/** @param {string} id @returns {*} */
function byId(id) {
  return document.getElementById(id);
}
