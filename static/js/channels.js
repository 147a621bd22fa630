/** A lead's own channels: each press is one call; what it did shows itself when the page comes anew. */

import { ask, button, made, tell, turnOn, word } from "./own.js";

const LOOK_MS = 2000; // whether a message was taken, or a chat linked, meanwhile
const SURE_MS = 4000;

const section = /** @type {HTMLElement} */ (document.querySelector(".channels"));
const url = /** @type {string} */ (section.dataset.url);
const once = /** @type {HTMLElement} */ (document.getElementById("once"));

for (const form of section.querySelectorAll(".channels-add form")) {
  onSubmit(form, (given) => add(/** @type {HTMLFormElement} */ (form), given));
}
for (const row of section.querySelectorAll("[data-id]")) mount(/** @type {HTMLElement} */ (row));
turnOn(section);

/** @param {HTMLElement} row */
function mount(row) {
  const address = `${url}/${row.dataset.id}`;
  const failing = row.classList.contains("channels-failing");
  if ("waits" in row.dataset) watch(row.dataset.id, (one) => one.confirmed !== null || (one.reason !== null) !== failing);
  for (const form of row.querySelectorAll(".channels-confirm")) {
    onSubmit(form, async (given) => (await ask("POST", `${address}/confirm`, { code: given.get("code") })) && location.reload());
  }
  for (const form of row.querySelectorAll(".channels-set")) mountSettings(/** @type {HTMLFormElement} */ (form), address);
  for (const pressed of row.querySelectorAll("[data-do]")) {
    pressed.addEventListener("click", () => press(/** @type {HTMLButtonElement} */ (pressed), row, address));
  }
}

/** Quiet hours of another form than these two fields have stay as they are until one of them is changed.
 * @param {HTMLFormElement} form @param {string} address */
function mountSettings(form, address) {
  const quiet = form.dataset.quiet ?? "";
  const hours = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(quiet);
  const [from, until] = ["from", "until"].map((name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)));
  if (hours) [from.value, until.value] = [hours[1], hours[2]];
  form.querySelector("small")?.toggleAttribute("hidden", hours !== null);
  const before = [from.value, until.value].join();
  onSubmit(form, async (given) => {
    const isChanged = before !== [from.value, until.value].join();
    until.setCustomValidity(!from.value === !until.value ? "" : word("channels.both"));
    if (!form.reportValidity()) return;
    const told = isChanged ? { quiet: from.value ? `${from.value}-${until.value}` : null } : {};
    if (await ask("PATCH", address, { least: given.get("least"), ...told })) location.reload();
  });
  for (const one of [from, until]) one.addEventListener("input", () => until.setCustomValidity(""));
}

/** @param {HTMLButtonElement} pressed @param {HTMLElement} row @param {string} address */
async function press(pressed, row, address) {
  if (pressed.dataset.do === "remove" && !pressed.dataset.sure) return makeSure(pressed);
  pressed.disabled = true;
  tell("");
  if (pressed.dataset.do === "remove") (await ask("DELETE", address)) && location.reload();
  else if (pressed.dataset.do === "test") await test(row, address);
  else {
    const told = await ask("POST", `${address}/code`);
    if (told && row.dataset.kind === "telegram") showCode(told);
    else if (told) say(word("channels.code_sent"));
  }
  pressed.disabled = false;
}

/** How it went shows itself, in its row; what failed before is no answer. @param {HTMLElement} row @param {string} address */
async function test(row, address) {
  const place = /** @type {HTMLElement} */ (row.querySelector(".channels-tested"));
  place.textContent = "";
  if (!(await ask("POST", `${address}/test`, undefined, place))) return;
  place.textContent = word("channels.tested");
  watch(row.dataset.id, (one) => one.waiting === 0 || String(one.failed ?? "") !== row.dataset.failed);
}

/** The page comes anew once this is so; whoever is writing into it is not disturbed.
 * @param {string | undefined} id @param {(one: *) => boolean} isNews */
function watch(id, isNews) {
  const look = setInterval(async () => {
    const here = document.activeElement;
    const isWriting = here instanceof HTMLSelectElement || (here instanceof HTMLInputElement && here.value !== "");
    if (document.hidden || isWriting) return;
    const found = await ask("GET", url);
    if (!found?.channels.some((/** @type {*} */ one) => one.id === id && isNews(one))) return;
    clearInterval(look);
    location.reload();
  }, LOOK_MS);
}

/** The first press asks; what was meant otherwise goes back by itself. @param {HTMLButtonElement} pressed */
function makeSure(pressed) {
  const text = pressed.textContent;
  pressed.dataset.sure = "yes";
  pressed.textContent = word("channels.sure");
  setTimeout(() => {
    delete pressed.dataset.sure;
    pressed.textContent = text;
  }, SURE_MS);
}

/** @param {HTMLFormElement} form @param {FormData} given */
async function add(form, given) {
  const address = String(given.get("address") ?? "").trim();
  const told = await ask("POST", url, { kind: form.dataset.kind, ...(address && { address }) });
  if (!told) return;
  document.getElementById("none")?.remove();
  if (told.secret) showSecret(told.secret);
  else if (told.code) showCode(told);
  else location.reload();
}

/** @param {string} secret */
function showSecret(secret) {
  const text = made("pre", secret);
  text.tabIndex = 0;
  show(made("p", word("channels.secret")), text, done());
}

/** Until the bot has heard it. @param {{id: string, code: string, link?: string}} told */
function showCode(told) {
  const parts = [made("p", word("channels.code_how"))];
  if (told.link) {
    const link = /** @type {HTMLAnchorElement} */ (made("a", word("channels.open")));
    [link.href, link.target, link.rel, link.className] = [told.link, "_blank", "noopener noreferrer", "channels-open"];
    parts.push(link);
  }
  parts.push(made("p", word(told.link ? "channels.or" : "channels.send")));
  const code = made("pre", told.code);
  code.tabIndex = 0;
  show(...parts, code, done());
  watch(told.id, (one) => one.confirmed !== null);
}

function done() {
  return button(word("channels.done"), () => location.reload());
}

/** @param {string} text */
function say(text) {
  show(made("p", text));
}

/** @param {...HTMLElement} parts */
function show(...parts) {
  tell("");
  once.replaceChildren(...parts);
  once.hidden = false;
  once.scrollIntoView({ block: "nearest" });
}

/** One call at a time. @param {Element} form @param {(given: FormData) => Promise<*>} act */
function onSubmit(form, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    send.disabled = true;
    tell("");
    await act(new FormData(/** @type {HTMLFormElement} */ (form)));
    send.disabled = false;
  });
}
