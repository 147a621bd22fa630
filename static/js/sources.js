/**
 * How are the sources now? Asks the API every two seconds and rewrites the numbers; what is on the page stays
 * there, with its age, when no answer comes. Serves /sources and /sources/{id}.
 */

const REFRESH_MS = 2000;
const OLD_MS = 10_000; // without an answer for so long the page says how old it is
const TICK_MS = 1000;
const AT_ONCE = 50; // events on a phone until more are asked for (sources.css, source.html)

/**
 * @typedef {{name: string, state: string, kind?: string, last_event_at?: number, note?: string, lag_ms?: number,
 *   late?: number, clamped?: number, rejected?: number, duplicates?: number, conflicts?: number, gaps?: number, gap_ms?: number, lost?: number,
 *   restarts?: number, overflow?: number, counters?: Compared[]}} Source
 * @typedef {{queue: string, since: number, until: number, completed: {theirs: number, ours: number},
 *   gone: {theirs: number, ours: number}}} Compared
 * @typedef {{arrival: number, type: string, id: string | null, about: Object<string, unknown>,
 *   did: {code: string, text: string}[]}} Told
 */

const section = /** @type {HTMLElement} */ (document.querySelector("[data-sources], [data-source]"));
const all = section.dataset.sources;
const url = /** @type {string} */ (all || section.dataset.source);
const words = JSON.parse(byId("words").textContent || "{}");
let answeredAt = Date.now();
let serverAhead = 0; // server's clock minus ours, in ms

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: section.dataset.zone,
}); // prettier-ignore

byId("more")?.addEventListener("click", () => section.classList.add("sources-whole"));
showAges();
setInterval(showAges, TICK_MS);
refresh();

async function refresh() {
  try {
    const answer = await fetch(url, { cache: "no-store" });
    if (answer.status === 401) location.reload();
    if (answer.ok) show(await answer.json());
  } catch {
    // No answer: the ages on the page go on, and say so.
  }
  setTimeout(refresh, REFRESH_MS);
}

/** @param {{now: number, redis_answers: boolean, gaps: number, no_worker_since?: number | null, sources?: Source[], source?: Source, events?: Told[]}} body */
function show(body) {
  answeredAt = Date.now();
  serverAhead = body.now - answeredAt;
  if (body.sources) {
    byId("redis").hidden = body.redis_answers;
    byId("gaps").hidden = !body.gaps;
    showWorkerless(body.no_worker_since);
    fill(byId("rows"), body.sources.map(sourceRow));
    const compared = body.sources.flatMap((source) => (source.counters ?? []).map((one) => comparedRow(source.name, one)));
    byId("compared").replaceChildren(...compared);
    byId("counters").hidden = compared.length === 0;
  } else if (body.source && body.events) {
    showSource(body.source);
    fill(byId("events"), body.events.map(eventRow));
    byId("more").hidden = body.events.length <= AT_ONCE;
  }
  showAges();
}

/** The numbers go on; alerts do not. @param {number | null | undefined} since */
function showWorkerless(since) {
  byId("workerless").hidden = !since;
  byId("workerless").textContent = since ? words["alerts.no_worker"].replace("{time}", clock.format(since)) : "";
}

/** @param {HTMLElement} body @param {HTMLElement[]} rows */
function fill(body, rows) {
  body.replaceChildren(...rows);
  byId("none").hidden = rows.length > 0;
}

/** @param {Source} source */
function sourceRow(source) {
  const name = element("opens" in section.dataset ? "a" : "span", source.name);
  if (name instanceof HTMLAnchorElement) name.href = `/sources/${encodeURIComponent(source.name)}`;
  const head = element("th", name);
  head.setAttribute("scope", "row");
  if (source.kind) head.append(" ", element("small", source.kind));
  const note = element("td", source.note ?? "");
  note.className = "note";
  if (source.conflicts) note.append(deed("conflict", `${words["sources.conflicts"]}: ${source.conflicts}`));
  if (source.overflow) note.append(deed("overflow", `${words["sources.overflow"]}: ${source.overflow}`));
  return row(head, element("td", badge(source.state)), named(words["sources.last"], element("td", when(source.last_event_at))),
    note, named(words["sources.lag"], number(source.lag_ms, " ms")), named(words["sources.late"], number(source.late)),
    named(words["sources.clamped"], number(source.clamped)), named(words["sources.refused"], number(source.rejected)),
    named(words["sources.repeated"], number(source.duplicates)),
    named(words["sources.silences"], number(source.gaps, source.gaps ? ` · ${silent(source.gap_ms ?? 0)}` : "")),
    named(words["sources.lost"], number(source.lost)),
    named(words["sources.restarts"], number(source.restarts)));
}

/** The platform's own counters of a queue beside ours. @param {string} source @param {Compared} one */
function comparedRow(source, one) {
  const head = element("th", source);
  head.setAttribute("scope", "row");
  const cells = [
    { word: words["sources.completed"], pair: one.completed }, { word: words["sources.gone"], pair: one.gone },
  ].flatMap(({ word, pair }) => {
    const apart = pair.ours - pair.theirs;
    return [named(`${word}, ${words["sources.theirs"]}`, number(pair.theirs)), named(`${word}, ${words["sources.ours"]}`, number(pair.ours)),
      named(`${word}, ${words["sources.difference"]}`, element("td", apart > 0 ? `+${apart}` : String(apart)))];
  });
  cells.forEach((cell) => cell.classList.add("number"));
  return row(head, named(words["sources.queue"], element("td", one.queue)), named(words["sources.since"], element("td", when(one.since))),
    named(words["sources.until"], element("td", when(one.until))), ...cells);
}

/** @param {Source} source */
function showSource(source) {
  const state = byId("state");
  state.textContent = stateWord(source.state);
  state.dataset.state = source.state;
  byId("note").textContent = source.note ?? "";
  byId("note").hidden = !source.note;
  byId("note").dataset.state = source.state;
  for (const name of /** @type {const} */ (["late", "clamped", "rejected", "duplicates", "conflicts", "gaps", "lost", "restarts", "overflow"])) {
    byId(name).textContent = String(source[name] ?? "–");
  }
}

/** @param {Told} event */
function eventRow(event) {
  const what = element("td", event.type);
  if (event.id) what.append(" ", element("small", event.id));
  const about = element("td");
  about.className = "about";
  for (const [name, value] of Object.entries(event.about)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const pair = element("span", element("b", name));
    pair.append(" ", text);
    about.append(pair, " ");
  }
  const did = element("td");
  did.append(...event.did.map((one) => deed(one.code, one.text)));
  return row(element("td", when(event.arrival)), what, about, did);
}

/** @param {string} code @param {string} text */
function deed(code, text) {
  const found = element("span", text);
  found.className = "deed";
  found.dataset.did = code;
  return found;
}

function showAges() {
  const now = Date.now() + serverAhead;
  for (const time of document.querySelectorAll("time[data-ms]")) {
    const ms = Number(/** @type {HTMLElement} */ (time).dataset.ms);
    time.textContent = `${clock.format(ms)} (${age(now - ms)})`;
  }
  const silentMs = Date.now() - answeredAt;
  byId("freshness").textContent = silentMs > OLD_MS ? words["sources.away"].replace("{span}", age(silentMs)) : "";
  section.classList.toggle("sources-old", silentMs > OLD_MS);
}

/** @param {number} ms */
function age(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return words["sources.span.s"].replace("{n}", String(s));
  if (s < 3600) return words["sources.span.min"].replace("{n}", String(Math.floor(s / 60)));
  if (s < 86_400) return words["sources.span.h"].replace("{n}", String(Math.floor(s / 3600)));
  return words["sources.span.d"].replace("{n}", String(Math.floor(s / 86_400)));
}

/** How long it was not heard, in all. @param {number} ms */
function silent(ms) {
  const [unit, size] = ms < 60_000 ? ["s", 1000] : ["min", 60_000];
  return words[`sources.span.${unit}`].replace("{n}", String(Math.floor(ms / size)));
}

/** @param {string} state */
function badge(state) {
  const found = element("span", stateWord(state));
  found.className = "state";
  found.dataset.state = state;
  return found;
}

/** @param {string} state */
function stateWord(state) {
  return words[`sources.state.${state}`] ?? state;
}

/** @param {number | undefined} ms @returns {HTMLElement | string} */
function when(ms) {
  if (!ms) return "–";
  const time = element("time");
  time.dataset.ms = String(ms);
  return time;
}

/** @param {number | undefined} value @param {string} [unit] */
function number(value, unit = "") {
  const cell = element("td", value === undefined ? "–" : `${value}${unit}`);
  cell.className = "number";
  return cell;
}

/** The column's name, which a narrow screen shows beside the cell. @param {string} name @param {HTMLElement} cell */
function named(name, cell) {
  cell.dataset.name = name;
  return cell;
}

/** @param {HTMLElement[]} cells */
function row(...cells) {
  const found = element("tr");
  found.append(...cells);
  return found;
}

/** @param {string} name @param {(string | Node)[]} content text or elements, never HTML */
function element(name, ...content) {
  const found = document.createElement(name);
  found.append(...content);
  return found;
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
