/**
 * How does a value get onto the screen? Elements are found where the server painted them, and made where it did
 * not; nothing is written that already stands there. Text goes in as text only.
 */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = "/static/icons.svg#";

/** The child of this class, made at the end if it is not there. @param {Element} parent @param {string} tag
 * @param {string} name its class (the first of them) @returns {HTMLElement} */
export function part(parent, tag, name) {
  const found = has(parent, name);
  if (found) return found;
  const made = document.createElement(tag);
  made.className = name;
  parent.appendChild(made);
  return made;
}

/** @param {Element} parent @param {string} name @returns {*} */
export function has(parent, name) {
  for (let child = parent.firstElementChild; child; child = child.nextElementSibling) {
    if (child.classList.contains(name)) return child;
  }
  return null;
}

/** @param {Element} element @param {string | number} text */
export function write(element, text) {
  const words = String(text);
  if (element.textContent !== words) element.textContent = words;
}

/** @param {Element} element @param {string} name without `data-` @param {string | number} value */
export function mark(element, name, value) {
  const words = String(value);
  if (element.getAttribute("data-" + name) !== words) element.setAttribute("data-" + name, words);
}

/** @param {Element} element @param {string} names its whole class */
export function classes(element, names) {
  if (element.className !== names) element.className = names;
}

/** The icon of this name as the child `icon` of `parent`; none when the name is empty.
 * @param {Element} parent @param {string} name */
export function icon(parent, name) {
  let found = has(parent, "icon");
  if (!name) {
    if (found) parent.removeChild(found);
    return;
  }
  if (!found) {
    found = document.createElementNS(SVG, "svg");
    found.setAttribute("class", "icon");
    found.setAttribute("aria-hidden", "true");
    found.appendChild(document.createElementNS(SVG, "use"));
    parent.insertBefore(found, parent.firstChild);
  }
  const use = found.firstElementChild;
  if (use.getAttribute("href") !== ICONS + name) use.setAttribute("href", ICONS + name);
}

/**
 * One child for each item, in this order. A child keeps its item's key as long as the item is there, so that
 * nothing is drawn anew that only moved.
 * @param {Element} parent @param {string} tag @param {string} name class of the children @param {*[]} items
 * @param {(item: *) => string} keyOf @param {(child: HTMLElement, item: *) => void} render
 */
export function each(parent, tag, name, items, keyOf, render) {
  const before = new Map();
  for (const child of Array.from(parent.children)) {
    if (child.classList.contains(name)) before.set(child.getAttribute("data-key"), child);
  }
  let place = has(parent, name); // other children stay before the first of them
  for (const item of items) {
    const key = keyOf(item);
    const child = before.get(key) || fresh(tag, name, key);
    before.delete(key);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    render(child, item);
  }
  before.forEach((child) => parent.removeChild(child));
}

function fresh(tag, name, key) {
  const made = document.createElement(tag);
  made.className = name;
  made.setAttribute("data-key", key);
  return made;
}
