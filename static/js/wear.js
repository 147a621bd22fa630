/**
 * Does the picture wear the panel out? A board may drift by a few pixels and be dimmed at night. Nothing is laid out
 * anew: the whole is moved and covered. An alarm shows in full at any hour.
 */

import { mark } from "./dom.js";
import { timeOfDay } from "./format.js";

const STEP_MS = 180000;
const RING = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1]]; // prettier-ignore
const FAR_PX = 4; // less than the space around the tiles

/** @param {HTMLElement} body @param {*} board @param {import("./board.js").Picture} picture */
export function spare(body, board, picture) {
  const [right, down] = board.drift ? RING[Math.floor(picture.now / STEP_MS) % RING.length] : RING[0];
  const moved = right || down ? "translate(" + right * FAR_PX + "px, " + down * FAR_PX + "px)" : "none";
  if (body.style.transform !== moved) body.style.setProperty("transform", moved);
  mark(body, "dim", atNight(board, picture) && !body.querySelector('[data-level="alarm"]') ? "yes" : "no");
}

/** The board's dimming hours: few people are there. @param {*} board @param {import("./board.js").Picture} picture */
export function atNight(board, picture) {
  return !!board.dim && within(board.dim, timeOfDay(picture.now, picture.zone, true));
}

/** @param {string[]} hours from and until, as 22:00; over midnight where the end is the earlier one @param {string} time */
export function within(hours, time) {
  const [from, until] = hours;
  return from <= until ? from <= time && time < until : from <= time || time < until;
}
