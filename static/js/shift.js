/** The note to the next shift: left with a press, and read with a press. The page itself comes from the server whole. */

const form = /** @type {HTMLFormElement} */ (document.querySelector(".shift-form"));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text")).value;
  post(form.dataset.url, { text }, form.querySelector("button"));
});
for (const one of document.querySelectorAll(".shift-read")) {
  const button = /** @type {HTMLButtonElement} */ (one);
  const { url, ended } = button.dataset;
  button.addEventListener("click", () => post(url, ended ? { ended: Number(ended) } : {}, button));
}

/** What was done shows itself when the page comes anew. @param {string} url @param {object} body @param {HTMLButtonElement} pressed */
async function post(url, body, pressed) {
  const failed = document.getElementById("failed");
  pressed.disabled = true;
  try {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (answer.ok) return location.replace(location.pathname + location.search.replace(/[?&]last(=[^&]*)?/, ""));
    failed.textContent = (await answer.json()).detail;
  } catch {
    failed.textContent = form.dataset.away;
  }
  failed.scrollIntoView();
  pressed.disabled = false;
}
