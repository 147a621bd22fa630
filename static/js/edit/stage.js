/**
 * The board as its wall will show it, and over it a button for each tile: dragged, resized at its corner, or moved with
 * the arrow keys. A place that is taken is not taken; a tile of the same size there changes places with it.
 */

import { said } from "./words.js";

const DRAGS_PX = 4; // a pointer that moves less presses
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
export const SCREENS = { tv: [1920, 1080], portrait: [1080, 1920], phone: [390, 844] };
const PX_PER_MM = 96 / 25.4;
const DESK_M = 0.6; // from the eyes to this monitor
const [INCHES, METRES] = [55, 5]; // of a wall that says nothing

export class Stage {
  /** @param {HTMLElement} root @param {import("./model.js").Model} model @param {(place: number) => string} nameOf
   * @param {(place: number) => {text: string, grave: boolean}} wrongOf what is to be mended on a tile @param {(text: string) => void} tell
   * @param {() => void} enter into the tile's settings */
  constructor(root, model, nameOf, wrongOf, tell, enter) {
    Object.assign(this, { root, model, nameOf, wrongOf, tell, enter });
    this.frame = root.querySelector("iframe");
    this.over = root.querySelector(".edit-over");
    this.screen = "tv";
    this.far = false; // as large as it looks from where people stand
    this.grid = null;
    /** @type {HTMLElement[]} */
    this.handles = [];
    this.drag = null;
    this.over.addEventListener("pointerdown", (event) => event.target === this.over && this.model.select(-1));
    new ResizeObserver(() => this.fit()).observe(root);
  }

  /** @param {*} answer of the server */
  show(answer) {
    const grid = this.frame.contentWindow?.show?.(answer);
    if (grid?.width) this.grid = grid; // a hidden frame has none
    this.render();
  }

  get pixels() {
    return SCREENS[this.screen];
  }

  get scale() {
    const [wide, high] = this.pixels;
    const { inches, metres } = this.sight;
    const seen = ((inches * 25.4 * DESK_M) / metres) * PX_PER_MM; // the diagonal, on this monitor
    if (this.far) return seen / Math.hypot(wide, high);
    return Math.min(this.root.clientWidth / wide, this.root.clientHeight / high);
  }

  get sight() {
    const { screen_inches: inches = INCHES, viewing_distance_m: metres = METRES } = this.model.tables;
    return { inches, metres };
  }

  fit() {
    const [wide, high] = this.pixels;
    const scale = this.scale;
    const style = { width: wide * scale + "px", height: high * scale + "px" };
    Object.assign(this.root.querySelector(".edit-screen").style, style);
    Object.assign(this.frame.style, { width: wide + "px", height: high + "px", transform: `scale(${scale})` });
    this.render();
  }

  render() {
    if (!this.grid) return;
    this.over.hidden = !this.grid.stands;
    const tiles = this.model.tiles;
    this.over.dataset.cells = this.drag?.to || !tiles.length ? "yes" : "no";
    this.renderCells();
    while (this.handles.length > tiles.length) this.handles.pop().remove();
    while (this.handles.length < tiles.length) this.handles.push(this.handle(this.handles.length));
    tiles.forEach((tile, place) => this.renderHandle(this.handles[place], tile, place));
  }

  renderHandle(handle, tile, place) {
    const shown = this.drag?.place === place && this.drag.to ? this.drag.to : tile;
    if (!Array.isArray(shown.at) || !Array.isArray(shown.size)) return;
    Object.assign(handle.style, this.box(shown));
    const wrong = this.wrongOf(place);
    handle.setAttribute("aria-label", said("edit.place", { name: this.nameOf(place), column: tile.at[0], row: tile.at[1], wide: tile.size[0], high: tile.size[1] }));
    handle.setAttribute("aria-pressed", String(place === this.model.selected));
    handle.classList.toggle("edit-wrong", wrong.grave);
    handle.classList.toggle("edit-doubt", wrong.text !== "" && !wrong.grave);
    if (handle.title !== wrong.text) handle.title = wrong.text;
    handle.classList.toggle("edit-taken", this.drag?.place === place && this.drag.taken);
    const sign = handle.querySelector(".edit-sign");
    sign.hidden = !wrong.text;
    const text = wrong.grave ? wrong.text : ""; // a mistake is not drawn: there is room to say why
    if (sign.lastElementChild.textContent !== text) sign.lastElementChild.textContent = text;
  }

  renderCells() {
    const { left, top, width, height } = this.box({ at: [1, 1], size: [this.model.columns, this.model.rows] });
    const [across, down] = [this.pitch(0), this.pitch(1)].map((one) => one * this.scale + "px");
    Object.assign(this.over.querySelector(".edit-cells").style, { left, top, width, height, backgroundSize: across + " " + down });
  }

  /** From one cell to the next, in pixels of the wall. @param {0 | 1} axis */
  pitch(axis) {
    const { width, height, gap } = this.grid;
    return axis ? (height + gap) / this.model.rows : (width + gap) / this.model.columns;
  }

  /** Where a place of the grid lies over the picture. */
  box({ at, size }) {
    const { left, top, gap } = this.grid;
    const [across, down, scale] = [this.pitch(0), this.pitch(1), this.scale];
    const px = (value) => value * scale + "px";
    return {
      left: px(left + (at[0] - 1) * across), top: px(top + (at[1] - 1) * down),
      width: px(size[0] * across - gap), height: px(size[1] * down - gap),
    }; // prettier-ignore
  }

  handle(place) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "edit-tile";
    const sign = made.appendChild(document.createElement("span"));
    sign.className = "edit-sign";
    sign.append(icon("warn"), document.createElement("span"));
    const corner = made.appendChild(document.createElement("span"));
    corner.className = "edit-corner";
    made.addEventListener("focus", () => this.model.selected !== place && this.model.select(place));
    made.addEventListener("keydown", (event) => this.key(event, place));
    made.addEventListener("pointerdown", (event) => this.grab(event, place, event.target === corner));
    made.addEventListener("pointermove", (event) => this.pull(event));
    for (const name of ["pointerup", "pointercancel"]) made.addEventListener(name, (event) => this.drop(event, name === "pointerup"));
    this.over.appendChild(made);
    return made;
  }

  grab(event, place, resizes) {
    if (event.button !== 0) return;
    const handle = this.handles[place];
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    this.drag = { place, resizes, x: event.clientX, y: event.clientY, to: null, taken: false };
  }

  pull(event) {
    if (!this.drag) return;
    const [x, y] = [event.clientX - this.drag.x, event.clientY - this.drag.y];
    if (!this.drag.to && Math.hypot(x, y) < DRAGS_PX) return;
    const { at, size } = this.model.tiles[this.drag.place];
    const by = [this.cells(x, 0), this.cells(y, 1)];
    const most = [this.model.columns, this.model.rows];
    this.drag.to = this.drag.resizes
      ? { at, size: size.map((one, axis) => between(1, one + by[axis], most[axis] - at[axis] + 1)) }
      : { size, at: at.map((one, axis) => between(1, one + by[axis], most[axis] - size[axis] + 1)) };
    this.drag.taken = !this.model.allows(this.drag.place, this.drag.to.at, this.drag.to.size);
    this.render();
  }

  drop(event, taken) {
    const drag = this.drag;
    this.drag = null;
    if (drag?.to && taken && !this.model.place(drag.place, drag.to.at, drag.to.size, "")) this.tell(said("edit.taken"));
    this.render();
  }

  /** How many cells so many pixels are. @param {number} pixels @param {0 | 1} axis */
  cells(pixels, axis) {
    return Math.round(pixels / this.scale / this.pitch(axis));
  }

  key(event, place) {
    const by = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by && event.shiftKey) this.resize(place, by);
    else if (by) this.move(place, by);
    else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "Enter") this.enter();
    else if (event.key === "Escape") this.model.select(-1);
    else return;
    event.preventDefault();
  }

  /** To the next place in that direction that is free: over other tiles, where it has to. */
  move(place, by) {
    const { at, size } = this.model.tiles[place];
    for (let far = 1; far < 48; far += 1) {
      const to = at.map((one, axis) => one + far * by[axis]);
      const most = [this.model.columns, this.model.rows];
      if (to.some((one, axis) => one < 1 || one + size[axis] - 1 > most[axis])) break;
      if (this.model.place(place, to, size, "move." + place)) return;
    }
    this.tell(said("edit.taken"));
  }

  resize(place, by) {
    const { at, size } = this.model.tiles[place];
    const to = size.map((one, axis) => one + by[axis]);
    if (!this.model.place(place, at, to, "size." + place)) this.tell(said("edit.taken"));
  }

  /** The buttons are used again for what is left: none of it is to get the keys of the one that is gone. */
  remove() {
    this.model.remove();
    this.focus();
  }

  /** A second one, which gets the keys. */
  duplicate() {
    const outcome = this.model.duplicate();
    if (outcome !== "added") this.tell(said(outcome === "grew" ? "edit.grew" : "edit.full"));
    this.focus();
  }

  /** The tile that is selected gets the keys; where none is, all of them together. */
  focus() {
    (this.handles[this.model.selected] ?? this.over).focus();
  }
}

/** @param {string} name @returns {SVGElement} */
export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = made.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  use.setAttribute("href", "/static/icons.svg#" + name);
  return made;
}

function between(least, value, most) {
  return Math.max(least, Math.min(value, most));
}
