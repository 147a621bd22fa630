/**
 * What is everything called? Rows of what was seen or configured, the unnamed ones first. A change goes into
 * wallboard.toml; whoever changed the same entry meanwhile is not written over.
 */

import { part, write } from "./dom.js";
import { folded } from "./folded.js";
import { keyed } from "./keyed.js";
import { button } from "./floor/press.js";
import { learn, say } from "./words.js";

const MOST = 300; // rows on the page; the search finds the others
const APPLIED_MS = 3000; // until the parts have read the file
const SURE_MS = 6000;

/** @typedef {{id: string, name: string, unnamed: boolean, seen: boolean, team?: string, sources: string[], tag: string,
 *   configured: *, near?: {id: string, name: string}}} Row */

const dialog = /** @type {HTMLDialogElement} */ (byId("edit"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
const find = /** @type {HTMLInputElement} */ (byId("find"));
learn(JSON.parse(byId("first").textContent).words, document.documentElement.lang);
let sure = ""; // the queue that the next press forgets
let told = { file: { writable: false, edits: [], forgets: [] }, agent: [], queue: [], reason: [] };
let kind = "agent";
let edited = /** @type {Row | null} */ (null);

for (const one of kinds()) one.addEventListener("click", () => turn(one.dataset.kind));
find.addEventListener("input", render);
form.addEventListener("submit", save);
dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
load();

async function load() {
  try {
    const answer = await fetch("/api/v1/names", { cache: "no-store" });
    if (answer.status === 401) return location.reload();
    const body = await answer.json();
    write(byId("failed"), answer.ok ? "" : body.detail);
    if (answer.ok) told = body;
  } catch {
    write(byId("failed"), say("names.away"));
  }
  render();
}

/** @param {string} to a kind */
function turn(to) {
  kind = to;
  render();
}

function render() {
  for (const one of kinds()) {
    one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
    const unnamed = told[one.dataset.kind].filter((row) => row.unnamed).length;
    write(one.querySelector("span"), unnamed ? "· " + unnamed : "");
  }
  const file = byId("file");
  file.hidden = told.file.writable || !told.file.why;
  write(file, told.file.why || "");
  const text = folded(find.value.trim());
  const found = told[kind].filter((row) => [row.id, row.name, row.team].some((own) => own && folded(own).includes(text)));
  keyed(byId("rows"), found.slice(0, MOST), (row) => row.id, fresh, renderRow);
  byId("none").hidden = found.length > 0;
  write(byId("none"), say(told[kind].length ? "names.none" : "names.nothing"));
}

function fresh() {
  const item = document.createElement("li");
  item.className = "named";
  return item;
}

/** @param {HTMLElement} item @param {Row} row */
function renderRow(item, row) {
  item.dataset.unnamed = String(row.unnamed);
  write(part(item, "bdi", "named-name"), row.name);
  const also = (row.configured && row.configured.also) || [];
  const words = [row.unnamed ? say("names.unnamed") : "", row.name === row.id ? "" : row.id, row.team, row.sources.join(", "), also.join(", "), row.seen ? "" : say("names.unseen"), row.configured && row.configured.hidden ? say("names.is_hidden") : ""];
  write(part(item, "span", "named-facts"), words.filter(Boolean).join(" · "));
  const deeds = part(item, "span", "named-do");
  deeds.replaceChildren();
  if (told.file.forgets.includes(kind) && row.seen && !row.configured) {
    button(part(deeds, "span", "named-forget"), say(sure === row.id ? "names.forget_sure" : "names.forget"), () => forget(row));
  }
  if (!may()) return;
  if (row.near && row.sources.length && kind !== "reason") {
    const same = part(deeds, "span", "named-same");
    button(same, say("names.same", { name: row.near.name }), () => merge(row));
  }
  const own = part(deeds, "span", "named-edit");
  button(own, say("names.edit"), () => edit(row));
}

/** Whatever was told of it goes too: the second press within some seconds does it. @param {Row} row */
async function forget(row) {
  if (sure !== row.id) {
    sure = row.id;
    setTimeout(() => { sure = ""; render(); }, SURE_MS);
    return render();
  }
  sure = "";
  try {
    const answer = await fetch(`/api/v1/names/${kind}/${encodeURIComponent(row.id)}`, { method: "DELETE" });
    write(byId("failed"), answer.ok ? "" : (await answer.json()).detail);
    if (answer.ok) write(byId("said"), say("names.forgotten", { name: row.name }));
    setTimeout(() => { write(byId("said"), ""); load(); }, APPLIED_MS);
  } catch {
    write(byId("failed"), say("names.away"));
  }
  render();
}

function may() {
  return told.file.writable && told.file.edits.includes(kind);
}

/** @param {Row} row @param {*} [values] to begin with */
function edit(row, values) {
  edited = row;
  const said = values || row.configured || {};
  form.reset();
  write(dialog.querySelector("h2"), row.name);
  write(dialog.querySelector(".what"), row.name === row.id ? "" : row.id);
  write(dialog.querySelector(".failed"), "");
  for (const label of Array.from(form.querySelectorAll("[data-key]"))) {
    const key = /** @type {HTMLElement} */ (label).dataset.key;
    /** @type {HTMLElement} */ (label).hidden = !KEYS[kind].includes(key);
  }
  field("name").value = said.name || "";
  field("name").placeholder = row.name;
  field("team").value = said.team || "";
  field("also").value = (said.also || []).join("\n");
  field("percent").value = said.target ? (said.target.percent ?? 80) : "";
  field("seconds").value = said.target ? (said.target.seconds ?? 20) : "";
  field("hidden").checked = said.hidden === true;
  field("minutes").value = said.minutes || "";
  const teams = new Set([...told.agent, ...told.queue].map((one) => one.team).filter(Boolean));
  byId("teams").replaceChildren(...Array.from(teams, (team) => Object.assign(document.createElement("option"), { value: team })));
  if (!dialog.open) dialog.showModal();
}

const KEYS = { agent: ["name", "team", "also"], queue: ["name", "team", "also", "target", "hidden"], reason: ["name", "minutes"] };

/** The unknown id is one more of the near one's. @param {Row} row */
function merge(row) {
  const near = told[kind].find((one) => one.id === row.near.id);
  if (!near) return;
  const also = new Set([...((near.configured || {}).also || []), ...row.sources.map((source) => source + ":" + row.id)]);
  edit(near, Object.assign({}, near.configured, { also: Array.from(also) }));
  write(dialog.querySelector(".what"), say("names.merging", { id: row.id }));
}

async function save(event) {
  event.preventDefault();
  const failed = dialog.querySelector(".failed");
  const address = `/api/v1/names/${kind}/${encodeURIComponent(edited.id)}`;
  const headers = { "content-type": "application/json", "if-match": edited.tag };
  try {
    const answer = await fetch(address, { method: "PUT", headers, body: JSON.stringify(values()) });
    const body = await answer.json();
    if (answer.status === 412) {
      edited.tag = body.tag;
      write(failed, say("names.differs", { now: JSON.stringify(body.now) }));
    } else if (answer.ok) {
      Object.assign(edited, { configured: body.configured, tag: body.tag });
      dialog.close();
      write(byId("said"), say("names.saved"));
      load();
      setTimeout(() => { write(byId("said"), ""); load(); }, APPLIED_MS);
    } else write(failed, body.detail);
  } catch {
    write(failed, say("names.away"));
  }
}

/** What the form says; empty is null: the key is taken out. */
function values() {
  const number = (name) => (field(name).value === "" ? undefined : Number(field(name).value));
  const target = Object.assign({}, (edited.configured || {}).target, { percent: number("percent"), seconds: number("seconds") });
  const all = {
    name: field("name").value.trim() || null,
    team: field("team").value.trim() || null,
    also: field("also").value.split("\n").map((one) => one.trim()).filter(Boolean),
    target: target.percent === undefined && target.seconds === undefined ? null : target,
    hidden: field("hidden").checked || null,
    minutes: number("minutes") ?? null,
  };
  return Object.fromEntries(KEYS[kind].map((key) => [key, all[key]]));
}

/** @returns {HTMLElement[]} */
function kinds() {
  return Array.from(document.querySelectorAll("[data-kind]"));
}

/** @param {string} name @returns {*} */
function field(name) {
  return form.elements.namedItem(name);
}

/** @param {string} id @returns {*} */
function byId(id) {
  return document.getElementById(id);
}
