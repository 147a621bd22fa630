/** The notices that stand, the gravest first, each with a button that takes it away; and the form that writes one. */

import { icon, mark, part, write } from "../dom.js";
import { moment, timeOfDay } from "../format.js";
import { keyed } from "../keyed.js";
import { rows } from "../select.js";
import { collated, say } from "../words.js";
import { mayRemove } from "./own.js";
import { post } from "./post.js";
import { button } from "./press.js";

const GRAVEST = ["critical", "warning", "good", "info"];
const ICONS = { critical: "alarm", warning: "warn", good: "good", info: "info" };

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("notice"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
const opener = document.getElementById("write");
/** @type {import("../floor.js").Desk | null} */
let latest = null;

if (opener) opener.addEventListener("click", begin);
form.addEventListener("submit", submit);
dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
for (const ready of Array.from(dialog.querySelectorAll("[data-template]"))) {
  ready.addEventListener("click", () => fill(JSON.parse(/** @type {HTMLElement} */ (ready).dataset.template)));
}

/** @param {import("../floor.js").Desk} picture */
export function renderNotices(picture) {
  latest = picture;
  const found = rows(picture.state.notices).filter(([, row]) => !row.until || row.until > picture.now);
  found.sort(([, one], [, other]) => GRAVEST.indexOf(one.level) - GRAVEST.indexOf(other.level) || other.posted_at - one.posted_at);
  keyed(document.getElementById("notices"), found, ([id]) => id, ([id]) => fresh(id), (item, [id, row]) => renderOne(item, id, row, picture));
}

function fresh(id) {
  const item = document.createElement("li");
  item.className = "floor-notice";
  part(item, "span", "notice-icon");
  part(item, "div", "notice-said");
  if (opener) button(item, say("floor.notice.remove"), () => remove(id)); // else one may not write any
  return item;
}

function renderOne(item, id, row, picture) {
  mark(item, "level", row.level);
  icon(item.querySelector(".notice-icon"), ICONS[row.level] || "info");
  const said = item.querySelector(".notice-said");
  write(part(said, "p", "notice-text"), row.text);
  const words = [say("notice." + row.level), timeOfDay(row.posted_at, picture.zone, true), where(row, picture)];
  if (row.until) words.push(say("floor.notice.until", { time: moment(row.until, picture.now, picture.zone).replace(/:\d\d$/, "") }));
  write(part(said, "p", "notice-when"), words.filter(Boolean).join(" · "));
  const remover = item.querySelector("button");
  if (remover) remover.hidden = !mayRemove(id, row, picture.bound);
}

/** On which boards, queues or teams; nothing where it is everywhere. */
function where(row, picture) {
  const titles = new Map(picture.boards);
  const queues = picture.state.queues || {};
  const named = [
    ...(row.boards || []).map((id) => titles.get(id) || id),
    ...(row.teams || []),
    ...(row.queues || []).map((id) => (queues[id] || {}).name || id),
  ];
  return named.join(", ");
}

async function remove(id) {
  const failed = document.getElementById("failed");
  try {
    const answer = await fetch("/api/v1/notices/" + encodeURIComponent(id), { method: "DELETE" });
    failed.textContent = answer.ok || answer.status === 404 ? "" : (await answer.json()).detail;
  } catch {
    failed.textContent = say("floor.away_server");
  }
}

function begin() {
  form.reset();
  dialog.querySelector(".failed").textContent = "";
  offer();
  dialog.showModal();
}

/** Where it may stand: the boards, teams and queues that there are now. */
function offer() {
  const queues = rows(latest ? latest.state.queues : {}).map(([id, row]) => [id, row.name]);
  const people = rows(latest ? latest.state.agents : {}).map(([, row]) => row.team);
  const teams = new Set([...rows(latest ? latest.state.queues : {}).map(([, row]) => row.team), ...people].filter(Boolean));
  choices("boards", latest ? latest.boards : []);
  choices("teams", Array.from(teams, (team) => [team, team]));
  choices("queues", queues);
  tellWhere();
}

function choices(name, found) {
  const box = /** @type {HTMLElement} */ (form.querySelector(`[data-choices="${name}"]`));
  box.hidden = found.length === 0;
  const labels = found.sort((one, other) => collated(one[1], other[1])).map(([id, text]) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.name = name;
    input.value = id;
    input.addEventListener("change", tellWhere);
    const said = document.createElement("bdi");
    said.textContent = text;
    label.append(input, said);
    return label;
  });
  box.querySelector(".choices").replaceChildren(...labels);
}

function tellWhere() {
  const chosen = Array.from(form.querySelectorAll("[data-choices] input:checked"), (input) => input.nextElementSibling.textContent);
  form.querySelector(".where").textContent = chosen.length ? chosen.join(", ") : withoutPlace();
}

/** Where it goes if no place is chosen: of whoever is bound to teams to theirs (web/notices.py). */
function withoutPlace() {
  const teams = latest && latest.bound ? latest.teams.join(", ") : "";
  return teams ? say("floor.notice.own", { teams }) : say("floor.notice.everywhere");
}

/** @param {*} template of the configuration */
function fill(template) {
  field("text").value = template.text;
  field("level").value = template.level || "info";
  field("mark").checked = template.mark === true;
  for (const input of Array.from(form.querySelectorAll("[data-choices] input"))) {
    const one = /** @type {HTMLInputElement} */ (input);
    one.checked = (template[one.name] || []).includes(one.value);
  }
  const lasts = Array.from(form.querySelectorAll("[name=until]"), (input) => /** @type {HTMLInputElement} */ (input));
  const own = lasts.find((input) => input.value === (template.until || "")) || offerUntil(template.until);
  own.checked = true;
  tellWhere();
}

/** A time that only this template has. @param {string} until */
function offerUntil(until) {
  const last = form.querySelector("[name=until]").closest("label");
  const label = /** @type {HTMLElement} */ (last.cloneNode(true));
  label.querySelector("input").value = until;
  label.querySelector("span").textContent = until;
  last.parentElement.append(label);
  return label.querySelector("input");
}

function submit(event) {
  event.preventDefault();
  const values = new FormData(form);
  const body = { text: String(values.get("text")).replace(/\s+/g, " ").trim(), level: values.get("level") };
  for (const name of ["boards", "teams", "queues"]) if (values.has(name)) body[name] = values.getAll(name);
  if (values.get("until")) body.until = values.get("until");
  if (values.has("mark")) body.mark = true;
  post("/api/v1/notices", body, dialog);
}

/** @param {string} name @returns {*} */
function field(name) {
  return form.elements.namedItem(name);
}
