/**
 * Plotly, once a chart is wanted and the numbers are on the screen. Its script comes from the installed package.
 * Charts are drawn one after another, in tasks of their own when the browser has time: they can wait.
 */

const AFTER_MS = 1500; // the first numbers, their fonts and the first patches go before
const DRAWN_MS = 2000; // at the latest, however busy the browser is
let asked = false;
let drawing = false;

/** @type {Map<Element, () => void>} */
const waiting = new Map();

/** Plotly, or null until it is there; `ready` is called when it comes. @param {() => void} ready @returns {*} */
export function plotly(ready) {
  const found = /** @type {*} */ (window).Plotly;
  if (found) return found;
  if (!asked) {
    asked = true;
    setTimeout(() => load(ready), AFTER_MS);
  }
  return null;
}

/** The last that was asked for a chart is drawn, when the one before is. @param {Element} chart
 * @param {() => *} draw what it gives is waited for */
export function inTurn(chart, draw) {
  if (!waiting.size && !drawing) idly(next);
  waiting.set(chart, draw);
}

/** Until the browser had its turn. @returns {Promise<void>} */
export function pause() {
  return new Promise((done) => setTimeout(done, 0));
}

function next() {
  const [chart, draw] = waiting.entries().next().value;
  waiting.delete(chart);
  drawing = true;
  new Promise((done) => done(chart.isConnected && draw())).then(drawn, (wrong) => {
    drawn();
    throw wrong;
  });
}

function drawn() {
  drawing = false;
  if (waiting.size) idly(next);
}

function idly(work) {
  const idle = window["requestIdleCallback"];
  if (idle) idle(work, { timeout: DRAWN_MS });
  else setTimeout(work, 0);
}

function load(ready) {
  const source = document.documentElement.getAttribute("data-plotly");
  if (!source) return;
  const script = document.createElement("script");
  script.src = source;
  script.addEventListener("load", ready);
  script.addEventListener("error", () => (asked = false)); // asked for again when a chart is drawn next
  document.head.appendChild(script);
}
