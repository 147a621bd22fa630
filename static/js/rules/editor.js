/**
 * How is a rule changed? The form and its text say the same: what is set in one is written into the other by the server,
 * which names every mistake. Saved with the tag that it was made from; where somebody was quicker both are shown.
 */

import { write } from "../dom.js";
import { conflict } from "../edit/dialogs.js";
import { say } from "../words.js";
import { Trial } from "./trial.js";
import { adapt, field, goToMistake, labelOf, mark, prepare, show, values } from "./form.js";

const PAUSE_MS = 250; // of typing

/** @typedef {{at: string, reason: string, key?: string}} Wrong `key`: of which field */
/** @typedef {{id: string, tag: string | null, of?: string}} Made `tag` null: it is not there yet; `of`: it keeps its name */

export class Editor {
  /** @type {Made} */ #rule = { id: "", tag: null };
  #values = /** @type {*} */ ({});
  #asked = 0;
  #timer = 0;
  /** @type {(() => Promise<void>) | null} */ #due = null;
  /** @type {Set<string>} of a new rule: what was set */ #touched = new Set();
  #going = Promise.resolve();
  /** @type {Wrong[]} at the last look */ #warned = [];
  /** @type {Set<string>} warnings that were to be seen */ #known = new Set();

  /** @param {HTMLDialogElement} dialog @param {import("./server.js").Server} server @param {*} choices
   * @param {() => void} saved */
  constructor(dialog, server, choices, saved) {
    this.dialog = dialog;
    this.server = server;
    this.choices = choices;
    this.saved = saved;
    this.form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    this.text = /** @type {HTMLTextAreaElement} */ (field(this.form, "text"));
    prepare(this.form, choices);
    this.trial = new Trial(this.form, server, choices.zone, async () => {
      await this.#settle();
      return this.text.value;
    });
    this.form.addEventListener("input", (event) => {
      const name = /** @type {HTMLInputElement} */ (event.target).name;
      if (name === "first" || name === "last") return;
      this.#touched.add(name);
      this.#changed(name === "text");
    });
    this.form.addEventListener("submit", (event) => this.#save(event));
    dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => clearTimeout(this.#timer));
  }

  /** @param {Made} rule @param {string} text to begin with @param {*} values what it says; null: as the text says
   * @param {string[]} [days] the first and last of which events are kept */
  async begin(rule, text, values, days = []) {
    this.#rule = rule;
    this.trial.begin(days);
    this.#values = values ?? {};
    this.#due = null;
    this.#warned = [];
    this.#known = new Set();
    this.text.value = text;
    const isNew = rule.tag === null && !rule.of;
    this.#touched = new Set(isNew ? [] : ["text"]);
    write(this.dialog.querySelector("h2"), isNew ? say("rules.new") : rule.id);
    this.form.querySelector("[data-of='new']").toggleAttribute("hidden", !isNew);
    field(this.form, "name").value = rule.id;
    for (const details of Array.from(this.form.querySelectorAll("details"))) details.open = false;
    this.#tell([], []);
    write(this.dialog.querySelector(".failed"), "");
    show(this.form, this.#values, this.choices);
    if (!this.dialog.open) this.dialog.showModal();
    this.#going = isNew ? this.#check({ text, values: this.#values, name: rule.id }, true) : this.#check({ text }, false);
    await this.#going;
  }

  /** @param {boolean} isText the text was changed, not the form */
  #changed(isText) {
    if (!isText) adapt(this.form, this.choices);
    if (!Object.keys(this.#values).length) isText = true; // what the text says is not known: it stays
    this.#asked += 1; // an answer on its way is of what was there before
    clearTimeout(this.#timer);
    this.#due = isText ? () => this.#check({ text: this.text.value }, false) : () => this.#written();
    this.#timer = setTimeout(() => this.#settle(), PAUSE_MS);
  }

  /** What was changed last is checked now, and the answer is there. */
  async #settle() {
    clearTimeout(this.#timer);
    const due = this.#due;
    this.#due = null;
    if (due) this.#going = due();
    await this.#going;
  }

  #written() {
    this.#values = values(this.form, this.#values, this.choices);
    const name = field(this.form, "name").value.trim() || this.#rule.id;
    return this.#check({ text: this.text.value, values: this.#values, name }, true);
  }

  /** @param {{text: string, values?: *, name?: string}} asked @param {boolean} isForm the text follows, else the form */
  async #check(asked, isForm) {
    const number = (this.#asked += 1);
    const answer = await this.server.check(asked);
    if (number !== this.#asked) return; // something else was typed meanwhile
    write(this.dialog.querySelector(".failed"), answer.detail);
    if (!answer.ok) return;
    const { text, name, values: said, mistakes, warnings } = answer.told;
    this.#warned = mistakes.length ? [] : warnings;
    this.#tell(this.#touched.size ? mistakes : [], warnings.filter((one) => this.#cameTo(one)));
    if (isForm) {
      this.text.value = text;
      return;
    }
    if (!name || !Object.keys(said).length) return;
    this.#values = said;
    if (this.#rule.tag === null && !this.#rule.of) field(this.form, "name").value = name;
    show(this.form, said, this.choices);
  }

  /** Nobody is warned of what they have not come to yet: what to do stands last. @param {Wrong} warning */
  #cameTo(warning) {
    return Boolean(warning.key) || this.#touched.has("text") || this.#touched.has("action");
  }

  /** @param {Wrong[]} mistakes @param {Wrong[]} warnings */
  #tell(mistakes, warnings) {
    const list = this.form.querySelector(".rule-mistakes");
    list.replaceChildren(...[...mistakes.map((one) => line(one, "mistake")), ...warnings.map((one) => line(one, "warning"))]);
    for (const one of warnings) this.#known.add(one.reason);
    mark(this.form, mistakes);
  }

  /** @param {Event} event */
  async #save(event) {
    event.preventDefault();
    const known = new Set(this.#known);
    await this.#settle();
    if (this.#warned.some((one) => !known.has(one.reason))) return this.#tell([], this.#warned); // whoever saves once more means it
    const id = this.#rule.tag === null && !this.#rule.of ? field(this.form, "name").value.trim() : this.#rule.id;
    const answer = await this.server.save(id, this.text.value, this.#rule.tag);
    if (answer.status === 412) return this.#choose(id, answer.told.now, answer.told.tag ?? null);
    write(this.dialog.querySelector(".failed"), answer.ok || answer.told.mistakes ? "" : answer.detail);
    if (answer.told.mistakes) {
      this.#tell(answer.told.mistakes, []);
      goToMistake(this.form);
    }
    if (!answer.ok) return;
    this.dialog.close();
    this.saved();
  }

  /** Somebody was quicker. @param {string} id @param {string | null} theirs @param {string | null} tag */
  async #choose(id, theirs, tag) {
    const wanted = await conflict(this.text.value, theirs);
    if (!wanted) return;
    this.#rule = { id, tag, of: id };
    if (wanted === "theirs") {
      await this.begin(this.#rule, theirs ?? "", null, this.trial.days);
    } else this.form.requestSubmit();
  }
}

/** @param {Wrong} one @param {string} name */
function line(one, name) {
  const made = document.createElement("li");
  made.className = name;
  const at = labelOf(one.key ?? "") || (one.at === "$" || name === "warning" ? "" : one.at);
  made.textContent = at ? at + ": " + one.reason : one.reason;
  return made;
}
