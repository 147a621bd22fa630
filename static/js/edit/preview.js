/**
 * The wall inside the editor: the same modules draw a board that is not saved, with the live numbers that the editor
 * was given. It asks nobody but for charts, and says where its grid lies.
 */

import { Board } from "../board.js";
import { serverLate } from "../freshness.js";
import { noteOf, renderLogo, renderTop } from "../top.js";
import { learn, say } from "../words.js";

const TICK_MS = 1000;
const PHONE = matchMedia("(max-width: 640px)");

const first = JSON.parse(document.getElementById("first").textContent);
const top = document.querySelector(".top");
const root = /** @type {HTMLElement} */ (document.querySelector(".board"));
const board = new Board(root, () => {});
const sheet = new CSSStyleSheet();

let told = null;
let heardAt = 0;
let drawn = "";

learn(first.words, first.language);
document.adoptedStyleSheets = [sheet];
top.querySelector(".ribbon").textContent = say("ribbon");
setInterval(render, TICK_MS);
Object.assign(globalThis, { show });

/** Draw this from now on. @param {*} answer of the server, with a board @returns where the grid lies, in pixels of this page */
function show(answer) {
  told = answer;
  heardAt = Date.now();
  const definition = JSON.stringify([answer.board, answer.layout]);
  if (definition !== drawn) {
    drawn = definition;
    sheet.replaceSync(answer.layout);
    document.documentElement.setAttribute("data-theme", answer.board.theme);
    renderLogo(top, answer.board);
    board.lay(answer.board);
  }
  render();
  return grid();
}

function render() {
  if (!told) return;
  const now = told.now + (Date.now() - heardAt);
  const sites = Object.values(told.state.sites ?? {});
  const late = serverLate(heardAt, Date.now());
  const picture = {
    state: told.state, now, zone: sites[0]?.zone ?? "UTC", scrolls: PHONE.matches, server: { late, at: told.now },
  }; // prettier-ignore
  const screen = { stood_ms: 0, lag_ms: 0, address: "", tries: 0 };
  renderTop(top, noteOf("open", "", screen, picture), picture, told.board);
  while (board.render(picture, false)); // a list may come in parts
}

/** `stands`: the tiles stand in it; on a phone, and of a wide board on an upright screen, they stand otherwise. */
function grid() {
  const box = root.getBoundingClientRect();
  const style = getComputedStyle(root);
  const [left, right, bottom] = [style.paddingLeft, style.paddingRight, style.paddingBottom].map(parseFloat);
  return {
    left: box.left + left, top: box.top, width: box.width - left - right, height: box.height - bottom,
    gap: parseFloat(style.columnGap) || 0, stands: style.display === "grid",
  }; // prettier-ignore
}
