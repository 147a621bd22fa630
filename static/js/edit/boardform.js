/** What can be set on the board itself: its grid, its screen, its looks, and what it says of people. */

import { button, choice, element, field, number, several, text, tick } from "./fields.js";
import { said } from "./words.js";

/** @typedef {{tables: *, choices: *, admin: boolean, id: string, called: string, set: (key: string, value: *) => void,
 * keep: (key: string, value: *) => void, anew: () => void}} Form
 * `called`: where it has no title; `keep`: as `set`, where false says something */

/** @param {Form} form @returns {Node[]} */
export function boardFields(form) {
  return [...plain(form), ...(form.tables.rotation ? [rotation(form)] : grid(form)), screen(form), people(form), more(form)];
}

function plain(form) {
  const { tables, choices } = form;
  const themes = choices.themes.map((one) => [one, said("edit.theme." + one)]);
  return [
    field(said("edit.board_title"), text(tables.title, (value) => form.set("title", value), { placeholder: form.called })),
    field(said("edit.theme"), choice(tables.theme ?? "dark", themes, (value) => form.set("theme", value))),
  ];
}

function grid(form) {
  const made = element("div", "edit-pair");
  for (const [key, word, otherwise] of [["columns", "edit.columns", 12], ["rows", "edit.rows", 6]]) {
    const box = number(form.tables[key] ?? otherwise, (value) => form.set(key, value), { min: 1, max: 48 });
    made.append(field(said(word), box));
  }
  const turn = form.tables.tile?.length ? [] : [button(said("edit.rotate"), () => {
    form.set("rotation", { boards: form.choices.boards.filter((one) => one !== form.id).slice(0, 2), seconds: 30 });
    form.anew();
  })]; // prettier-ignore
  return [made, ...turn];
}

function rotation(form) {
  const { tables, choices } = form;
  const made = element("section", "edit-rotation");
  const told = (change) => form.set("rotation", { ...form.tables.rotation, ...change });
  const boards = tables.rotation.boards ?? [];
  const known = choices.boards.filter((one) => one !== form.id);
  const options = [...new Set([...boards, ...known])].map((one) => [one, one]);
  made.append(
    several(boards, options, said("edit.in_turn"), (value) => told({ boards: value })),
    field(said("edit.seconds_each"), number(tables.rotation.seconds ?? 30, (value) => value && told({ seconds: value }), { min: 5, max: 86400 })),
    button(said("edit.no_rotation"), () => {
      form.set("rotation", undefined);
      form.anew();
    }),
  );
  return made;
}

function screen(form) {
  const { tables } = form;
  const made = element("div", "edit-pair");
  const range = { min: 0.1, max: 1000, step: "any" };
  made.append(
    field(said("edit.inches"), number(tables.screen_inches, (value) => form.set("screen_inches", value), range)),
    field(said("edit.metres"), number(tables.viewing_distance_m, (value) => form.set("viewing_distance_m", value), range)),
    element("small", "", said("edit.sight_how")),
    tick(tables.portrait === true, said("edit.upright"), (on) => form.set("portrait", on)),
  );
  return made;
}

/** Who may see what is for administrators. */
function people(form) {
  const { tables, choices, admin } = form;
  const made = folded(said("edit.people"), (tables.audience ?? "wall") !== "wall" || ["names", "shows"].some((key) => key in tables));
  made.classList.add("edit-people");
  const audience = tables.audience ?? "wall";
  const audiences = choices.audiences.map((one) => [one, said("edit.audience." + one)]);
  made.append(field(said("edit.audience"), choice(audience, audiences, (value) => {
    form.set("audience", value === "wall" ? undefined : value);
    if (value === "lead") form.set("names", undefined), form.set("shows", undefined);
    if (value !== "agent") form.set("pressure", undefined);
    form.anew();
  }))); // prettier-ignore
  if (audience !== "lead") {
    const names = choices.names.map((one) => [one, said("edit.names." + one)]);
    made.append(
      field(said("edit.called"), choice(tables.names ?? (audience === "wall" ? "none" : "full"), names, (value) => form.set("names", value))),
      several(tables.shows ?? [], choices.shows.map((one) => [one, said("edit.shows." + one)]), said("edit.shows"), (value) => form.set("shows", value)),
    );
  }
  if (audience === "agent") {
    made.append(tick(tables.pressure !== false, said("edit.pressure"), (on) => form.keep("pressure", on ? undefined : false)));
  }
  if (!admin) made.append(element("p", "edit-hint", said("edit.people_how")));
  return made;
}

function more(form) {
  const { tables, choices } = form;
  const keys = ["language", "accent", "logo", "drift", "sound", "dim"];
  const made = folded(said("edit.more"), keys.some((key) => key in tables));
  const languages = choices.languages.map((one) => [one, new Intl.DisplayNames([one], { type: "language" }).of(one) ?? one]);
  const images = choices.images.map((name) => [name, name]);
  made.append(
    field(said("edit.language"), choice(tables.language ?? "", [["", said("edit.language_any")], ...languages], (value) => form.set("language", value))),
    field(said("edit.accent"), text(tables.accent, (value) => form.set("accent", value), { placeholder: "#0b66a8" })),
    field(said("edit.logo"), choice(tables.logo ?? "", [["", "–"], ...images], (value) => form.set("logo", value))),
    field(said("edit.updates"), number(tables.updates_per_s ?? 2, (value) => form.set("updates_per_s", value), { min: 0.1, max: 10, step: "any" })),
    field(said("edit.dim"), text(tables.dim, (value) => form.set("dim", value), { placeholder: "22:00-06:00" })),
    tick(tables.drift === true, said("edit.drift"), (on) => form.set("drift", on)),
    sound(form),
  );
  return made;
}

/** Of which new alerts and notices a sound is heard: none, all, or from a severity on. */
function sound(form) {
  const before = form.tables.sound;
  const options = [["", said("edit.sound.off")], ["all", said("edit.sound.all")], ...["warning", "critical"].map((one) => [one, said("edit.sound." + one)])];
  const chosen = before === true || before === "info" ? "all" : before || "";
  return field(said("edit.sound"), choice(chosen, options, (value) => form.set("sound", value === "all" ? true : value || undefined)));
}

function folded(words, open) {
  const made = /** @type {HTMLDetailsElement} */ (element("details", "edit-more"));
  made.open = open;
  made.append(element("summary", "", words));
  return made;
}
