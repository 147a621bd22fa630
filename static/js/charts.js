/** Plotly, once a chart is wanted and the numbers are on the screen. Its script comes from the installed package. */

const AFTER_MS = 1500; // the first numbers, their fonts and the first patches go before
let asked = false;

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

function load(ready) {
  const source = document.documentElement.getAttribute("data-plotly");
  if (!source) return;
  const script = document.createElement("script");
  script.src = source;
  script.addEventListener("load", ready);
  script.addEventListener("error", () => (asked = false)); // asked for again when a chart is drawn next
  document.head.appendChild(script);
}
