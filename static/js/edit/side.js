/** What is set on the selected tile, or on the board where none is; and what is to be mended there. */

import { boardFields } from "./boardform.js";
import { button, element } from "./fields.js";
import { icon } from "./stage.js";
import { tileFields } from "./tileform.js";
import { kindOf, labelOf, said } from "./words.js";

export class Side {
  /** @param {HTMLElement} root @param {import("./model.js").Model} model
   * @param {{choices: *, admin: boolean, id: string, over: string | null, restore: () => void, stage: import("./stage.js").Stage}} given `over`: where another
   * text of this board stands that does not count; `restore`: takes away what was changed here; `stage`: whose tile it is
   * @param {(place: number) => string} nameOf */
  constructor(root, model, given, nameOf) {
    Object.assign(this, { root, model, given, nameOf });
    this.notes = element("div", "edit-notes");
    this.notes.setAttribute("aria-live", "polite");
    this.own = false; // the change came from these fields: they keep their focus
    this.several = -1; // of which tile names are written though one would do
    this.filled = { tables: null, selected: -2 };
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.model.selected >= 0) this.given.stage.focus();
    });
  }

  /** Only what is to be mended where the change came from here. @param {{at: string, reason: string, grave: boolean, people?: boolean}[]} wrong */
  render(wrong) {
    const { tables, selected } = this.model;
    const known = this.filled.tables === tables && this.filled.selected === selected;
    if (!known && !this.own) this.fill();
    this.filled = { tables, selected };
    this.root.inert = !this.model.read;
    this.renderNotes(wrong);
  }

  fill() {
    const { tile } = this.model;
    if (this.several !== this.model.selected) this.several = -1;
    this.root.replaceChildren(...(tile ? this.ofTile(tile) : this.ofBoard()));
  }

  ofTile(tile) {
    const form = {
      tile, choices: this.given.choices,
      severally: new Set(this.several === this.model.selected ? [tile] : []),
      open: () => (this.several = this.model.selected),
      set: (key, value) => this.change(() => this.model.setOfTile(key, value), form),
      setAll: (values) => this.change(() => this.model.setAllOfTile(values), form),
      anew: () => this.fill(),
    }; // prettier-ignore
    const foot = element("p", "edit-do");
    foot.append(
      button(said("edit.duplicate"), () => this.given.stage.duplicate()),
      button(said("edit.remove"), () => this.given.stage.remove()),
    );
    const back = button(said("edit.of_board"), () => this.model.select(-1), "edit-back");
    return [back, element("h2", "", kindOf(tile)), this.notes, ...tileFields(form), foot];
  }

  ofBoard() {
    const form = {
      tables: this.model.tables, ...this.given,
      set: (key, value) => this.change(() => this.model.set(key, value), form),
      keep: (key, value) => this.change(() => this.model.keepValue(key, value), form),
      anew: () => this.fill(),
    }; // prettier-ignore
    return [element("h2", "", said("edit.of_board")), ...this.standing(), this.notes, ...boardFields(form)];
  }

  showPeople() {
    this.model.select(-1);
    const people = this.root.querySelector(".edit-people");
    people.open = true;
    people.querySelector("select").focus();
  }

  standing() {
    const { over, id, restore } = this.given;
    if (!over) return [];
    const made = element("p", "edit-hint edit-over-note", said("edit.over." + over, { file: id + ".toml" }));
    return over === "shipped" ? [made, button(said("boards.restore"), restore)] : [made];
  }

  change(change, form) {
    this.own = true;
    change();
    this.own = false;
    if ("tile" in form) form.tile = this.model.tile;
    else form.tables = this.model.tables;
  }

  /** Of the tile; of the board everything, each a way to its tile. */
  renderNotes(wrong) {
    const here = this.model.selected;
    const shown = here < 0 ? wrong : wrong.filter((one) => placeOf(one.at) === here);
    this.notes.replaceChildren(...shown.map((one) => {
      const place = placeOf(one.at);
      const made = element("p", one.grave ? "edit-note edit-grave" : "edit-note");
      made.append(icon(one.grave ? "alarm" : "warn"));
      if (here < 0 && place >= 0 && place < this.model.tiles.length) made.append(button(this.nameOf(place), () => this.model.select(place), "edit-to"), ": ");
      const label = labelOf(one.at);
      made.append(label ? label + ": " + one.reason : place < 0 ? one.at + ": " + one.reason : one.reason);
      if (one.people) made.append(" ", button(said("edit.people"), () => this.showPeople(), "edit-to"));
      return made;
    })); // prettier-ignore
  }
}

/** Which tile a mistake is about; -1: the board. @param {string} at */
export function placeOf(at) {
  return Number(/^tile\[(\d+)\]/.exec(at)?.[1] ?? -1);
}
