/** What do the pages about accounts share? The page's words, and a call that says what went wrong. */

const words = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("words")).textContent || "{}");
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

/** @param {string} name @param {Object<string, string>} [gaps] @returns {string} */
export function word(name, gaps = {}) {
  return Object.entries(gaps).reduce((text, [gap, value]) => text.replace(`{${gap}}`, () => value), words[name] || name);
}

/** @param {string} name @returns {string | undefined} undefined: there is no word for it */
export function wordOf(name) {
  return words[name];
}

/** @param {string} text */
export function tell(text) {
  said.textContent = text;
}

/** What the server answers; null where it refused, which is said then: on the page, or in `place`.
 * @param {string} method @param {string} address @param {object} [body] @param {Element} [place] @returns {Promise<*>} */
export async function ask(method, address, body, place = said) {
  const given = body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(address, { method, ...given });
    const told = await answer.json();
    if (answer.ok) return told;
    place.textContent = told.detail;
  } catch {
    place.textContent = word("account.away");
  }
  return null;
}

/** A page's buttons are off until its script listens: a press before would be lost, and a form go into the address.
 * @param {ParentNode} place */
export function turnOn(place) {
  for (const one of place.querySelectorAll("button")) one.disabled = false;
}

/** @param {string} tag @param {string} text @returns {HTMLElement} */
export function made(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** @param {string} text @param {() => void} act @returns {HTMLButtonElement} */
export function button(text, act) {
  const element = /** @type {HTMLButtonElement} */ (made("button", text));
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}
