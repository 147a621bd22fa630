/** A test message to a receiver, or one that was given up once more: each with a press. The page comes from the server whole. */

const section = /** @type {HTMLElement} */ (document.querySelector(".delivery"));

for (const one of section.querySelectorAll("button")) {
  one.addEventListener("click", () => post(one.dataset.url, one));
}

/** What was done shows itself when the page comes anew. @param {string} url @param {HTMLButtonElement} pressed */
async function post(url, pressed) {
  const failed = document.getElementById("failed");
  pressed.disabled = true;
  try {
    const answer = await fetch(url, { method: "POST" });
    if (answer.ok) return location.reload();
    failed.textContent = (await answer.json()).detail;
  } catch {
    failed.textContent = section.dataset.away;
  }
  failed.scrollIntoView();
  pressed.disabled = false;
}
