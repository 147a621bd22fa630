/** What can be set on a tile, by its kind: which number, of which queues, from when on it stands out. */

import { choice, element, field, limit, number, several, text, tick } from "./fields.js";
import { said } from "./words.js";

const SEVERAL = "…";
const MOST_LINES = 4;
const LIMITS = [["warn", "edit.warn"], ["alarm", "edit.alarm"], ["target", "edit.target"]]; // prettier-ignore

/** What each kind has beside its title and its place. @type {Object<string, ((form: Form) => Node[])[]>} */
const PARTS = {
  number: [metric, windowed, of, limits, looks],
  queues: [of, windowed, bar],
  agents: [of],
  counts: [of],
  leaders: [ranked, of],
  trend: [lines, of],
  heat: [metric, of, limits],
  reasons: [of],
  alerts: [of],
  text: [words],
  image: [picture],
};
/** What a new tile says, and how large it is on a grid of 12 × 6. @type {Object<string, {size: [number, number], [key: string]: *}>} */
export const NEW = {
  number: { size: [3, 2], metric: "waiting" },
  queues: { size: [6, 3] },
  agents: { size: [6, 3] },
  trend: { size: [6, 3], metrics: ["offered", "answered"] },
  heat: { size: [6, 3], metric: "offered" },
  reasons: { size: [3, 3] },
  alerts: { size: [3, 2] },
  notices: { size: [4, 1] },
  leaders: { size: [3, 2], metric: "handled" },
  sources: { size: [3, 2] },
  clock: { size: [2, 1] },
  text: { size: [3, 1] },
  image: { size: [2, 1] },
};

/** @typedef {{tile: *, choices: *, set: (key: string, value: *) => void, anew: () => void}} Form
 * `anew`: other fields are to be shown now */

/** @param {Form} form @returns {Node[]} */
export function tileFields(form) {
  const title = field(said("edit.title"), text(form.tile.title, (value) => form.set("title", value), { placeholder: said("edit.title_itself") }));
  const own = (PARTS[form.tile.kind] ?? []).flatMap((part) => part(form));
  return [...own, title, places(form)];
}

function metric(form) {
  const { tile, choices } = form;
  const word = (name) => /** @type {[string, string]} */ ([name, said("metric." + name)]);
  const of = (now) => choices.metrics.filter((one) => one.now === now).map((one) => word(one.name));
  const past = { label: said("edit.over_time"), options: of(false) };
  const options = tile.kind === "heat" ? [past] : [
    { label: said("edit.now"), options: of(true) },
    past,
    { label: said("edit.reported"), options: choices.kpis.map((name) => ["kpi." + name, name]) },
    { label: said("edit.tags"), options: [["tags.thanks", said("metric.tags.thanks", {}, "tags.thanks")], ["tags.hostile", said("metric.tags.hostile", {}, "tags.hostile")]] },
  ];
  return [field(said("edit.metric"), choice(tile.metric ?? "", options, (value) => {
    form.set("metric", value);
    if (isNow(value, choices)) form.set("window", undefined);
    form.anew();
  }))]; // prettier-ignore
}

function windowed(form) {
  const { tile, choices } = form;
  if (tile.kind === "number" && isNow(tile.metric ?? "", choices)) return [];
  const options = choices.windows.filter((one) => one !== "now").map((one) => [one, said("window." + one)]);
  return [field(said("edit.window"), choice(tile.window ?? "day", options, (value) => form.set("window", value === "day" ? undefined : value)))];
}

function isNow(metric, choices) {
  const known = choices.metrics.find((one) => one.name === metric);
  return known ? known.now : /^(kpi|paused_by)\./.test(metric);
}

/** Of which queues or teams: one of a list, or several. */
function of(form) {
  const { tile, choices } = form;
  if ((tile.metric ?? "").startsWith("kpi.")) return [];
  const [queues, teams] = [tile.queues ?? [], tile.teams ?? []];
  const all = !teams.length && (!queues.length || String(queues) === "*");
  const simple = all ? "all" : teams.length === 1 && !queues.length ? "teams:" + teams[0] : queues.length === 1 && !teams.length && !/[*?[!]/.test(queues[0]) ? "queues:" + queues[0] : SEVERAL;
  const options = [
    ["all", said("edit.all")],
    { label: said("edit.queues"), options: choices.queues.map((one) => ["queues:" + one.id, one.name]) },
    { label: said("edit.teams"), options: choices.teams.map((team) => ["teams:" + team, team]) },
    { label: said("edit.address"), options: [["queues:$queue", "$queue"], ["teams:$team", "$team"]] },
    [SEVERAL, said("edit.several")],
  ];
  const chosen = form.severally?.has(tile) ? SEVERAL : simple;
  const main = field(said("edit.of"), choice(chosen, options, (value) => {
    const [key, ...name] = value.split(":");
    form.severally?.delete(tile);
    if (value === SEVERAL) form.open();
    else form.setAll({ queues: key === "queues" ? [name.join(":")] : undefined, teams: key === "teams" ? [name.join(":")] : undefined });
    form.anew();
  })); // prettier-ignore
  return chosen === SEVERAL ? [main, ...list(form, queues, teams)] : [main];
}

function list(form, queues, teams) {
  const key = teams.length ? "teams" : "queues";
  const known = key === "teams" ? form.choices.teams.map((team) => [team, team]) : form.choices.queues.map((one) => [one.id, one.name]);
  const chosen = key === "teams" ? teams : queues.filter((one) => one !== "*");
  const names = new Set(known.map(([name]) => name));
  const box = text(chosen.join(", "), (value) => form.set(key, value.split(",").map((one) => one.trim()).filter(Boolean)));
  const ticks = several(chosen.filter((one) => names.has(one)), known.slice(0, 40), said(key === "teams" ? "edit.teams" : "edit.queues"), (value) => {
    const patterns = box.value.split(",").map((one) => one.trim()).filter((one) => one && !names.has(one));
    box.value = [...value, ...patterns].join(", ");
    form.set(key, [...value, ...patterns]);
  }); // prettier-ignore
  return [ticks, field(said("edit.names"), box, said("edit.names_how"))];
}

function limits(form) {
  const { tile, choices } = form;
  const reads = choices.metrics.find((one) => one.name === tile.metric)?.reads;
  const unit = reads === "percent" ? "%" : reads === "seconds" || reads === "instant" ? said("edit.seconds") : "";
  return LIMITS.filter(([name]) => tile.kind === "number" || name !== "target").map(([name, word]) => limit(tile[name], said(word), unit, (value) => form.set(name, value)));
}

function looks(form) {
  return [tick(form.tile.trail === true, said("edit.trail"), (on) => form.set("trail", on)), ...bar(form)];
}

function bar(form) {
  return [tick(form.tile.style === "bar", said("edit.bar"), (on) => form.set("style", on ? "bar" : undefined))];
}

function ranked(form) {
  const options = form.choices.ranked.map((name) => [name, said("metric." + name)]);
  const windows = ["shift", "day"].map((name) => [name, said("window." + name)]);
  return [
    field(said("edit.ranked"), choice(form.tile.metric ?? "", options, (value) => form.set("metric", value))),
    field(said("edit.window"), choice(form.tile.window ?? "day", windows, (value) => form.set("window", value === "day" ? undefined : value))),
  ];
}

function lines(form) {
  const now = [...(form.tile.metric ? [form.tile.metric] : []), ...(form.tile.metrics ?? [])];
  const options = form.choices.metrics.filter((one) => !one.now).map((one) => [one.name, said("metric." + one.name)]);
  return Array.from({ length: Math.min(MOST_LINES, now.length + 1) }, (_, place) => {
    const told = (value) => {
      const next = now.toSpliced(place, 1, ...(value ? [value] : []));
      form.setAll({ metrics: next, metric: undefined });
      form.anew();
    };
    return field(said("edit.line", { n: place + 1 }), choice(now[place] ?? "", [["", "–"], ...options], told));
  });
}

function words(form) {
  return [field(said("edit.text"), text(form.tile.text, (value) => form.set("text", value), { rows: 3 }))];
}

function picture(form) {
  const options = form.choices.images.map((name) => [name, name]);
  const none = options.length ? [] : [element("p", "edit-hint", said("edit.no_images"))];
  return [
    ...none,
    field(said("edit.image"), choice(form.tile.image ?? "", [["", "–"], ...options], (value) => form.set("image", value))),
    field(said("edit.alt"), text(form.tile.alt, (value) => form.set("alt", value)), said("edit.alt_how")),
  ];
}

/** The same as dragging, in numbers. */
function places(form) {
  const made = element("fieldset", "edit-places");
  made.append(element("legend", "edit-label", said("edit.where")));
  const words = [["at", 0, "edit.column"], ["at", 1, "edit.row"], ["size", 0, "edit.wide"], ["size", 1, "edit.high"]]; // prettier-ignore
  for (const [key, axis, word] of words) {
    const told = (value) => value && form.set(key, form.tile[key].with(axis, value));
    made.append(field(said(word), number(form.tile[key]?.[axis], told, { min: 1, max: 48 })));
  }
  return made;
}
