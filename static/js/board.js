/**
 * What stands on the board? Adopts the tiles that the server painted (or lays them anew when the board changed)
 * and renders each with its title, its window, its level and its age.
 */

import { crowded, windowText } from "./certainty.js";
import { classes, has, icon, mark, part, stirred, write } from "./dom.js";
import { ofRow, ofTile } from "./asking.js";
import { openable } from "./explain.js";
import { ago, moment, secondsSince } from "./format.js";
import { ageOf, partly } from "./freshness.js";
import { say } from "./words.js";
import * as agents from "./tiles/agents.js";
import * as alerts from "./tiles/alerts.js";
import * as counts from "./tiles/counts.js";
import * as clock from "./tiles/clock.js";
import * as heat from "./tiles/heat.js";
import * as image from "./tiles/image.js";
import * as later from "./tiles/later.js";
import * as leaders from "./tiles/leaders.js";
import * as notices from "./tiles/notices.js";
import * as number from "./tiles/number.js";
import * as queues from "./tiles/queues.js";
import * as reasons from "./tiles/reasons.js";
import * as sources from "./tiles/sources.js";
import * as text from "./tiles/text.js";
import * as trend from "./tiles/trend.js";

const LISTS = ["queues", "agents"]; // what is large enough to be a part of its own
const KINDS = { agents, alerts, clock, counts, heat, image, leaders, notices, number, queues, reasons, sources, text, trend };

/**
 * @typedef {{state: *, now: number, zone: string, scrolls: boolean, server: {late: boolean, at: number}}} Picture
 * `now`: server time in ms; `server.at`: until when the server was heard
 */

export class Board {
  /** @param {HTMLElement} root @param {(question: *, title: string) => void} explain a number that was pressed */
  constructor(root, explain) {
    this.root = root;
    this.explain = explain;
    /** @type {{tile: *, kind: *, title: string, section: HTMLElement, body: HTMLElement}[]} */
    this.tiles = [];
    /** @type {*[]} */
    this.waiting = []; // lists that are still to be drawn
  }

  /** @param {*} board the definition; sections of the same kind stay the elements that they are */
  lay(board) {
    this.waiting = [];
    this.tiles = board.tiles.map((tile, place) => this.section(tile, place));
    const kept = this.tiles.map((one) => one.section);
    Array.from(this.root.children)
      .filter((child) => kept.indexOf(/** @type {HTMLElement} */ (child)) < 0)
      .forEach((child) => this.root.removeChild(child));
  }

  /** All of the picture; in parts: first what is small, then one list at a time.
   * @param {Picture} picture @param {boolean} [inParts] @returns {boolean} whether more is to come */
  render(picture, inParts) {
    if (!this.waiting.length) {
      this.waiting = this.tiles.filter((one) => LISTS.indexOf(one.tile.kind) >= 0);
      this.tiles.filter((one) => this.waiting.indexOf(one) < 0).forEach((one) => renderTile(one, picture));
      if (inParts) return this.waiting.length > 0;
    }
    while (this.waiting.length) {
      const more = this.renderList(this.waiting[0], picture);
      if (!more) this.waiting.shift();
      if (more || inParts) break;
    }
    return this.waiting.length > 0;
  }

  /** @returns {boolean} whether more of this list is to come */
  renderList(one, picture) {
    const more = renderTile(one, picture);
    if (one.tile.kind === "queues") this.offerRows(one, picture);
    return more;
  }

  /** What calls on its tiles, each since when. @param {Picture} picture @returns {import("./heard.js").Calling[]} */
  calling(picture) {
    return [].concat(...this.tiles.map((one) => (one.kind.calling ? one.kind.calling(one.tile, picture) : [])));
  }

  /** Each number that can be explained can be pressed. */
  offer(section, tile, title) {
    const question = ofTile(tile);
    if (!question) return;
    openable(section, say("explain.open", { title }), (x, y) => {
      const queue = tile.kind === "heat" ? heat.queueAt(x, y) : undefined;
      if (queue === undefined) this.explain(question, title);
      else this.explain(ofRow(tile, queue), title);
    });
  }

  offerRows(one, picture) {
    for (const row of Array.from(one.body.getElementsByClassName("row"))) {
      const id = row.getAttribute("data-key");
      const name = ((picture.state.queues || {})[id] || {}).name || id;
      if (!stirred(part(row, "button", "why"), [one.tile, id, name])) continue;
      openable(row, say("explain.open", { title: name }), (x, y) => {
        const asked = ofRow(one.tile, id, cellAt(row, x, y));
        this.explain(asked, name + " · " + say("metric." + asked.metric));
      });
    }
  }

  section(tile, place) {
    const kind = kindOf(tile);
    let section = document.getElementById("tile-" + place);
    if (!section || section.getAttribute("data-kind") !== tile.kind) section = this.fresh(tile, place, section);
    const title = tile.title || titleOf(tile, kind);
    write(part(part(section, "header", "tile-head"), "h2", "title"), title);
    part(has(section, "tile-head"), "span", "window");
    part(has(section, "tile-head"), "span", "page");
    const body = part(section, "div", "body");
    part(section, "footer", "tile-foot");
    kind.mount(body, tile);
    this.offer(section, tile, title);
    return { tile, kind, title, section, body };
  }

  fresh(tile, place, before) {
    const section = document.createElement("section");
    section.id = "tile-" + place;
    classes(section, "tile " + tile.kind);
    mark(section, "kind", tile.kind);
    if (before) this.root.replaceChild(section, before);
    else this.root.appendChild(section);
    return section;
  }
}

/** The metric of the cell at this place. */
function cellAt(row, x, y) {
  const cells = document.elementsFromPoint(x, y).filter((one) => one.parentElement === row && one.classList.contains("cell"));
  return cells.length ? cells[0].getAttribute("data-key") : undefined;
}

function kindOf(tile) {
  return Object.prototype.hasOwnProperty.call(KINDS, tile.kind) ? KINDS[tile.kind] : later;
}

function titleOf(tile, kind) {
  return kind.title ? kind.title(tile) : say("kind." + tile.kind, undefined, tile.kind);
}

/** @returns {boolean} whether more of it is to come */
function renderTile(one, picture) {
  const shown = one.kind.render(one.body, one.tile, picture);
  const age = ageOf(shown.sources, picture.state.sources, picture.server, shown.at);
  mark(one.section, "stale", age.late ? "yes" : "no");
  mark(one.section, "level", age.late ? "" : shown.level);
  const hint = age.late ? leftOut(shown.sources, picture) : shown.hint || "";
  const formula = age.late ? "" : shown.formula || "";
  const window = [windowText(one.tile, shown.n, picture.state), hint && formula].filter(Boolean).join(" · "); // below is no room for both
  write(has(one.section.firstElementChild, "window"), window);
  mark(one.section.firstElementChild, "crowded", crowded(one.tile, one.title, window));
  const several = shown.pages > 1;
  write(has(one.section.firstElementChild, "page"), several ? say("page", { page: shown.page, pages: shown.pages }) : "");
  const told = shown.ageless && !age.late ? null : age; // a clock and a text are never old by themselves
  renderFoot(has(one.section, "tile-foot"), age.late ? "stale" : shown.level, hint, formula, told, picture);
  return shown.more === true;
}

/** Where the server itself is silent, no part of the number is better than the rest. */
function leftOut(sources, picture) {
  return picture.server.late ? "" : partly(sources, picture.state.sources, picture.now);
}

/** Left what is to be thought of the number, then what it leaves out or else its formula, right how old it is. An old one never looks good. */
function renderFoot(foot, level, hint, formula, age, picture) {
  const said = part(foot, "span", "level");
  icon(said, level);
  write(part(said, "span", "word"), level && level !== "stale" ? say("level." + level) : "");
  const note = part(foot, "span", "hint");
  note.hidden = !(hint || formula);
  icon(note, hint ? "info" : "");
  write(part(note, "span", "word"), hint || formula);
  write(part(foot, "span", "age"), ageText(level, age, picture));
}

function ageText(level, age, picture) {
  if (!age) return "";
  if (!age.at) return say("no_data_yet");
  if (level !== "stale") return ago(secondsSince(age.at, picture.now));
  return say("no_data_since", { time: moment(age.at, picture.now, picture.zone) });
}
