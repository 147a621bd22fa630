/**
 * What is on the board that is being edited? Its tables as they are written in TOML; knows no page and no server.
 * Every change is a step that can be undone; steps of one kind in a row (typing, moving on) are one.
 */

export const COLUMNS = 12;
export const ROWS = 6;
export const MOST = 48;
const STEPS = 200;
const TOGETHER_MS = 1000;

/** @typedef {{kind: string, at: [number, number], size: [number, number], [key: string]: *}} Tile */
/** @typedef {{text: string, tables: *, selected: number, written: boolean, read: boolean}} Step */

export class Model {
  /** @param {string} text @param {*} tables @param {() => void} changed */
  constructor(text, tables, changed) {
    this.text = text; // what the tables were read from, or were written into last
    this.tables = tables;
    this.selected = -1;
    this.changed = changed;
    this.written = true; // the text says what the tables say
    this.read = false; // the tables say what the text says
    /** @type {Step[]} */
    this.undone = [];
    /** @type {Step[]} */
    this.done = [];
    this.last = { name: "", at: 0 };
    /** @type {{from: number | undefined, to: number} | null} rows that a full board got for a new tile */
    this.grown = null;
  }

  get columns() {
    return this.tables.columns ?? COLUMNS;
  }

  get rows() {
    return this.tables.rows ?? ROWS;
  }

  /** @returns {Tile[]} */
  get tiles() {
    return Array.isArray(this.tables.tile) ? this.tables.tile : [];
  }

  /** @returns {Tile | undefined} */
  get tile() {
    return this.tiles[this.selected];
  }

  select(place) {
    this.selected = place < this.tiles.length ? place : -1;
    this.last = { name: "", at: 0 };
    this.changed();
  }

  /** One step. @param {string} name @param {(tables: *) => void} change of a copy */
  step(name, change) {
    this.keep(name);
    this.tables = structuredClone(this.tables);
    change(this.tables);
    this.written = false;
    this.changed();
  }

  /** Another text, whose tables are to be read. @param {string} text @param {string} [name] */
  type(text, name = "") {
    this.keep(name);
    Object.assign(this, { text, written: true, read: false });
    this.changed();
  }

  /** What the server makes of the tables, or reads in the text. @param {string} text @param {*} tables */
  take(text, tables) {
    Object.assign(this, { text, written: true });
    if (this.read || !tables) return;
    Object.assign(this, { tables, read: true });
    if (this.selected >= this.tiles.length) this.selected = -1;
  }

  keep(name) {
    const together = name && name === this.last.name && Date.now() - this.last.at < TOGETHER_MS;
    this.last = { name, at: Date.now() };
    this.undone = [];
    if (together) return;
    this.done.push(this.now());
    if (this.done.length > STEPS) this.done.shift();
  }

  now() {
    return { text: this.text, tables: this.tables, selected: this.selected, written: this.written, read: this.read };
  }

  undo() {
    this.turn(this.done, this.undone);
  }

  redo() {
    this.turn(this.undone, this.done);
  }

  turn(from, to) {
    const step = from.pop();
    if (!step) return;
    to.push(this.now());
    Object.assign(this, step);
    this.last = { name: "", at: 0 };
    this.changed();
  }

  set(key, value) {
    this.step("board." + key, (tables) => put(tables, key, value));
  }

  /** As `set`, where false says something. */
  keepValue(key, value) {
    this.step("board." + key, (tables) => {
      if (value === undefined) delete tables[key];
      else tables[key] = value;
    });
  }

  setAllOfTile(values) {
    const place = this.selected;
    this.step("", (tables) => Object.entries(values).forEach(([key, value]) => put(tables.tile[place], key, value)));
  }

  setOfTile(key, value) {
    const place = this.selected;
    this.step("tile." + place + "." + key, (tables) => put(tables.tile[place], key, value));
  }

  /** Where the change is no change, nothing happens. @returns {boolean} whether the tile is there now */
  place(place, at, size, name) {
    const tile = this.tiles[place];
    const same = String([at, size]) === String([tile.at, tile.size]);
    if (same) return true;
    if (isFree(this, at, size, place)) {
      this.step(name, (tables) => Object.assign(tables.tile[place], { at, size }));
      return true;
    }
    const other = swapped(this, place, at, size);
    if (other < 0) return false;
    this.step(name, (tables) => {
      tables.tile[other].at = tile.at;
      tables.tile[place].at = at;
    });
    return true;
  }

  /** Whether `place` would do it. */
  allows(place, at, size) {
    return isFree(this, at, size, place) || swapped(this, place, at, size) >= 0;
  }

  /** At the first free place; a full board gets rows at its bottom. @param {*} tile without its place
   * @param {[number, number]} wanted @returns {"added" | "grew" | "full"} */
  add(tile, wanted) {
    const found = room(this, wanted);
    const rows = found ? this.rows : this.rows + Math.min(wanted[1], MOST - this.rows);
    const high = rows - this.rows;
    if (!found && high < 1) return "full";
    const place = found ?? { at: [1, this.rows + 1], size: [Math.min(wanted[0], this.columns), high] };
    this.grown = found ? null : { from: this.tables.rows, to: rows };
    this.step("add", (tables) => {
      if (!found) tables.rows = rows;
      const { kind, ...rest } = tile;
      tables.tile = [...(tables.tile ?? []), { kind, at: place.at, size: place.size, ...rest }];
    });
    this.select(this.tiles.length - 1);
    return found ? "added" : "grew";
  }

  duplicate() {
    const { at, size, ...rest } = structuredClone(this.tile);
    return this.add(rest, size);
  }

  /** Rows that came with a tile go with it, where nothing else stands in them. */
  shrink(tables) {
    const { from, to } = this.grown ?? {};
    if (tables.rows === to && tables.tile.every((tile) => tile.at[1] + tile.size[1] - 1 <= (from ?? ROWS))) put(tables, "rows", from);
    this.grown = null;
  }

  remove() {
    const place = this.selected;
    if (place < 0) return;
    this.step("remove", (tables) => {
      tables.tile.splice(place, 1);
      this.shrink(tables);
      if (!tables.tile.length) delete tables.tile;
    });
    this.select(-1);
  }
}

/** What is empty is left out. */
function put(table, key, value) {
  const empty = value === undefined || value === "" || value === false || (Array.isArray(value) && !value.length);
  if (empty) delete table[key];
  else table[key] = value;
}

/** @param {Model} model @param {[number, number]} at @param {[number, number]} size @param {number} [but] this tile */
export function isFree(model, at, size, but = -1) {
  const inside = at.every((one) => one >= 1) && size.every((one) => one >= 1)
    && at[0] + size[0] - 1 <= model.columns && at[1] + size[1] - 1 <= model.rows; // prettier-ignore
  return inside && !model.tiles.some((tile, place) => place !== but && over(tile, { at, size }));
}

function over(one, other) {
  return [0, 1].every((axis) => one.at[axis] < other.at[axis] + other.size[axis] && other.at[axis] < one.at[axis] + one.size[axis]);
}

/** The one tile of the same size that lies exactly there: the two change places. */
function swapped(model, place, at, size) {
  const same = (tile) => String(tile.at) === String(at) && String(tile.size) === String(size);
  const other = model.tiles.findIndex((tile, one) => one !== place && same(tile));
  return String(size) === String(model.tiles[place].size) ? other : -1;
}

/** The first place for this size, row by row; else for a smaller one, down to half of it. */
function room(model, wanted) {
  for (const share of [1, 0.75, 0.5]) {
    const size = wanted.map((one, axis) => Math.max(1, Math.min(Math.round(one * share), axis ? model.rows : model.columns)));
    for (let row = 1; row <= model.rows; row += 1) {
      for (let column = 1; column <= model.columns; column += 1) {
        if (isFree(model, [column, row], size)) return { at: [column, row], size };
      }
    }
  }
  return null;
}
