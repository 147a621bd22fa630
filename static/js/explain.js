/**
 * A number's explanation over the wall: a dialog that keeps the focus, closes with Escape, stays fresh while it is
 * open and closes by itself where nobody is. Opened by a click, by Enter on a focused number, by a long press.
 */

import { address, CLOSES_MS, isDue, shownNow } from "./asking.js";
import { has, icon, mark, part, write } from "./dom.js";
import { moment } from "./format.js";
import { renderAnswer } from "./answer.js";
import { say, spoken } from "./words.js";

const PRESS_MS = 500; // a finger that stays so long
const STIRS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"];
const SLIP_PX = 20; // how far a finger may move that still presses

export class Explain {
  /** @param {() => string} board its id */
  constructor(board) {
    this.board = board;
    /** @type {*} */
    this.question = null;
    /** @type {*} */
    this.answer = null;
    this.askedAt = 0;
    this.stirredAt = 0;
    this.turn = 0; // an answer to an older question is dropped
    this.problem = "";
    this.dialog = made();
    const stir = () => { this.stirredAt = Date.now(); };
    STIRS.forEach((name) => this.dialog.addEventListener(name, stir, { capture: true, passive: true }));
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close(); // beside it
    });
    this.dialog.addEventListener("keydown", (event) => keepFocus(this.dialog, event));
    has(has(this.dialog, "explain-head"), "explain-close").addEventListener("click", () => this.dialog.close());
  }

  get isOpen() {
    return this.question !== null;
  }

  /** @param {import("./asking.js").Question} question @param {string} title of the number on the wall
   * @param {import("./board.js").Picture} picture */
  open(question, title, picture) {
    this.question = question;
    this.answer = null;
    this.problem = "";
    this.stirredAt = Date.now();
    write(this.dialog.querySelector("#explain-title"), title);
    if (!this.dialog.open) this.dialog.showModal();
    has(has(this.dialog, "explain-head"), "explain-close").focus();
    this.render(picture);
    if (!question.about) this.ask();
  }

  /** With each picture of the wall. @param {import("./board.js").Picture} picture */
  look(picture) {
    if (!this.isOpen) return;
    if (Date.now() - this.stirredAt > CLOSES_MS) {
      this.dialog.close();
      return;
    }
    const told = this.answer ? this.answer.value : undefined;
    if (!this.question.about && isDue(Date.now() - this.askedAt, told, shownNow(this.question, picture.state))) this.ask();
    this.render(picture);
  }

  ask() {
    this.askedAt = Date.now();
    this.turn += 1;
    const turn = this.turn;
    fetch(address(this.question, this.board()), { headers: { "accept-language": spoken() }, credentials: "same-origin" })
      .then((answer) => answer.json().then((said) => this.take(turn, answer.ok, said)))
      .catch(() => this.take(turn, false, {}));
  }

  take(turn, ok, said) {
    if (turn !== this.turn || !this.isOpen) return;
    this.problem = ok ? "" : said.detail || "away";
    if (ok) this.answer = said;
    this.render(null);
  }

  /** @param {import("./board.js").Picture | null} picture null: the last one */
  render(picture) {
    this.picture = picture || this.picture;
    const body = has(this.dialog, "explain-body");
    const status = has(this.dialog, "explain-status");
    const about = has(this.dialog, "explain-about");
    write(about, this.question.about ? say("explain.about." + this.question.about) : "");
    about.hidden = !this.question.about;
    write(status, this.statusText());
    status.hidden = !status.textContent;
    body.hidden = !this.answer;
    if (this.answer) renderAnswer(body, this.answer, this.picture);
  }

  statusText() {
    if (this.question.about) return "";
    if (!this.answer) return this.problem ? (this.problem === "away" ? say("explain.unreachable") : this.problem) : say("explain.loading");
    if (!this.problem) return "";
    return say("explain.failed", { time: moment(this.answer.now, this.picture.now, this.picture.zone) });
  }

  /** The event comes later than the closing: another number may be open by then. */
  closed() {
    if (this.dialog.open) return;
    this.question = null;
    this.answer = null;
  }
}

/**
 * Makes an element that shows a number open its explanation: an invisible button over it, so that keyboards and
 * screen readers find it. @param {HTMLElement} over @param {string} label
 * @param {(x: number, y: number) => void} open where it was pressed; (-1, -1) from a keyboard
 */
export function openable(over, label, open) {
  const button = /** @type {*} */ (part(over, "button", "why"));
  if (!button.opens) {
    button.setAttribute("type", "button");
    button.setAttribute("aria-haspopup", "dialog");
    let press = { timer: 0, x: 0, y: 0 };
    const lift = () => clearTimeout(press.timer);
    button.addEventListener("click", (event) => {
      lift();
      button.opens(event.detail ? event.clientX : -1, event.detail ? event.clientY : -1);
    });
    button.addEventListener("touchstart", (event) => {
      const { clientX: x, clientY: y } = event.touches[0];
      lift();
      press = { timer: setTimeout(() => button.opens(x, y), PRESS_MS), x, y };
    }, { passive: true });
    button.addEventListener("touchmove", (event) => {
      const { clientX: x, clientY: y } = event.touches[0];
      if (Math.abs(x - press.x) + Math.abs(y - press.y) > SLIP_PX) lift();
    }, { passive: true });
    ["touchend", "touchcancel"].forEach((name) => button.addEventListener(name, lift, { passive: true }));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }
  if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
  button.opens = open;
}

/** @returns {*} */
function made() {
  const dialog = part(document.body, "dialog", "explain");
  dialog.setAttribute("aria-labelledby", "explain-title");
  const head = part(dialog, "header", "explain-head");
  part(head, "h2", "explain-title").id = "explain-title";
  const close = part(head, "button", "explain-close");
  close.setAttribute("type", "button");
  close.setAttribute("aria-label", say("explain.close"));
  icon(close, "unreachable");
  part(dialog, "p", "explain-status").setAttribute("role", "status");
  part(dialog, "p", "explain-about");
  const body = part(dialog, "div", "explain-body");
  body.setAttribute("tabindex", "0"); // so that a keyboard can scroll it
  mark(dialog, "kind", "explain");
  return dialog;
}

/** Tab goes round inside the dialog and never out of it. @param {*} dialog @param {KeyboardEvent} event */
function keepFocus(dialog, event) {
  if (event.key !== "Tab") return;
  const stops = Array.from(dialog.querySelectorAll("button, [tabindex]")).filter((one) => !one.hidden);
  const at = stops.indexOf(document.activeElement);
  const to = event.shiftKey ? (at <= 0 ? stops.length - 1 : at - 1) : (at + 1) % stops.length;
  event.preventDefault();
  stops[to].focus();
}
