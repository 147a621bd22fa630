/**
 * How does a person give a program its token, and take it back? The new one is shown once, with a line to try it;
 * revoking asks a second time on the same button.
 */

import { instant } from "./instants.js";

const SURE_MS = 6000;
const TRIED_MS = 600_000; // how long the notice that tries it stands

const form = /** @type {HTMLFormElement} */ (document.getElementById("new"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const made = /** @type {HTMLElement} */ (document.getElementById("made"));
const words = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("words")).textContent || "{}");
const base = /** @type {HTMLElement} */ (document.querySelector(".tokens")).dataset.base || location.origin;

liven();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  create();
});

async function create() {
  const given = new FormData(form);
  const asked = {
    name: text(given, "name"),
    scopes: given.getAll("scope").map(String),
    source: text(given, "source") || null,
    queues: names(given, "queues"),
    teams: names(given, "teams"),
    expires_in_days: Number(text(given, "days")) || null,
  };
  const answer = await call("POST", "/api/v1/tokens", asked);
  if (!answer) return;
  const { token } = await answer.json();
  place("token", token);
  place("try", tryLine(token, asked));
  /** @type {HTMLElement} */ (document.getElementById("look")).hidden = !sends(asked.scopes);
  made.hidden = false;
  say("");
  form.reset();
  made.scrollIntoView({ block: "center" });
  await list();
}

/** The list as the server shows it now. */
async function list() {
  const answer = await call("GET", location.href);
  const now = answer && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("list");
  if (!now) return;
  document.getElementById("list")?.replaceWith(now);
  liven();
}

/** Times in words, and buttons that do something. */
function liven() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-ms]"))) {
    const at = new Date(Number(time.dataset.ms));
    time.dateTime = at.toISOString();
    time.textContent = instant(at.getTime());
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".tokens-revoke"))) {
    button.addEventListener("click", () => revoke(button));
  }
}

/** @param {HTMLButtonElement} button */
async function revoke(button) {
  const row = /** @type {HTMLElement} */ (button.closest("tr"));
  if (!("sure" in button.dataset)) {
    button.dataset.sure = "";
    button.textContent = words["tokens.sure"].replace("{name}", row.dataset.tokenName);
    setTimeout(() => calm(button), SURE_MS);
    return;
  }
  if (await call("DELETE", "/api/v1/tokens/" + row.dataset.id)) {
    row.remove();
    say(words["tokens.gone"]);
  }
}

/** @param {HTMLButtonElement} button */
function calm(button) {
  delete button.dataset.sure;
  button.textContent = words["tokens.revoke"];
}

/** A good answer; else it says why not. @param {string} method @param {string} path @param {object} [body]
 * @returns {Promise<Response | null>} */
async function call(method, path, body) {
  try {
    const headers = body ? { "Content-Type": "application/json" } : undefined;
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    if (answer.ok) return answer;
    const problem = await answer.json();
    say((problem.at ? problem.at + ": " : "") + problem.detail);
  } catch {
    say(words["tokens.away"]);
  }
  return null;
}

/** A line that works when it is copied: what it does is what this token may. Who may send sees it on a wall that came
 * with Wallboard. @param {string} token
 * @param {{scopes: string[], queues: string[] | null, teams: string[] | null}} asked */
function tryLine(token, { scopes, queues, teams }) {
  const start = `curl -H "Authorization: Bearer ${token}" `;
  if (sends(scopes)) {
    const own = `hello-${token.split("_")[1]}`; // a program that is limited takes no other's away
    const notice = { type: "notice.posted", notice: own, text: "Hello!", until: Date.now() + TRIED_MS };
    const event = JSON.stringify({ ...notice, ...(queues && { queues }), ...(teams && { teams }) }).replaceAll("'", "'\\''");
    return `${start}-H "Content-Type: application/json" -d '${event}' ${base}/api/v1/events`;
  }
  return `${start}${base}/api/v1/${scopes.includes("notices:write") ? "notices" : "state"}`;
}

/** @param {string[]} scopes */
function sends(scopes) {
  return scopes.includes("events:write") || scopes.includes("admin");
}

/** @param {FormData} given @param {string} name */
function text(given, name) {
  return String(given.get(name) || "").trim();
}

/** @param {FormData} given @param {string} name @returns {string[] | null} */
function names(given, name) {
  const found = text(given, name).split(",").map((one) => one.trim()).filter(Boolean);
  return found.length ? found : null;
}

/** @param {string} id @param {string} words */
function place(id, words) {
  /** @type {HTMLElement} */ (document.getElementById(id)).textContent = words;
}

/** @param {string} words */
function say(words) {
  said.textContent = words;
}
