/**
 * Is the sound on, and when does which one play? Each severity has a sound of its own: one low tone, two that rise, two
 * pairs that alternate. A browser lets no sound through before somebody touched it, unless it was told to
 * (examples/kiosk): the board says so. None is heard twice within 30 seconds, whatever page this tab shows meanwhile,
 * a graver one breaks in, and it is never the only sign of anything.
 */

import { icon, mark, write } from "./dom.js";
import { remember, remembered } from "./tab.js";
import { say } from "./words.js";

const PLAYED = "wallboard.played";
const APART_MS = 30000;
export const SEVERITIES = ["info", "warning", "critical"]; // the gravest last
/** Hz, s after the start */
const NOTES = {
  info: [[440, 0]],
  warning: [[660, 0], [880, 0.22]],
  critical: [[988, 0], [740, 0.18], [988, 0.36], [740, 0.54]],
}; // prettier-ignore
const SHAPES = { info: "sine", warning: "sine", critical: "square" };
const NOTE_S = 0.2;
const LOUD = { info: 0.2, warning: 0.25, critical: 0.15 }; // a square wave carries farther than a sine

/** @typedef {"off" | "blocked" | "on"} Sounding */

export class Sound {
  /** @param {() => *} [make] an AudioContext; null where the engine has none */
  constructor(make) {
    this.make = make || made;
    /** @type {*} */
    this.context = null;
    this.wanted = false;
    const kept = remembered(PLAYED) || {};
    this.playedAt = typeof kept.at === "number" ? kept.at : -APART_MS;
    this.played = kept.severity || ""; // the last one
  }

  /** @returns {Sounding} */
  get state() {
    if (!this.wanted || !this.context) return "off";
    return this.context.state === "running" ? "on" : "blocked";
  }

  /** As the board says. Somebody who touches the screen lets sound through. @param {boolean} wanted */
  want(wanted) {
    if (wanted && !this.context) {
      this.context = this.make();
      ["pointerdown", "keydown"].forEach((name) => addEventListener(name, () => this.context && this.context.resume()));
    }
    this.wanted = wanted;
  }

  /** @param {string} severity @param {number} now ms, this machine's clock @returns {boolean} whether it was heard */
  play(severity, now) {
    const graver = SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(this.played);
    if (this.state !== "on" || (Math.abs(now - this.playedAt) < APART_MS && !graver)) return false;
    this.playedAt = now;
    this.played = severity;
    remember(PLAYED, { at: now, severity });
    for (const [hertz, after] of NOTES[severity]) ring(this.context, severity, hertz, this.context.currentTime + after);
    return true;
  }
}

/** Its state on the line above the tiles, where the board wants sound. @param {HTMLElement} line @param {Sound} sound */
export function renderSound(line, sound) {
  line.hidden = !sound.wanted;
  mark(line, "sound", sound.state);
  icon(line, sound.state === "on" ? "sound" : "mute");
  write(/** @type {Element} */ (line.querySelector(".word")), say("sound." + sound.state));
}

function ring(context, severity, hertz, at) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = SHAPES[severity];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(LOUD[severity], at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  tone.connect(volume);
  volume.connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S);
}

/** The gravest of these; "" where there are none. @param {string[]} severities */
export function gravest(severities) {
  return SEVERITIES[Math.max(...severities.map((one) => SEVERITIES.indexOf(one)), -1)] || "";
}

/** Whether a board wants to hear it. @param {string} severity @param {boolean | string} least as the board says: true, or the least severity */
export function reaches(severity, least) {
  return least === true || SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(String(least));
}

function made() {
  const Context = window["AudioContext"];
  return Context ? new Context() : null;
}
