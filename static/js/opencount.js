/**
 * How many alerts are open, at the head of this page, and below it, where it is about alerts: does a worker run? Asks
 * again while it is looked at; where nobody answers it says so.
 */

const ASK_MS = 10_000;
const OLD_MS = 30_000;
const ICONS = { critical: "alarm", warning: "warn" };

const link = document.getElementById("open-count");
const alarm = /** @type {HTMLElement | null} */ (document.querySelector(".page-alarm"));
let answeredAt = Date.now();

document.addEventListener("visibilitychange", ask);
setInterval(ask, ASK_MS);

async function ask() {
  if (!link || document.visibilityState !== "visible") return;
  try {
    const answer = await fetch("/api/v1/alerts/count" + location.search, { cache: "no-store", headers: { "accept-language": document.documentElement.lang } });
    if (answer.ok) show(link, await answer.json());
  } catch {
    // no answer
  }
  if (Date.now() - answeredAt > OLD_MS) say(link, "?", link.dataset.old ?? "");
}

/** @param {HTMLElement} shown @param {{open: number, severity?: string, text: string, no_worker?: string}} told */
function show(shown, told) {
  answeredAt = Date.now();
  shown.hidden = told.open === 0;
  shown.dataset.severity = told.severity ?? "";
  shown.querySelector("use")?.setAttribute("href", "/static/icons.svg#" + (ICONS[told.severity ?? ""] ?? "info"));
  say(shown, String(told.open), told.text);
  if (!alarm) return;
  alarm.hidden = !told.no_worker;
  if (alarm.textContent !== (told.no_worker ?? "")) alarm.textContent = told.no_worker ?? "";
}

/** @param {HTMLElement} shown @param {string} count @param {string} text */
function say(shown, count, text) {
  shown.title = text;
  shown.setAttribute("aria-label", text);
  /** @type {HTMLElement} */ (shown.querySelector("b")).textContent = count;
}
