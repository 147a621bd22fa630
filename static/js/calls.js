/**
 * How does a new alert call me? By a sound and a notification of this browser, each switched on here; whether the
 * browser lets it through is always to be seen. What somebody has seen, or what another team's lead acts on, calls nobody.
 */

import { said, words } from "./pagewords.js";
import { gravest, Sound } from "./sound.js";

const WORKER = "/static/js/callsworker.js"; // phones show notifications of a worker only
const WANTED = "wallboard.calls.";
const ONE_BY_ONE = 3; // more that are new at once are one notification
const MANY = "many";

/** @typedef {{id: string, text: string, severity: string, action?: string, theirs?: boolean, left?: boolean, owner?: string, acknowledged_by?: string, snoozed_until?: number}} Calling */

export class Calls {
  /** @param {HTMLElement} bar */
  constructor(bar) {
    this.sound = new Sound();
    this.sound.want(isWanted("sound"));
    /** @type {Set<string> | null} */
    this.known = null;
    /** @type {ServiceWorkerRegistration | null} */
    this.worker = null;
    this.buttons = ["sound", "notify"].map((kind) => this.button(kind));
    bar.append(...this.buttons);
    if (this.notifying === "on") this.register();
    this.show();
  }

  /** @returns {"never" | "denied" | "off" | "on"} */
  get notifying() {
    if (!window.isSecureContext || !("Notification" in window) || !navigator.serviceWorker) return "never";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && isWanted("notify") ? "on" : "off";
  }

  /** Permissions change outside of the page too: each second. */
  show() {
    const states = [this.sound.state, this.notifying];
    this.buttons.forEach((button, place) => {
      const state = states[place];
      if (button.dataset.state === state) return;
      button.dataset.state = state;
      button.textContent = place === 0 ? words["sound." + state] : words["notify." + state];
      button.setAttribute("aria-pressed", String(state === "on"));
      button.disabled = state === "never" || state === "denied";
    });
  }

  /** @param {Calling[]} open */
  hear(open) {
    const calling = open.filter((one) => !(one.theirs || one.snoozed_until || (!one.left && (one.owner || one.acknowledged_by))));
    const fresh = this.known ? calling.filter((one) => !this.known?.has(one.id)) : [];
    this.known = new Set(calling.map((one) => one.id));
    if (fresh.length) this.sound.play(gravest(fresh.map((one) => one.severity)), Date.now());
    if (this.notifying === "on") this.notify(fresh);
  }

  /** @param {Calling[]} fresh */
  async notify(fresh) {
    const worker = this.worker;
    if (!worker) return;
    try {
      const shown = await worker.getNotifications();
      shown.filter((one) => !this.known?.has(one.tag) && (one.tag !== MANY || this.known?.size === 0)).forEach((one) => one.close());
      if (fresh.length > ONE_BY_ONE) await worker.showNotification(said("many", { count: String(fresh.length) }), { tag: MANY });
      else for (const one of fresh) await worker.showNotification(one.text, { body: one.action ?? "", tag: one.id });
    } catch {
      this.show(); // taken back meanwhile: the button says so
    }
  }

  async register() {
    try {
      this.worker = await navigator.serviceWorker.register(WORKER);
    } catch {
      this.worker = null; // none in this browser's private mode
    }
  }

  /** @param {string} kind */
  button(kind) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "second";
    made.addEventListener("click", () => (kind === "sound" ? this.pressSound() : this.pressNotify()));
    return made;
  }

  /** What is switched on is heard once. */
  async pressSound() {
    const wanted = this.sound.state !== "on";
    want("sound", wanted);
    this.sound.want(wanted);
    if (wanted && this.sound.context) await this.sound.context.resume();
    if (wanted) this.sound.play("warning", Date.now());
    this.show();
  }

  async pressNotify() {
    const wanted = this.notifying !== "on";
    if (wanted && (await Notification.requestPermission()) !== "granted") return this.show();
    want("notify", wanted);
    if (wanted) await this.register();
    this.show();
  }
}

/** @param {string} kind */
function isWanted(kind) {
  try {
    return localStorage.getItem(WANTED + kind) === "1";
  } catch {
    return false; // no storage: until the page is left, it is off
  }
}

/** @param {string} kind @param {boolean} wanted */
function want(kind, wanted) {
  try {
    localStorage.setItem(WANTED + kind, wanted ? "1" : "");
  } catch {
    // no storage
  }
}
