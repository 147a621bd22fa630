/**
 * How does a person come in? With name and password, or with a link. Its code stands behind `#`, so it never reached the
 * server: it is taken out of the address bar, posted, and then the page that was asked for opens; whoever has no password
 * yet is asked to choose one before.
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("signin"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("link"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const signOutButton = /** @type {HTMLButtonElement} */ (document.getElementById("signout"));
const leaving = /** @type {HTMLElement} */ (document.getElementById("leaving"));
const words = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("words")).textContent || "{}");
const named = /** @type {HTMLFormElement} */ (document.getElementById("named"));
const buttons = document.querySelectorAll("button");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = codeOf(field.value.trim());
  field.value = "";
  if (code) signIn({ code });
  else say(words["signin.whole"]);
});
named.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(named);
  signIn({ name: given.get("name"), password: given.get("password") });
});
signOutButton.addEventListener("click", signOut);
for (const button of buttons) button.disabled = false; // off until here: what is entered early would go into the address
addEventListener("hashchange", takeFromAddress);
takeFromAddress();

function takeFromAddress() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  signIn({ code });
}

/** @param {string} text a whole link, or a code alone */
function codeOf(text) {
  return text.slice(text.lastIndexOf("#") + 1);
}

/** @param {object} given a code, or name and password */
async function signIn(given) {
  for (const button of buttons) button.disabled = true;
  say(words["signin.busy"]);
  try {
    const answer = await fetch("/signin", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
    });
    if (answer.ok) {
      const next = form.dataset.next || "/";
      location.replace((await answer.json()).choose ? "/account?next=" + encodeURIComponent(next) : next);
      return;
    }
    say((await answer.json()).detail);
  } catch {
    say(words["signin.away"]);
  }
  for (const button of buttons) button.disabled = false;
}

async function signOut() {
  try {
    const answer = await fetch("/signout", { method: "POST" });
    leaving.hidden = answer.ok || answer.status === 401;
    say(leaving.hidden ? words["signin.gone"] : (await answer.json()).detail);
  } catch {
    say(words["signin.still"]);
  }
}

/** @param {string} text */
function say(text) {
  said.textContent = text;
}
