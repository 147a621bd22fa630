/**
 * How does a person come in? The code stands behind `#` in the link, so it never reached the server:
 * it is taken out of the address bar, posted, and then the page that was asked for opens.
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("signin"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("link"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const signOutButton = /** @type {HTMLButtonElement} */ (document.getElementById("signout"));
const words = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("words")).textContent || "{}");
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = codeOf(field.value.trim());
  field.value = "";
  if (code) signIn(code);
  else say(words["signin.whole"]);
});
signOutButton.addEventListener("click", signOut);
addEventListener("hashchange", takeFromAddress);
takeFromAddress();

function takeFromAddress() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  signIn(code);
}

/** @param {string} text a whole link, or a code alone */
function codeOf(text) {
  return text.slice(text.lastIndexOf("#") + 1);
}

/** @param {string} code */
async function signIn(code) {
  button.disabled = true;
  say(words["signin.busy"]);
  try {
    const answer = await fetch("/signin", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
    });
    if (answer.ok) {
      location.replace(form.dataset.next || "/");
      return;
    }
    say((await answer.json()).detail);
  } catch {
    say(words["signin.away"]);
  }
  button.disabled = false;
}

async function signOut() {
  try {
    const answer = await fetch("/signout", { method: "POST" });
    signOutButton.hidden = answer.ok || answer.status === 401;
    say(signOutButton.hidden ? words["signin.gone"] : (await answer.json()).detail);
  } catch {
    say(words["signin.still"]);
  }
}

/** @param {string} text */
function say(text) {
  said.textContent = text;
}
