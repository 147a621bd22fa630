/** Fields of the side: a label and what is set there. Each tells its value when it changes. */

import { said } from "./words.js";

/** @typedef {(value: *) => void} Tell */

/** @param {string} label @param {HTMLElement} control @param {string} [hint] */
export function field(label, control, hint) {
  const made = element("label", "edit-field");
  made.append(element("span", "edit-label", label), control);
  if (hint) made.append(element("small", "", hint));
  return made;
}

/** @param {string} value @param {Tell} tell @param {{type?: string, list?: string, placeholder?: string, rows?: number}} [options] */
export function text(value, tell, options = {}) {
  const made = /** @type {HTMLInputElement} */ (element(options.rows ? "textarea" : "input", ""));
  if (options.rows) made.setAttribute("rows", String(options.rows));
  else made.type = options.type ?? "text";
  for (const name of ["list", "placeholder", "maxlength"]) if (options[name]) made.setAttribute(name, options[name]);
  made.value = value ?? "";
  made.addEventListener("input", () => tell(made.value));
  return made;
}

/** @param {number | undefined} value @param {Tell} tell a number, or undefined @param {{min?: number, max?: number, step?: string}} [range] */
export function number(value, tell, range = {}) {
  const made = document.createElement("input");
  made.type = "number";
  for (const [name, limit] of Object.entries(range)) made.setAttribute(name, String(limit));
  made.value = value === undefined ? "" : String(value);
  made.addEventListener("input", () => {
    if (made.value === "") tell(undefined);
    else if (made.validity.valid) tell(made.valueAsNumber);
  });
  return made;
}

/** @param {boolean} value @param {string} label @param {Tell} tell @param {boolean} [disabled] */
export function tick(value, label, tell, disabled = false) {
  const made = element("label", "edit-tick");
  const box = made.appendChild(document.createElement("input"));
  box.type = "checkbox";
  Object.assign(box, { checked: value, disabled });
  box.addEventListener("change", () => tell(box.checked));
  made.append(" " + label);
  return made;
}

/** @param {string} value @param {([string, string] | {label: string, options: [string, string][]})[]} options values and
 * words, or groups of them @param {Tell} tell */
export function choice(value, options, tell) {
  const made = document.createElement("select");
  const add = (to, [one, word]) => to.append(new Option(word, one, false, one === value));
  for (const one of options) {
    if (Array.isArray(one)) add(made, one);
    else if (one.options.length) {
      const group = made.appendChild(document.createElement("optgroup"));
      group.label = one.label;
      one.options.forEach((inner) => add(group, inner));
    }
  }
  if (made.value !== value) made.append(new Option(value, value, true, true)); // what no list has
  made.addEventListener("change", () => tell(made.value));
  return made;
}

const LIMIT = /^\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

/** A sign and a number, such as "> 5". @param {string | undefined} value @param {string} label @param {string} unit @param {Tell} tell */
export function limit(value, label, unit, tell) {
  const [, sign = "", bound = ""] = LIMIT.exec(value ?? "") ?? [];
  const made = element("div", "edit-field edit-limit");
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  const told = () => tell(signs.value && box.value !== "" ? signs.value + " " + box.value : undefined);
  const signs = choice(sign, [["", "–"], ["<", "<"], ["<=", "≤"], [">", ">"], [">=", "≥"]], told);
  const box = text(bound, told, { type: "number" });
  signs.setAttribute("aria-label", said("edit.sign"));
  box.setAttribute("aria-label", label);
  box.setAttribute("step", "any");
  made.append(element("span", "edit-label", label), signs, box, element("span", "edit-unit", unit));
  return made;
}

/** Several of these. @param {string[]} value @param {[string, string][]} options @param {string} label @param {Tell} tell @param {boolean} [disabled] */
export function several(value, options, label, tell, disabled = false) {
  const made = element("fieldset", "edit-several");
  made.append(element("legend", "edit-label", label));
  const chosen = new Set(value);
  for (const [one, word] of options) {
    made.append(tick(chosen.has(one), word, (on) => {
      if (on) chosen.add(one);
      else chosen.delete(one);
      tell([...chosen]);
    }, disabled)); // prettier-ignore
  }
  return made;
}

/** @param {string} word @param {() => void} press @param {string} [name] */
export function button(word, press, name = "second") {
  const made = /** @type {HTMLButtonElement} */ (element("button", name, word));
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** @param {string} tag @param {string} [name] @param {string} [words] @returns {HTMLElement} */
export function element(tag, name, words) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (words !== undefined) made.textContent = words;
  return made;
}
