// Names are found as people type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { folded } from "../../static/js/folded.js";

test("a name is found without its marks and strokes, and with them", () => {
  const cases = [
    ["Łukasz", "lukasz"], ["Đorđe", "dorde"], ["Søren", "soren"], ["Żółć", "zolc"], ["Straße", "strasse"],
    ["Æther", "aether"], ["İpek Işık", "ipek isik"], ["José", "jose"], ["Ґалаґан", "галаган"], ["Київ", "київ"],
  ]; // prettier-ignore
  for (const [name, typed] of cases) {
    assert.ok(folded(name).includes(folded(typed)), name);
    assert.ok(folded(name).includes(folded(name.toUpperCase())), name);
  }
  assert.ok(!folded("Łukasz").includes(folded("lucas")));
});
