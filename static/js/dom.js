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

/** The drawn child of this class, as `part`, with these attributes. @param {Element} parent @param {string} tag
 * @param {string} name @param {Object<string, string | number>} [attributes] @returns {Element} */
export function drawn(parent, tag, name, attributes) {
  const found = has(parent, name) || parent.appendChild(document.createElementNS(SVG, tag));
  for (const [key, value] of Object.entries(Object.assign({ class: name }, attributes))) {
    if (found.getAttribute(key) !== String(value)) found.setAttribute(key, String(value));
  }
  return found;
}

/** A text of the same length goes into the same node, which costs half; another one may begin elsewhere, and nothing on
 * the screen moves: it is a new node. @param {Element} element @param {string | number} text */
export function write(element, text) {
  const words = String(text);
  const node = /** @type {*} */ (element.firstChild);
  const before = node && node.nodeType === Node.TEXT_NODE && !node.nextSibling ? node.data : element.textContent;
  if (before === words) return;
  if (node && node.data === before && before.length === words.length) node.data = words;
  else element.textContent = words;
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
 * One child for each item, in this order. A child is a place: when items change places, texts do, and nothing on the
 * screen moves. Children of other classes stay before and behind them.
 * @param {Element} parent @param {string} tag @param {string} name class of the children @param {*[]} items
 * @param {(item: *) => string} keyOf @param {(child: HTMLElement, item: *) => void} render
 * @param {boolean} [anew] an item's size follows its text: another item in its place is a new child
 */
export function each(parent, tag, name, items, keyOf, render, anew) {
  let place = has(parent, name);
  let behind = null;
  for (const item of items) {
    if (anew && place && place.getAttribute("data-key") !== keyOf(item)) place = renewed(place, tag, name);
    const child = place || parent.insertBefore(fresh(tag, name), behind);
    behind = child.nextElementSibling;
    place = behind && behind.classList.contains(name) ? behind : null;
    mark(child, "key", keyOf(item));
    render(child, item);
  }
  while (place) {
    const left = place;
    place = left.nextElementSibling && left.nextElementSibling.classList.contains(name) ? left.nextElementSibling : null;
    parent.removeChild(left);
  }
}

/** Whether this element shows something else than last time: where it does not, nothing of it need be looked at.
 * @param {Element} element @param {*[]} facts all that its looks follow from @returns {boolean} */
export function stirred(element, facts) {
  const before = shown.get(element);
  if (before && before.length === facts.length && facts.every((fact, place) => fact === before[place])) return false;
  shown.set(element, facts);
  return true;
}

/** @type {WeakMap<Element, *[]>} */
const shown = new WeakMap();

function renewed(child, tag, name) {
  const made = fresh(tag, name);
  child.parentNode.replaceChild(made, child);
  return made;
}

function fresh(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
