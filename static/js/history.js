/**
 * Draws the day that stands in the table: bars of what came, the service level as a line, the same weekday a week
 * before thin behind. Plotly comes after the numbers are on the screen; without it the table says all.
 */

const section = /** @type {HTMLElement} */ (document.querySelector(".history"));
const chart = /** @type {HTMLElement} */ (document.getElementById("chart"));
const of = /** @type {HTMLSelectElement} */ (document.getElementById("of"));
const named = /** @type {HTMLInputElement} */ (document.getElementById("named"));

of.addEventListener("change", () => {
  const at = of.value.indexOf("=");
  named.name = of.value.slice(0, at);
  named.value = of.value.slice(at + 1);
});
if (!chart.hidden) load();
matchMedia("(prefers-color-scheme: light)").addEventListener("change", draw);

function load() {
  const script = document.createElement("script");
  script.src = /** @type {string} */ (section.dataset.plotly);
  script.addEventListener("load", draw);
  script.addEventListener("error", () => (chart.hidden = true));
  document.head.appendChild(script);
}

function draw() {
  // @ts-ignore the script that was loaded
  const plotly = window.Plotly;
  if (!plotly) return;
  const ink = colour("--text-dim");
  const grid = { color: ink, gridcolor: colour("--edge-line"), zerolinecolor: colour("--edge-line") };
  const drawn = traces();
  plotly.react(chart, drawn, {
    margin: { l: 44, r: 48, t: 8, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink, family: getComputedStyle(document.body).fontFamily, size: 13 },
    barmode: "group",
    bargap: 0.25,
    legend: { orientation: "h", y: -0.12, yanchor: "top" },
    xaxis: Object.assign({ type: "category", tickangle: 0, tickvals: hours(drawn[0].x) }, grid),
    yaxis: Object.assign({ rangemode: "tozero" }, grid),
    yaxis2: { overlaying: "y", side: "right", range: [0, 105], tickvals: [0, 25, 50, 75, 100], ticktext: ["0 %", "25 %", "50 %", "75 %", "100 %"], color: ink, showgrid: false },
  }, { displayModeBar: false, responsive: true });
}

/** Every hour, or as many hours as leave each its room. @param {string[]} times the steps of the day */
function hours(times) {
  const each = Math.max(1, Math.round(times.length / 24));
  const room = Math.max(4, Math.floor(chart.clientWidth / 80));
  const every = each * ([1, 2, 3, 4, 6].find((step) => times.length / each / step <= room) || 12);
  return times.filter((_, nth) => nth % every === 0);
}

function traces() {
  const rows = Array.from(document.querySelectorAll("#rows tbody tr"));
  const x = rows.map((row, nth) => row.children[0].firstChild.textContent.trim() + "\u200b".repeat(repeats(rows, nth)));
  const values = (metric) => rows.map((row) => number(row.querySelector('[data-metric="' + metric + '"]')));
  return [
    { type: "bar", name: word("answered"), x, y: values("answered"), marker: { color: colour("--good") } },
    { type: "bar", name: word("abandoned"), x, y: values("abandoned"), marker: { color: colour("--alarm") } },
    { type: "scatter", mode: "lines", name: word("offered"), x, y: values("offered"), line: { color: colour("--text"), width: 2 } },
    { type: "scatter", mode: "lines", name: word("week.offered"), x, y: values("week.offered"),
      line: { color: colour("--text-dim"), width: 1.5, dash: "dot" } },
    { type: "scatter", mode: "lines+markers", name: word("service_level"), x, y: values("service_level"), yaxis: "y2",
      connectgaps: false, line: { color: colour("--accent"), width: 2 }, marker: { size: 5 } },
    { type: "scatter", mode: "lines", name: word("staffed"), x, y: values("staffed"), connectgaps: false,
      line: { color: colour("--wrapup"), width: 1.5, shape: "hv" } },
  ];
}

/** What the table calls it. @param {string} metric */
function word(metric) {
  return document.querySelector('[data-word="' + metric + '"]').textContent;
}

/** In the night on which the clock goes back an hour stands twice: the second one is a place of its own. */
function repeats(rows, nth) {
  const text = rows[nth].children[0].firstChild.textContent;
  return rows.slice(0, nth).filter((row) => row.children[0].firstChild.textContent === text).length;
}

/** @param {Element | null} cell */
function number(cell) {
  const text = cell ? cell.getAttribute("data-value") : "";
  return text === "" || text === null ? null : Number(text);
}

/** @param {string} name a token of tokens.css */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
