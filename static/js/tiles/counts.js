/** How many people are doing what, where the board names nobody: a bar of their shares, and each state with its number. */

import { drawn, each, icon, mark, part, write } from "../dom.js";
import { DOINGS } from "../doing.js";
import { paged } from "../paging.js";
import { say } from "../words.js";
import { empty } from "./queues.js";

const ALWAYS = ["idle", "ringing", "engaged", "holding", "wrapup", "paused"]; // they keep their place though nobody is in them
const SVG = "http://www.w3.org/2000/svg";

export function title() {
  return say("kind.agents");
}

export function mount(body) {
  drawn(body, "svg", "shares", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  part(body, "ul", "states");
}

export function render(body, tile, picture) {
  const row = (picture.state.counts || {})[tile.of.id] || { there: 0, doing: {}, sources: [] };
  const doing = row.doing;
  const told = DOINGS.filter((name) => doing[name] || ALWAYS.indexOf(name) >= 0).map((name) => ({ name, count: doing[name] || 0 }));
  const few = !Object.keys(doing).length;
  const shown = few ? [{ name: "there", count: row.there }].filter((one) => one.count > 0) : told;
  const page = paged(shown, tile.fits, picture.now, picture.scrolls);
  renderShares(body.querySelector(".shares"), told);
  const list = part(body, "ul", "states");
  mark(list, "fit", page.fit);
  each(list, "li", "total", page.shown, (one) => one.name, renderCount);
  empty(body, shown.length ? "" : say("agents.none"));
  const hint = few && row.there ? say("few_people") : "";
  return { level: "", sources: row.sources, hint, page: page.page, pages: page.pages };
}

function renderCount(item, one) {
  mark(item, "zero", one.count ? "no" : "yes");
  write(part(item, "b", "count"), one.count);
  const said = part(item, "span", "said");
  icon(said, one.name);
  write(part(said, "span", "word"), say("doing." + one.name));
}

/** Who is offline has no part in the bar. */
function renderShares(svg, told) {
  const there = told.filter((one) => one.count > 0 && one.name !== "offline");
  const all = there.reduce((sum, one) => sum + one.count, 0);
  const known = Array.from(svg.children);
  let at = 0;
  there.forEach((one, place) => {
    const rect = known[place] || svg.appendChild(document.createElementNS(SVG, "rect"));
    rect.setAttribute("class", "share");
    mark(rect, "key", one.name);
    for (const [name, value] of [["x", (100 * at) / all], ["y", 0], ["width", (100 * one.count) / all], ["height", 1]]) {
      rect.setAttribute(name, String(Math.round(value * 100) / 100));
    }
    at += one.count;
  });
  known.slice(there.length).forEach((rect) => svg.removeChild(rect));
}
