// The browser's state is the server's: snapshots, patches, gaps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Store, merged } from "../../static/js/store.js";

const hello = (seq, state, epoch = "e1") => ({ t: "hello", epoch, seq, now: 0, build: "1", board: { id: "b", tiles: [] }, state });
const patch = (base, seq, change) => ({ t: "patch", base, seq, now: 0, patch: change });

function greeted(seq = 5, state = { queues: { support: { now: { waiting: 1 } } } }) {
  const store = new Store();
  store.receive(hello(seq, state), 1000);
  return store;
}

test("a patch from base to seq is applied when base ≤ own < seq", () => {
  const store = greeted();
  assert.equal(store.receive(patch(3, 7, { queues: { support: { now: { waiting: 4 } } } }), 2000), "changed");
  assert.equal(store.seq, 7);
  assert.equal(store.state.queues.support.now.waiting, 4);
});

test("a patch that is known already is ignored", () => {
  const store = greeted();
  assert.equal(store.receive(patch(4, 5, { queues: { support: { now: { waiting: 9 } } } }), 2000), "kept");
  assert.equal(store.state.queues.support.now.waiting, 1);
});

test("a patch beyond a gap changes nothing and asks for a fresh snapshot", () => {
  const store = greeted();
  assert.equal(store.receive(patch(6, 7, { queues: { support: null } }), 2000), "gap");
  assert.equal(store.state.queues.support.now.waiting, 1);
});

test("a beat that knows of later steps is a gap", () => {
  const store = greeted();
  assert.equal(store.receive({ t: "beat", seq: 5, now: 0 }, 2000), "kept");
  assert.equal(store.receive({ t: "beat", seq: 6, now: 0 }, 3000), "gap");
});

test("a snapshot replaces everything, also with a lower seq of a new epoch", () => {
  const store = greeted(50);
  store.receive(hello(1, { queues: {} }, "e2"), 2000);
  assert.deepEqual(Object.keys(store.state.queues), []);
  assert.equal(store.receive(patch(1, 2, { queues: { sales: { name: "S" } } }), 2001), "changed");
});

test("a queue called __proto__ is a queue and touches no prototype", () => {
  const store = greeted();
  const change = JSON.parse('{"queues":{"__proto__":{"name":"odd","polluted":true},"constructor":{"name":"c"}}}');
  store.receive(patch(5, 6, change), 2000);
  assert.equal({}.polluted, undefined);
  assert.deepEqual(Object.keys(store.state.queues), ["support", "__proto__", "constructor"]);
  assert.equal(store.state.queues["__proto__"].name, "odd");
});

test("merged follows RFC 7396's own examples", () => {
  const cases = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ];
  for (const [target, change, expected] of cases) {
    assert.equal(JSON.stringify(merged(JSON.parse(target), JSON.parse(change))), expected);
  }
});

test("what a patch does not touch stays the same object", () => {
  const store = greeted(5, { queues: { a: { now: {} }, b: { now: {} } } });
  const before = store.state.queues.a;
  store.receive(patch(5, 6, { queues: { b: { now: { waiting: 1 } } } }), 2000);
  assert.equal(store.state.queues.a, before);
});

test("a message that a newer server may send is no harm", () => {
  const store = greeted();
  for (const odd of [null, 5, "x", [], {}, { t: "weather" }]) assert.equal(store.receive(odd, 2000), "unknown");
  assert.equal(store.heardAt, 1000);
});

test("what was shown once stands again with its age, and no patch follows on it", () => {
  const store = new Store();
  store.recall({ board: { id: "b" }, state: { queues: { support: { now: { waiting: 3 } } } } }, 1000);
  assert.equal(store.state.queues.support.now.waiting, 3);
  assert.equal(store.heardAt, 1000);
  assert.equal(store.receive({ t: "patch", base: 0, seq: 9, patch: {} }, 2000), "gap");
});

test("a step is what the server newly says, at most one in a second of its own time", () => {
  const store = new Store();
  const hear = (t, seq, now) => store.receive({ t, seq, base: seq - 1, now, patch: {}, state: {}, board: null }, 5);
  hear("hello", 1, 10_000);
  assert.equal(store.steps, 1);
  hear("patch", 2, 10_400);
  assert.equal(store.steps, 1, "ten patches in a second are one step");
  hear("patch", 3, 11_000);
  assert.equal(store.steps, 2);
  hear("patch", 3, 13_000);
  assert.equal(store.steps, 2, "what is known already is none");
  hear("beat", 3, 14_000);
  assert.equal(store.steps, 3, "a quiet floor's server beats");
  hear("beat", 3, 14_000);
  assert.equal(store.steps, 3, "the same words again are none");
  store.receive({ t: "command", do: "identify" }, 99_999);
  assert.equal(store.steps, 3);
});
