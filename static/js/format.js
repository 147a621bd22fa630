/** How is a value written? Numbers, spans of time, times of day, and "–" for what is not known. */

import { say, spoken } from "./words.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;
const WEEKDAYS = 6; // so many days ahead a weekday means only one

/** @typedef {{text: string, unit: string}} Figure */

/** A number of the state document as it stands on a tile.
 * @param {*} value @param {string} reads count, percent, seconds, instant or decimal
 * @param {number} now ms, server time @returns {Figure} */
export function figure(value, reads, now) {
  if (typeof value !== "number" || !isFinite(value)) return { text: say("absent"), unit: "" };
  if (reads === "percent") return { text: rounded(value, 1, 1), unit: "%" };
  if (reads === "seconds") return { text: span(value), unit: "" };
  if (reads === "instant") return { text: span(secondsSince(value, now)), unit: "" };
  return { text: rounded(value, 0, reads === "count" ? 1 : 2), unit: "" };
}

/** Whole seconds from `at` to `now`, never negative. @param {number} at @param {number} now */
export function secondsSince(at, now) {
  return Math.max(0, Math.floor((now - at) / 1000));
}

/** 0:07, 12:34, 1:02:03, 2 d 3 h. @param {number} seconds */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= DAY_S) {
    const hours = Math.floor((whole % DAY_S) / HOUR_S);
    const days = say("span.d", { n: Math.floor(whole / DAY_S) });
    return hours ? days + " " + say("span.h", { n: hours }) : days;
  }
  const minutes = Math.floor(whole / MINUTE_S);
  const rest = two(whole % MINUTE_S);
  if (whole < HOUR_S) return minutes + ":" + rest;
  return Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + rest;
}

/** In its largest unit: 7 s, 12 min, 3 h, 2 d. @param {number} seconds */
export function roughly(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE_S) return say("span.s", { n: whole });
  if (whole < HOUR_S) return say("span.min", { n: Math.floor(whole / MINUTE_S) });
  if (whole < DAY_S) return say("span.h", { n: Math.floor(whole / HOUR_S) });
  return say("span.d", { n: Math.floor(whole / DAY_S) });
}

/** As a target is written: 20 s, 2 min, 1:30, 4 h. @param {number} seconds */
export function exactly(seconds) {
  if (seconds < MINUTE_S) return say("span.s", { n: seconds });
  if (seconds % HOUR_S === 0) return say("span.h", { n: seconds / HOUR_S });
  return seconds % MINUTE_S === 0 && seconds < HOUR_S ? say("span.min", { n: seconds / MINUTE_S }) : span(seconds);
}

/** @param {number} seconds */
export function ago(seconds) {
  return say("ago", { span: roughly(seconds) });
}

/** 14:03:12 on the site's clock. @param {number} at ms @param {string} zone @param {boolean} [short] 14:03 */
export function timeOfDay(at, zone, short) {
  return formatter(short ? "minutes" : "seconds", zone).format(at);
}

/** The time of day; with its date when that was not today. @param {number} at @param {number} now @param {string} zone */
export function moment(at, now, zone) {
  const time = timeOfDay(at, zone);
  const days = formatter("day", zone);
  return days.format(at) === days.format(now) ? time : days.format(at) + " " + time;
}

/** When it will be: 08:00; on another day with its weekday, from a week on with its date.
 * @param {number} at @param {number} now @param {string} zone */
export function coming(at, now, zone) {
  const time = timeOfDay(at, zone, true);
  const days = formatter("day", zone);
  if (days.format(at) === days.format(now)) return time;
  return (at - now < WEEKDAYS * DAY_S * 1000 ? formatter("weekday", zone) : days).format(at) + "\u00a0" + time;
}

/** Monday, 23 November. @param {number} at @param {string} zone */
export function date(at, zone) {
  return formatter("date", zone).format(at);
}

/** @param {number} value @param {number} least @param {number} most decimals */
function rounded(value, least, most) {
  const key = spoken() + least + most;
  if (!decimals.has(key)) {
    const shape = { minimumFractionDigits: least, maximumFractionDigits: most };
    decimals.set(key, new Intl.NumberFormat(spoken(), shape));
  }
  return decimals.get(key).format(value);
}

/** @param {number} value */
function two(value) {
  return value < 10 ? "0" + value : String(value);
}

const decimals = new Map();
const formatters = new Map();
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SHAPES = {
  seconds: Object.assign({ second: "2-digit" }, TIME),
  minutes: TIME,
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  weekday: { weekday: "short" },
  date: { weekday: "long", day: "numeric", month: "long" },
};

/** @param {string} shape @param {string} zone */
function formatter(shape, zone) {
  const key = shape + "/" + zone + "/" + spoken();
  if (!formatters.has(key)) formatters.set(key, make(shape, zone));
  return formatters.get(key);
}

/** An engine that does not know a zone shows UTC. @param {string} shape @param {string} zone */
function make(shape, zone) {
  const own = spoken() === "en" ? "en-GB" : spoken();
  const speech = shape === "date" || shape === "weekday" ? own : shape === "day" ? "sv" : "en-GB"; // 14:03:12 and 2026-11-23 for all
  try {
    return new Intl.DateTimeFormat(speech, Object.assign({ timeZone: zone }, SHAPES[shape]));
  } catch (unknownZone) {
    return new Intl.DateTimeFormat(speech, Object.assign({ timeZone: "UTC" }, SHAPES[shape]));
  }
}
