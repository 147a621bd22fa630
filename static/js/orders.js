/** What does the server tell this screen to do? Every new page is fetched first, from a server that has its numbers:
 * a wall that reloads into one that is not there would be blank. Until the new page paints, the old one stays. */

import { part, write } from "./dom.js";
import { remember, remembered } from "./tab.js";
import { nameOf } from "./top.js";
import { say } from "./words.js";

const AGAIN_MS = 5000;
const SPREAD_MS = 3000;
const UNHELPED_MS = 60000;
const IDENTIFY_MS = 10000;
const BOARD = /^[A-Za-z0-9_-]{1,64}(\?[\w%&=.+~-]{1,400})?$/;
const RELOADED = "wallboard.reloaded";

/** @param {*} command @param {*} board */
export function obey(command, board) {
  if (command.do === "reload") visit(location.href);
  if (command.do === "identify") identify(board, command.name);
  if (command.do === "show" && BOARD.test(command.board)) visit(stays("/board/" + command.board, ["lang", "kiosk"]));
}

/** That address, with what this one says beside it. @param {string} address @param {string[]} names
 * @returns {string} */
export function stays(address, names) {
  const said = location.search.slice(1).split("&").filter((one) => names.indexOf(one.split("=")[0]) >= 0);
  return said.length ? address + (address.indexOf("?") < 0 ? "?" : "&") + said.join("&") : address;
}

let due = 0;

/** Reload for this build: soon, and where that did not help, once a minute. @param {string} build */
export function reload(build) {
  if (due) return;
  const waits = remembered(RELOADED) === build ? UNHELPED_MS : 0; // without storage it may reload once more
  remember(RELOADED, build);
  due = setTimeout(() => visit(location.href), waits + Math.random() * SPREAD_MS);
}

let going = "";

/** Go there as soon as the server answers for it, and nobody reads an explanation here. @param {string} address */
export function visit(address) {
  if (going === address) return;
  going = address;
  attempt(address);
}

function attempt(address) {
  asked("/readyz")
    .then(() => asked(address))
    .then(() => {
      if (document.querySelector("dialog[open]")) throw new Error("somebody reads");
      if (address === location.href) location.reload();
      else location.replace(address);
    })
    .catch(() => {
      if (going === address) setTimeout(() => attempt(address), AGAIN_MS * (0.5 + Math.random()));
    });
}

/** @param {string} address */
async function asked(address) {
  const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
}

/** @param {*} board @param {string} [name] of a paired screen */
function identify(board, name) {
  const sign = document.getElementById("identify");
  const shows = say("identify") + " " + nameOf(board) + " (" + board.id + ")";
  sign.textContent = name ? "" : shows;
  if (name) {
    write(part(sign, "b", "identify-name"), name);
    write(part(sign, "span", "identify-shows"), shows);
  }
  sign.hidden = false;
  setTimeout(() => {
    sign.hidden = true;
  }, IDENTIFY_MS);
}
