/**
 * Which board goes on a screen, and of which queue or team, where its tiles leave that to the address? A list of
 * boards, and beside it one for each variable. The value is as in an address: `support?queue=sales`.
 */

import { words } from "./pagewords.js";

const VARIABLES = {
  queue: { word: words["claim.queue"], all: words["claim.all_queues"] },
  team: { word: words["claim.team"], all: words["claim.all_teams"] },
};
/** @type {Object<string, [string, string][]>} ids and names */
const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");

export class BoardChoice {
  #boards;
  #beside;
  #changed;
  /** @type {Map<string, HTMLSelectElement>} */
  #lists = new Map();

  /** @param {HTMLSelectElement} boards its options say in `data-uses` what they leave to the address
   * @param {HTMLElement} beside where the other lists stand @param {() => void} [changed] */
  constructor(boards, beside, changed = () => {}) {
    [this.#boards, this.#beside, this.#changed] = [boards, beside, changed];
    boards.addEventListener("change", () => {
      this.#ask({});
      changed();
    });
    this.#ask({});
  }

  get value() {
    const given = [...this.#lists].map(([name, list]) => [name, list.value]).filter(([, value]) => value);
    return this.#boards.value + (given.length ? "?" + new URLSearchParams(given) : "");
  }

  /** As it is read: "Support, Sales". */
  get text() {
    const given = [...this.#lists.values()].filter((list) => list.value).map((list) => list.selectedOptions[0].text);
    return [this.#boards.selectedOptions[0]?.text ?? "", ...given].join(", ");
  }

  /** Whether somebody is just choosing. */
  get active() {
    return [this.#boards, ...this.#lists.values()].includes(/** @type {HTMLSelectElement} */ (document.activeElement));
  }

  /** @param {string} value */
  choose(value) {
    if (value === this.value) return;
    const [board, query = ""] = value.split("?");
    choose(this.#boards, board, board);
    this.#ask(Object.fromEntries(new URLSearchParams(query)));
  }

  /** @param {Object<string, string>} given */
  #ask(given) {
    const uses = (this.#boards.selectedOptions[0]?.dataset.uses ?? "").split(" ").filter((name) => name in VARIABLES);
    this.#lists = new Map(uses.map((name) => [name, this.#list(name, given[name] ?? "")]));
    this.#beside.replaceChildren(...[...this.#lists].map(([name, list]) => labelled(VARIABLES[name].word, list)));
    this.#beside.hidden = !uses.length;
  }

  /** @param {string} name @param {string} value */
  #list(name, value) {
    const list = document.createElement("select");
    list.add(new Option(VARIABLES[name].all, ""));
    for (const [id, shown] of names[name] ?? []) list.add(new Option(shown === id ? id : `${shown} (${id})`, id));
    choose(list, value, value);
    list.addEventListener("change", this.#changed);
    return list;
  }
}

/** One that is not in the list is added. @param {HTMLSelectElement} list @param {string} value @param {string} word */
function choose(list, value, word) {
  if (![...list.options].some((one) => one.value === value)) list.add(new Option(word, value));
  list.value = value;
}

/** @param {string} word @param {HTMLElement} list */
function labelled(word, list) {
  const label = document.createElement("label");
  const text = document.createElement("span");
  text.textContent = word;
  label.append(text, list);
  return label;
}
