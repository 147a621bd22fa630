/**
 * What stands below a tile's one number: its bar, its target, which way it moves, and the line of its last hour.
 * The same as the server draws first (wallboard/web/besides.py).
 */

import { drawn, has, icon, mark, part, write } from "../dom.js";
import { figure, secondsSince } from "../format.js";
import { passes, SIGNS } from "../levels.js";
import { remember, remembered } from "../tab.js";
import { say } from "../words.js";

const GOALS = "wallboard.goals";
const HOUR = 60; // points of a line
const ROOM = 4; // above and below the line
const LEAST_SPAN = 10; // percent that a line is high at least
const CELEBRATED_MS = 6000;

/** Of each target the day on which it was looked at last, and whether it was reached then; from page to page.
 * @type {Object<string, {day: string, reached: boolean}>} */
const goals = remembered(GOALS) || {};

/** @param {Element} body @param {*} tile */
export function mountBesides(body, tile) {
  keep(body, "bar", tile.end !== undefined, () => canvas(body, "bar", 1));
  keep(body, "aside", tile.target !== undefined || tile.trail !== undefined, () => part(body, "p", "aside"));
  keep(body, "spark", tile.trail !== undefined, () => canvas(body, "spark", 100));
}

/** @param {Element} body @param {*} tile @param {*} value @param {boolean} few @param {*} picture */
export function renderBesides(body, tile, value, few, picture) {
  const known = measured(tile, value, picture.now);
  const trail = (picture.state.trails || {})[tile.trail] || {};
  if (tile.end !== undefined) renderBar(has(body, "bar"), tile, known);
  const aside = has(body, "aside");
  if (aside && tile.target) renderGoal(part(aside, "span", "goal"), tile, known, few, picture);
  if (aside) renderTurn(part(aside, "span", "turn"), trail);
  if (tile.trail !== undefined) draw(has(body, "spark"), line(trail, tile.reads));
}

/** In the unit of limits and trails. */
function measured(tile, value, now) {
  if (typeof value !== "number") return undefined;
  return tile.reads === "instant" ? secondsSince(value, now) : value;
}

function renderBar(svg, tile, known) {
  drawn(svg, "rect", "track", { x: 0, y: 0, width: 100, height: 1 });
  drawn(svg, "rect", "full", { x: 0, y: 0, width: share(known || 0, tile.end), height: 1 });
  if (tile.target) drawn(svg, "rect", "aim", { x: share(tile.target[1], tile.end) - 0.4, y: 0, width: 0.8, height: 1 });
}

function renderGoal(goal, tile, known, few, picture) {
  const reads = tile.reads === "instant" ? "seconds" : tile.reads === "percent" ? "decimal" : tile.reads;
  const bound = figure(tile.target[1], reads, picture.now).text + (tile.reads === "percent" ? " %" : "");
  const sure = known !== undefined && !few;
  const reached = sure && passes(tile.target, known);
  if (sure && came(tile, reached, picture)) celebrate(goal);
  mark(goal, "reached", reached ? "yes" : "no");
  icon(goal, reached ? "goal" : "aim");
  write(part(goal, "span", "word"), say(reached ? "goal.reached" : "goal.aim", { limit: SIGNS[tile.target[0]] + " " + bound }));
}

/** Whether it is reached now and was not before, for the first time today: what was reached when the first page opened
 * is no news. A rotation looks now and then. */
function came(tile, reached, picture) {
  const day = Object.keys(picture.state.sites || {}).map((name) => picture.state.sites[name].day).join();
  const key = JSON.stringify([tile.of, tile.metric, tile.window, tile.target]);
  const before = goals[key] && goals[key].day === day ? goals[key] : null;
  if (before && (before.reached || !reached)) return false;
  goals[key] = { day, reached };
  remember(GOALS, goals);
  return before !== null;
}

function celebrate(goal) {
  mark(goal, "new", "yes");
  setTimeout(() => mark(goal, "new", "no"), CELEBRATED_MS);
}

function renderTurn(turn, trail) {
  mark(turn, "good", trail.good === undefined ? "" : trail.good ? "yes" : "no");
  icon(turn, trail.turn || "");
  write(part(turn, "span", "word"), trail.turn ? say("turn." + trail.turn) : "");
}

function draw(svg, path) {
  drawn(svg, "path", "line", { d: path });
}

/** The path of the last hour, the newest point on the right; broken where nothing is known. */
export function line(trail, reads) {
  const points = trail.points || [];
  const known = points.filter((point) => point !== null);
  if (known.length < 2) return "";
  const [low, high] = spanOf(known, reads);
  const first = HOUR - points.length;
  return points.map((point, place) => {
    if (point === null) return "";
    const x = (100 * (first + place)) / (HOUR - 1);
    const y = ROOM + (100 - 2 * ROOM) * (1 - (point - low) / (high - low));
    const goesOn = place > 0 && points[place - 1] !== null;
    return (goesOn ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1);
  }).join("");
}

/** A percentage is looked at closely; all else from zero, so that a small change looks small. */
function spanOf(known, reads) {
  const low = Math.min.apply(null, known);
  const high = Math.max.apply(null, known);
  if (reads === "percent") {
    const extra = Math.max(0, LEAST_SPAN - (high - low)) / 2;
    return [low - extra, high + extra];
  }
  const least = Math.min(0, low);
  return [least, Math.max(0, high) > least ? Math.max(0, high) : least + 1];
}

function share(value, end) {
  return Math.round(1000 * Math.min(Math.max(value / end, 0), 1)) / 10;
}

function canvas(body, name, high) {
  return drawn(body, "svg", name, { viewBox: "0 0 100 " + high, preserveAspectRatio: "none", "aria-hidden": "true" });
}

/** There where it is wanted, and only there. */
function keep(body, name, wanted, make) {
  const found = has(body, name);
  if (wanted && !found) make();
  if (!wanted && found) body.removeChild(found);
}
