// A line of the audit trail, as an administrator reads it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deed, told } from "../../static/js/trail.js";

const WORDS = { "trail.did.person_changed": "changed a person", "trail.of.role": "role", "people.role.lead": "team lead", "trail.word.yes": "yes", "trail.word.no": "no" };
const read = (what, detail) => told(what, detail, (name) => WORDS[name], (ms) => `at ${ms}`);

test("a change is what was there, and what is there now", () => {
  const detail = { id: "p1", name: "Olena", before: { role: "viewer", boards: null, disabled: false }, after: { role: "lead", boards: ["a", "b"], disabled: true } };
  assert.deepEqual(read("person.changed", detail), ["name: Olena", "role: viewer → team lead", "boards: – → a, b", "disabled: no → yes", "id: p1"]);
});

test("beside what was before stands what it is now, and nothing where it was taken away", () => {
  const stood = { text: "Line 2 is down", until: 4 };
  assert.deepEqual(read("notice.posted", { id: "n", text: "Line 2 works", level: "good", before: stood }), ["level: good", "text: Line 2 is down → Line 2 works", "until: at 4 → –", "id: n"]);
  assert.deepEqual(read("notice.cleared", { id: "n", before: stood }), ["text: Line 2 is down → –", "until: at 4 → –", "id: n"]);
});

test("a field that was not there before, or is not any more, is a dash", () => {
  assert.deepEqual(read("name.changed", { before: { team: "one" }, after: { name: "Sales" } }), ["team: one → –", "name: – → Sales"]);
});

test("a screen's pairs are before and after, and said once where they are the same", () => {
  assert.deepEqual(read("screen.changed", { id: "s", name: ["Hall", "Hall"], board: ["a", "b"] }), ["name: Hall", "board: a → b", "id: s"]);
  assert.deepEqual(read("token.created", { scopes: ["a", "b"] }), ["scopes: a, b"]);
});

test("instants are times, lists and tables are words, and an unknown deed keeps its code", () => {
  assert.deepEqual(read("notice.posted", { until: 5, target: { percent: 80, seconds: 20 }, queues: [] }), ["until: at 5", "target: percent 80, seconds 20", "queues: –"]);
  assert.equal(deed("person.changed", (name) => WORDS[name]), "changed a person");
  assert.equal(deed("new.deed", (name) => WORDS[name]), "new.deed");
});
