/**
 * Is the sound on, and when does it play? A browser lets no sound through before somebody touched it, unless it was
 * told to (examples/kiosk): the board says so. Never twice within 30 seconds, whatever page this tab shows meanwhile,
 * and never the only sign of anything.
 */

import { icon, mark, write } from "./dom.js";
import { remember, remembered } from "./tab.js";
import { say } from "./words.js";

const PLAYED = "wallboard.played";
const APART_MS = 30000;
const NOTES = [[660, 0], [880, 0.22]]; // Hz, s after the start
const NOTE_S = 0.2;
const LOUD = 0.25;

/** @typedef {"off" | "blocked" | "on"} Sounding */

export class Sound {
  /** @param {() => *} [make] an AudioContext; null where the engine has none */
  constructor(make) {
    this.make = make || made;
    /** @type {*} */
    this.context = null;
    this.wanted = false;
    this.playedAt = Number(remembered(PLAYED) || -APART_MS);
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

  /** @param {number} now ms, this machine's clock @returns {boolean} whether it was heard */
  play(now) {
    if (this.state !== "on" || Math.abs(now - this.playedAt) < APART_MS) return false;
    this.playedAt = now;
    remember(PLAYED, now);
    for (const [hertz, after] of NOTES) ring(this.context, hertz, this.context.currentTime + after);
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

function ring(context, hertz, at) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(LOUD, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  tone.connect(volume);
  volume.connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S);
}

function made() {
  const Context = window["AudioContext"];
  return Context ? new Context() : null;
}
