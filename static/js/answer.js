/** What stands in an explanation? The answer of /api/v1/explain as the dialog draws it, the number first. */

import { each, has, mark, part, write } from "./dom.js";
import { figure, moment, span, timeOfDay } from "./format.js";
import { say } from "./words.js";

const MS = /_ms$/;
const HALF_HOUR_S = 1800;

/** @param {*} body @param {*} said the answer @param {import("./board.js").Picture} picture */
export function renderAnswer(body, said, picture) {
  renderFigure(part(body, "p", "explain-figure"), said, picture);
  renderNotes(part(body, "ul", "explain-notes"), said);
  renderFormula(section(body, "formula", say("explain.formula")), said);
  renderParts(section(body, "parts", ""), said);
  renderNeed(section(body, "need", say("explain.need")), said.need, said, picture);
  renderNeeds(section(body, "needs", say("explain.needs")), said);
  renderLeftOut(section(body, "left-out", say("explain.exclusions")), said.exclusions);
  renderLevels(section(body, "levels", say("explain.levels")), said);
  renderFormulas(section(body, "formulas", say("explain.formulas")), said);
  renderFacts(section(body, "facts", ""), said, picture);
  renderVisits(section(body, "visits", visitsTitle(said)), said, picture);
}

function section(body, name, title) {
  const found = part(body, "section", "explain-" + name);
  if (title) write(part(found, "h3", "explain-h"), title);
  return found;
}

function renderFigure(line, said, picture) {
  const shown = figure(said.value, said.reads, Math.min(picture.now, said.to || picture.now));
  write(part(line, "span", "figure"), shown.text);
  write(part(line, "span", "unit"), shown.unit || said.unit || "");
  write(part(line, "span", "explain-of"), [said.name, say("window." + said.window)].filter((one) => one).join(" · "));
}

function renderNotes(list, said) {
  const notes = (said.absent ? [said.absent] : []).concat(said.notes);
  list.hidden = !notes.length;
  each(list, "li", "note", notes, (one) => one.code, (item, one) => write(item, one.text));
}

function renderFormula(box, said) {
  write(part(box, "p", "words"), said.formula.words);
  const symbols = part(box, "p", "symbols");
  write(symbols, said.formula.symbols === said.formula.words ? "" : said.formula.symbols);
  symbols.hidden = !symbols.textContent;
}

/** Both sides, each term with its count. */
function renderParts(box, said) {
  const single = said.denominator ? "explain.numerator" : "explain.parts";
  const sides = [["numerator", single], ["denominator", "explain.denominator"], ["now_terms", "explain.parts"]];
  const shown = sides.filter(([side]) => said[side]);
  const alone = !said.denominator && said.numerator && said.numerator.terms.length === 1;
  box.hidden = !shown.length || alone; // the number itself
  each(box, "div", "side", shown, ([side]) => side, (part_, [side, title]) => renderSide(part_, said[side], say(title)));
}

function renderSide(box, side, title) {
  write(part(box, "h3", "explain-h"), title);
  const rows = part(box, "ul", "terms");
  each(rows, "li", "term", side.terms, (one) => one.term, (line, one) => {
    write(part(line, "span", "sign"), one.sign < 0 ? "−" : "+");
    write(part(line, "span", "what"), one.text);
    write(part(line, "span", "symbol"), symbolOf(one));
    write(part(line, "span", "n"), amount(one.term, one.n));
  });
  const total = part(box, "p", "together");
  total.hidden = side.total === undefined;
  if (total.hidden) return;
  write(part(total, "span", "what"), say("explain.total"));
  write(part(total, "span", "n"), amount(side.terms[0].term, side.total));
}

/** The letter that the formula uses; none where it is written out. */
function symbolOf(term) {
  return term.symbol.length <= 2 ? term.symbol : "";
}

function amount(term, n) {
  return MS.test(term) ? span(n / 1000) : figure(n, "count", 0).text;
}

/** What the need for agents is worked out from. */
function renderNeed(box, need, said, picture) {
  box.hidden = !need || !need.formula;
  if (box.hidden) return;
  write(part(box, "p", "words"), need.text);
  const targets = targetsOf(need);
  const facts = [
    ["need_queues", need.queues.length > 1 ? namesOf(need.queues, said) : ""],
    ["need_targets", targets.length > 1 ? targets.join("; ") : ""],
    ["need_arrivals", figure(need.arrivals * HALF_HOUR_S, "decimal", 0).text],
    ["need_aht", span(need.aht_s)],
    ["need_load", figure(need.load, "decimal", 0).text],
    ["need_patience", need.patience_s === undefined ? "" : span(need.patience_s)],
    ["need_waiting", figure(need.waiting, "count", 0).text],
    ["need_ready", figure(need.ready, "count", 0).text],
    ["need_backlog", need.backlog_s ? span(need.backlog_s) : ""],
    ["need_until", timeOfDay(need.until, picture.zone, true)],
  ].filter(([, text]) => text);
  each(part(box, "dl", "facts"), "div", "fact", facts, ([name]) => name, (line, [name, text]) => {
    write(part(line, "dt", "what"), say("explain." + name));
    write(part(line, "dd", "n"), text);
  });
}

/** What its queues aim at, each target once. */
function targetsOf(need) {
  return Array.from(new Set((need.targets || []).map((one) => say("explain.target_text", one))));
}

/** A group's need: that of its queues that share agents, each line of the same number. */
function renderNeeds(box, said) {
  const needs = (said.needs || []).map((one, place) => Object.assign({ place }, one));
  box.hidden = !needs.length;
  each(part(box, "ul", "terms"), "li", "term", needs, (one) => String(one.place), (line, one) => {
    const more = one.more ? " " + say("explain.more", { n: one.more }) : "";
    write(part(line, "span", "what"), namesOf(one.queues, said) + more);
    write(part(line, "span", "n"), figure(one[said.metric], "count", 0).text);
  });
}

function renderLeftOut(box, left) {
  box.hidden = !left.length;
  each(part(box, "ul", "terms"), "li", "term", left, (one) => one.code, (line, one) => {
    mark(line, "zero", one.n ? "no" : "yes");
    write(part(line, "span", "what"), one.text);
    write(part(line, "span", "n"), one.n === undefined ? "" : figure(one.n, "count", 0).text);
  });
}

function renderLevels(box, said) {
  const levels = said.service_levels || [];
  box.hidden = !levels.length;
  const own = said.target ? said.target.formula : "";
  each(part(box, "ul", "terms"), "li", "term", levels, (one) => one.formula, (line, one) => {
    mark(line, "own", one.formula === own ? "yes" : "no");
    write(part(line, "span", "what"), one.formula + (one.formula === own ? " (" + say("explain.own") + ")" : ""));
    write(part(line, "span", "symbol"), one.symbols);
    const shown = figure(one.value, "percent", 0);
    write(part(line, "span", "n"), shown.text + (shown.unit ? " " + shown.unit : ""));
  });
}

function renderFormulas(box, said) {
  const formulas = said.formulas || [];
  box.hidden = formulas.length < 2;
  each(part(box, "ul", "terms"), "li", "term", formulas, (one) => one.formula, (line, one) => {
    const more = one.more ? " " + say("explain.more", { n: one.more }) : "";
    write(part(line, "span", "what"), one.formula + ": " + namesOf(one.queues, said) + more);
    write(part(line, "span", "n"), one.good + " / " + (one.base + one.waiting));
  });
}

/** n, target, since when, newest fact, sources. */
function renderFacts(box, said, picture) {
  const at = (ms) => (ms === undefined ? "" : moment(ms, picture.now, picture.zone));
  const severalTargets = targetsOf(said.need || {}).length > 1; // they stand with the need
  const target = said.target && { percent: said.target.percent, seconds: said.target.seconds };
  const facts = [
    ["n", said.n === undefined || MS.test(termOf(said)) ? "" : figure(said.n, "count", 0).text],
    ["target", target && !severalTargets ? say("explain.target_text", target) : ""],
    ["target_since", target ? at(said.target.since) : ""],
    ["since", at(said.from)],
    ["as_of", at(said.as_of)],
    ["sources", said.sources.map((one) => one.source + (one.state ? " (" + say("source." + one.state) + ")" : "")).join(", ")],
  ].filter(([, text]) => text);
  each(part(box, "dl", "facts"), "div", "fact", facts, ([name]) => name, (line, [name, text]) => {
    write(part(line, "dt", "what"), say("explain." + name));
    write(part(line, "dd", "n"), text);
  });
}

function termOf(said) {
  const side = said.denominator || said.numerator;
  return side ? side.terms[0].term : "";
}

function visitsTitle(said) {
  if (said.window === "now") return say("explain.waiting");
  return say(said.visits.some((one) => one.begun !== undefined) ? "explain.visits" : "explain.others");
}

function renderVisits(box, said, picture) {
  const rows = said.visits.map((one, place) => Object.assign({ place }, one));
  box.hidden = !rows.length;
  const contacts = rows.some((one) => one.contact !== undefined);
  const several = said.kind !== "queues";
  const heads = ["ended", several ? "queue" : "", contacts ? "contact" : "", "wait", "outcome", said.denominator ? "counts" : ""];
  const columns = heads.filter((one) => one);
  const table = part(part(box, "div", "scrolls"), "table", "visits");
  const headings = part(part(table, "thead", "heads"), "tr", "line-of");
  each(headings, "th", "head", columns, (one) => one, (cell, one) => {
    cell.setAttribute("scope", "col");
    write(cell, say("explain." + one));
  });
  each(part(table, "tbody", "rows"), "tr", "line-of", rows, (one) => String(one.place), (line, row) => {
    each(line, "td", "of", columns, (one) => one, (cell, one) => write(cell, cellText(one, row, said, picture)));
  });
}

function cellText(column, row, said, picture) {
  if (column === "ended") return timeOfDay(row.ended || row.at || row.begun, picture.zone);
  if (column === "counts") return row.numerator + " / " + row.denominator;
  if (column === "wait") return waitText(row, picture);
  if (column === "outcome") return outcomeText(row);
  if (column === "queue" && row.queue !== undefined) return namesOf([row.queue], said);
  return row[column] === undefined ? "" : row[column];
}

/** Queues as they are called. @param {string[]} ids @param {*} said */
function namesOf(ids, said) {
  return ids.map((id) => (said.queue_names || {})[id] || id).join(", ");
}

function waitText(row, picture) {
  if (row.wait_s !== undefined) return span(row.wait_s);
  if (row.begun !== undefined) return span((picture.now - row.begun) / 1000);
  return row.adds.seconds === undefined ? "" : span(row.adds.seconds);
}

/** How it ended; of what is no visit, what it added. */
function outcomeText(row) {
  if (row.begun !== undefined) return say("explain.outcome." + (row.outcome || "waiting"));
  const shown = Object.keys(row.adds).filter((name) => name !== "seconds");
  return shown.map((name) => say("metric." + name.replace(MS, "_s"), undefined, name) + " " + amount(name, row.adds[name])).join(", ");
}
