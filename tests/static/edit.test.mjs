// The editor's model: where tiles may stand, what a step is, and in which lines two texts differ.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compared } from "../../static/js/edit/lines.js";
import { share } from "../../static/js/edit/logo.js";
import { Model } from "../../static/js/edit/model.js";
import { labelOf, learn } from "../../static/js/edit/words.js";

const tile = (at, size, more = {}) => ({ kind: "number", at, size, ...more });

function board(...tiles) {
  const model = new Model("", { columns: 6, rows: 4, tile: tiles }, () => {});
  model.read = true;
  return model;
}

test("a tile goes where it is free, and nowhere else", () => {
  const model = board(tile([1, 1], [2, 2]), tile([3, 1], [3, 2]));
  assert.equal(model.place(0, [1, 3], [2, 2], "move"), true);
  assert.equal(model.place(0, [2, 2], [2, 2], "move"), false);
  assert.equal(model.place(0, [6, 3], [2, 2], "move"), false);
  assert.equal(model.place(0, [1, 3], [2, 3], "size"), false);
  assert.deepEqual(model.tiles.map((one) => one.at), [[1, 3], [3, 1]]);
});

test("two tiles of one size change places", () => {
  const model = board(tile([1, 1], [2, 2], { metric: "waiting" }), tile([3, 1], [2, 2]), tile([5, 1], [2, 1]));
  assert.equal(model.place(0, [3, 1], [2, 2], "move"), true);
  assert.deepEqual(model.tiles.map((one) => one.at), [[3, 1], [1, 1], [5, 1]]);
  assert.equal(model.place(0, [5, 1], [2, 2], "move"), false);
});

test("a new tile takes the first free place, a smaller one where it has to, and a full board grows", () => {
  const model = board(tile([1, 1], [4, 4]));
  assert.equal(model.add({ kind: "clock" }, [2, 2]), "added");
  assert.deepEqual(model.tile, { kind: "clock", at: [5, 1], size: [2, 2] });
  assert.equal(model.add({ kind: "clock" }, [4, 2]), "added");
  assert.deepEqual(model.tile.size, [2, 1]);
  assert.equal(model.add({ kind: "clock" }, [2, 1]), "added");
  assert.equal(model.add({ kind: "queues" }, [3, 2]), "grew");
  assert.deepEqual([model.rows, model.tile.at], [6, [1, 5]]);
});

test("a board of the most rows that there may be is full", () => {
  const model = new Model("", { columns: 1, rows: 48, tile: [tile([1, 1], [1, 48])] }, () => {});
  assert.equal(model.add({ kind: "clock" }, [1, 1]), "full");
});

test("each step is undone and done again, and typing is one step", () => {
  const model = board(tile([1, 1], [2, 2]));
  model.set("title", "A");
  model.set("title", "AB");
  model.place(0, [3, 1], [2, 2], "");
  model.undo();
  assert.deepEqual([model.tables.title, model.tiles[0].at], ["AB", [1, 1]]);
  model.undo();
  assert.equal(model.tables.title, undefined);
  model.redo();
  model.redo();
  assert.deepEqual([model.tables.title, model.tiles[0].at], ["AB", [3, 1]]);
  model.redo();
  assert.equal(model.done.length, 2);
});

test("a step after an undo forgets what was undone", () => {
  const model = board();
  model.set("title", "A");
  model.undo();
  model.set("theme", "light");
  model.redo();
  assert.deepEqual([model.tables.title, model.tables.theme], [undefined, "light"]);
});

test("what is emptied is left out, and the last tile takes its list along", () => {
  const model = board(tile([1, 1], [2, 2], { warn: "> 5", trail: true }));
  model.select(0);
  model.setOfTile("warn", "");
  model.setOfTile("trail", false);
  assert.deepEqual(model.tile, tile([1, 1], [2, 2]));
  model.remove();
  assert.equal("tile" in model.tables, false);
});

test("a text that was typed is read before it is changed otherwise, and comes back whole", () => {
  const model = board();
  model.take("a = 1", null);
  model.type("# mine\na = 1");
  assert.equal(model.read, false);
  model.take("# mine\na = 1", { a: 1 });
  assert.deepEqual([model.read, model.tables], [true, { a: 1 }]);
  model.undo();
  assert.equal(model.text, "a = 1");
});

test("lines that only one text has are marked", () => {
  const [left, right] = compared("a\nb\nc", "a\nx\nc\nd");
  assert.deepEqual(left.map((line) => line.differs), [false, true, false]);
  assert.deepEqual(right.map((line) => line.differs), [false, true, false, true]);
});

test("where no tile is selected none is taken away", () => {
  const model = board(tile([1, 1], [1, 1]), tile([2, 1], [1, 1]));
  model.remove();
  assert.equal(model.tiles.length, 2);
  model.select(0);
  model.remove();
  model.remove();
  assert.deepEqual(model.tiles.map((one) => one.at), [[2, 1]]);
});

test("a place in the text is called as its field is", () => {
  learn({ "edit.metric": "Which number", "edit.line": "Line {n}", "edit.title": "Title", "edit.board_title": "Title of the board", "edit.in_turn": "In turn" });
  const places = ["tile[2].metric", "tile[0].metrics[1]", "tile[11].title", "title", "rotation.boards[3]", "tile[1].kind", "tile", "end of document", "$"];
  assert.deepEqual(places.map(labelOf), ["Which number", "Line 2", "Title", "Title of the board", "In turn", "", "", "", ""]);
});

test("a logo stands out as far as tests/record/test_logo.py says", () => {
  const [blue, white, clear, thin] = [[10, 30, 80, 255], [255, 255, 255, 255], [255, 255, 255, 0], [255, 255, 255, 40]];
  const [dark, light] = [[13, 16, 20], [236, 239, 242]];
  assert.equal(share([...blue, ...white, ...clear, ...clear], dark), 0.5);
  assert.equal(share([...blue, ...white, ...clear, ...clear], light), 0.5);
  assert.deepEqual([share(blue, dark), share(blue, light), share(thin, dark), share(clear, dark)], [0, 1, 0, null]);
});

test("rows that a full board got for a tile go with it, unless they are used", () => {
  const full = board(tile([1, 1], [6, 4]));
  assert.equal(full.add({ kind: "clock" }, [2, 1]), "grew");
  assert.equal(full.rows, 5);
  full.remove();
  assert.equal(full.rows, 4);
  full.undo();
  assert.equal(full.rows, 5);
  full.undo();
  full.add({ kind: "clock" }, [2, 1]);
  full.step("", (tables) => {
    [tables.tile[0].at, tables.tile[1].at] = [[1, 2], [1, 1]];
  });
  full.select(1);
  full.remove();
  assert.equal(full.rows, 5);
});
