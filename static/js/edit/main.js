/**
 * The editor: model ─▶ try ─▶ text, mistakes, picture. Each change asks the server what its text is now, what is wrong
 * with it and how its wall looks; the same is asked again every two seconds, so that the numbers live.
 */

import { conflict, revisions, sure } from "./dialogs.js";
import { element } from "./fields.js";
import { standingOut } from "./logo.js";
import { Model } from "./model.js";
import { Server } from "./server.js";
import { placeOf, Side } from "./side.js";
import { icon, Stage } from "./stage.js";
import { NEW } from "./tileform.js";
import { kindOf, labelOf, learn, said } from "./words.js";

const SOON_MS = 120;
const AGAIN_MS = 2000;
const MISSING = "is missing"; // so the server's reason begins (wallboard/record/checks.py)
const LEAST_SHARE = 0.25; // of a logo, that is to stand out
const REST = 8; // times as long as an answer took: a large floor is not asked for without a pause

const first = JSON.parse(byId("first").textContent);
learn(first.words);

const server = new Server(first.id, said("edit.away"));
const model = new Model(first.text, {}, update);
const stage = new Stage(byId("stage"), model, nameOf, wrongOf, tell, () => side.root.querySelector("select, input, textarea")?.focus());
const given = { choices: first.choices, admin: first.admin, id: first.id, called: first.called, over: first.over, restore, stage };
const side = new Side(byId("side"), model, given, nameOf);
const toml = /** @type {HTMLTextAreaElement} */ (byId("toml"));

let saved = first.text;
let etag = first.etag;
let wrong = [];
let hints = [];
let asking = null; // the question that is under way
let timer = 0;
let told = null;
let logo = { of: "", share: /** @type {number | null} */ (null) }; // how much of it stands out
let upright = false; // the board is made for such a screen

begin();

function begin() {
  for (const [kind, { size, ...rest }] of Object.entries(NEW)) palette(kind, size, rest);
  byId("undo").addEventListener("click", () => model.undo());
  byId("redo").addEventListener("click", () => model.redo());
  byId("save").addEventListener("click", save);
  byId("versions").addEventListener("click", bringBack);
  byId("as-text").addEventListener("click", turnOver);
  byId("screen").addEventListener("change", turnScreen);
  byId("far").addEventListener("change", turnScreen);
  toml.addEventListener("input", typed);
  document.addEventListener("keydown", keys);
  addEventListener("beforeunload", (event) => isChanged() && event.preventDefault());
  stage.frame.addEventListener("load", () => told && stage.show(told));
  if (!first.writable) warn(said("edit.fixed", { file: first.id + ".toml" }));
  stage.fit();
  soon(0);
}

function palette(kind, size, rest) {
  const made = element("button", "edit-kind");
  made.type = "button";
  made.append(element("b", "", said("kind." + kind)), element("small", "", said("edit.about." + kind)));
  made.addEventListener("click", () => {
    const wide = Math.max(1, Math.round((size[0] * model.columns) / 12));
    const high = Math.max(1, Math.round((size[1] * model.rows) / 6));
    const outcome = model.add({ kind, ...rest, ...(kind === "text" ? { text: said("edit.new_text") } : {}) }, [wide, high]);
    if (outcome !== "added") tell(said(outcome === "grew" ? "edit.grew" : "edit.full"));
    stage.focus();
  });
  byId("kinds").appendChild(document.createElement("li")).append(made);
}

/** Something was changed or selected. */
function update() {
  for (const [id, steps] of [["undo", model.done], ["redo", model.undone]]) byId(id).disabled = !steps.length;
  byId("palette").hidden = "rotation" in model.tables;
  byId("palette").inert = !model.read;
  byId("title").textContent = model.tables.title || first.called;
  byId("standing").textContent = isChanged() ? said("edit.unsaved") : said("edit.saved");
  byId("save").disabled = !isChanged() && first.writable;
  byId("empty").hidden = !model.read || model.tiles.length > 0 || "rotation" in model.tables;
  stand();
  stage.render();
  side.render([...wrong, ...hints]);
  const metres = stage.sight.metres;
  byId("far-word").textContent = said("edit.far", { metres });
  if (stage.far) stage.fit();
  if (!model.written || !model.read) soon(SOON_MS);
}

/** The picture is that of the screen that the board is made for, until another one is chosen. */
function stand() {
  if (upright === (model.tables.portrait === true)) return;
  upright = !upright;
  byId("screen").value = upright ? "portrait" : "tv";
  turnScreen();
}

function isChanged() {
  return !model.written || model.text !== saved;
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

/** One question after another. @returns {Promise<boolean>} whether it was answered */
async function ask() {
  clearTimeout(timer);
  if (asking) return (await asking).ok;
  const { tables, text, written } = model;
  const began = Date.now();
  asking = server.tried(text, written ? null : tables);
  const answer = await asking;
  asking = null;
  byId("away").hidden = answer.status !== 0;
  const newest = tables === model.tables && text === model.text;
  if (answer.ok && newest) take(answer.told);
  else if (!answer.ok && answer.status !== 0) warn(answer.detail);
  soon(newest ? Math.max(AGAIN_MS, REST * (Date.now() - began)) : 0);
  return answer.ok;
}

function take(answer) {
  model.take(answer.text, answer.tables);
  wrong = [
    ...answer.mistakes.map((one) => ({ ...inWords(one), grave: true })),
    ...answer.warnings.map((one) => ({ ...one, grave: false })),
  ];
  hints = (answer.uncounted ?? []).map((place) => ({ at: `tile[${place}]`, reason: said("edit.uncounted"), grave: false }));
  if (logo.of === logoOf(answer.board) && logo.share !== null && logo.share < LEAST_SHARE) hints.push({ at: "logo", reason: said("edit.logo_hard", { percent: Math.round(100 * logo.share) }), grave: false });
  byId("wrong").textContent = wrong.length ? said("edit.to_mend", { count: wrong.length }) : "";
  if (document.activeElement !== toml) toml.value = model.text;
  byId("newer").hidden = answer.etag === etag;
  if (answer.board) draw(answer);
  update();
}

/** A ranking that may not be there says where it may: its kind is right, so nothing else is wrong with that. */
function inWords(one) {
  if (one.reason.startsWith(MISSING) && labelOf(one.at)) return { at: one.at, reason: said("edit.missing") };
  const misplaced = one.at.endsWith(".kind") && model.tiles[placeOf(one.at)]?.kind === "leaders";
  return misplaced ? { at: one.at, reason: said("edit.leaders_where"), people: true } : one;
}

function draw(answer) {
  told = answer;
  look(answer.board);
  const language = answer.board.language ?? first.language;
  if (stage.frame.dataset.language === language) return stage.show(answer);
  stage.frame.dataset.language = language;
  stage.frame.src = "/board-preview?lang=" + language; // shows what was told when it is there
}

/** Whether the logo can be seen: its theme is on the picture a moment later. */
async function look(board) {
  const of = logoOf(board);
  const page = stage.frame.contentDocument;
  if (!board.logo || logo.of === of || page?.documentElement.dataset.theme !== board.theme) return;
  logo = { of, share: null };
  const share = await standingOut("/board-image/" + encodeURIComponent(board.logo), getComputedStyle(page.body).backgroundColor);
  if (logo.of === of) logo.share = share;
}

function logoOf(board) {
  return board?.logo ? board.theme + " " + board.logo : "";
}

/** Whether the text is the one that the tables make. */
async function settled() {
  while (!model.written || !model.read) {
    if (!(await ask())) return false;
    if (!model.read && wrong.some((one) => one.grave)) return true; // a text that is no TOML: saving says why not
  }
  return true;
}

async function save() {
  if (!(await settled())) return;
  if (!first.writable) return copy();
  keep(await server.save(model.text, etag));
}

async function keep(answer) {
  if (answer.status === 412) return settle();
  if (!answer.ok) return warn(answer.detail);
  saved = model.text;
  etag = answer.etag;
  given.over = answer.told.over ?? null;
  warn("");
  byId("newer").hidden = true;
  side.fill();
  update();
}

/** What came with Wallboard counts again. */
async function restore() {
  const title = byId("title").textContent;
  if (!(await sure(said("boards.restore_sure", { title }), said("boards.restore")))) return;
  const answer = await server.remove(etag);
  if (answer.status === 412) return settle();
  if (!answer.ok) return warn(answer.detail);
  model.text = saved; // nothing is left that could be lost
  model.written = true;
  location.reload();
}

/** Somebody else has saved: both texts are shown, and nothing is written over unseen. */
async function settle() {
  const theirs = await server.read();
  if (!theirs.ok && theirs.status !== 404) return warn(theirs.detail);
  const answer = await conflict(model.text, theirs.ok ? theirs.text : null);
  if (answer === "theirs") {
    etag = theirs.etag;
    saved = theirs.text;
    return takeText(theirs.text);
  }
  if (answer === "mine" && theirs.ok) return keep(await server.save(model.text, theirs.etag));
  if (answer === "mine") return keep(await server.make(first.id, model.text));
}

/** A board that cannot be written here becomes another one. */
async function copy() {
  for (let n = 2; n < 100; n += 1) {
    const id = first.id.slice(0, 60) + "-" + n;
    const answer = await server.make(id, model.text);
    if (answer.status === 412) continue;
    if (!answer.ok) return warn(answer.detail);
    saved = model.text;
    return location.assign("/board/" + id + "/edit");
  }
}

async function bringBack() {
  if (!(await settled())) return;
  const text = await revisions(server, model.text, first.zone);
  if (!text) return;
  takeText(text);
  if (first.writable) await save();
}

function takeText(text) {
  model.type(text);
}

function typed() {
  model.type(toml.value, "typed");
}

function turnOver() {
  const open = toml.hidden;
  toml.hidden = !open;
  byId("stage").hidden = open;
  byId("as-text").setAttribute("aria-pressed", String(open));
  if (open) toml.focus();
  else redraw();
}

function turnScreen() {
  stage.screen = byId("screen").value;
  stage.far = byId("far").checked;
  redraw();
}

/** Another size: the picture is laid out anew, then its grid is measured. */
function redraw() {
  stage.fit();
  if (told) requestAnimationFrame(() => requestAnimationFrame(() => stage.show(told)));
}

function keys(event) {
  const inText = event.target instanceof HTMLElement && event.target.matches("textarea, input:not([type=checkbox])");
  if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "s") save();
  else if (key === "d" && model.tile && event.target !== toml) stage.duplicate();
  else if (inText) return;
  else if (key === "z") (event.shiftKey ? model.redo() : model.undo()), stage.focus();
  else if (key === "y") model.redo(), stage.focus();
  else return;
  event.preventDefault();
}

function nameOf(place) {
  const tile = model.tiles[place];
  const kind = kindOf(tile);
  return tile?.title || (tile?.metric ? kind + ": " + said("metric." + tile.metric, {}, tile.metric) : kind);
}

function wrongOf(place) {
  const found = wrong.filter((one) => placeOf(one.at) === place);
  const told = found.map((one) => [labelOf(one.at), one.reason].filter(Boolean).join(": "));
  return { text: told.join(" · "), grave: found.some((one) => one.grave) };
}

let silence = 0;

/** For some seconds. @param {string} text */
function tell(text) {
  clearTimeout(silence);
  byId("told").textContent = text;
  silence = setTimeout(() => (byId("told").textContent = ""), 6000);
}

/** Until it is over. @param {string} text */
function warn(text) {
  const notice = byId("warned");
  notice.replaceChildren(icon("warn"), " " + text);
  notice.hidden = !text;
}

/** @returns {*} */
function byId(id) {
  return document.getElementById(id);
}
