/**
 * What somebody has just pressed keeps its place: no list is put in order anew under a finger. It goes where it belongs
 * when the pointer and the focus have left it, after a touch some seconds later, and never while a pointer moves.
 */

const TOUCH_MS = 4000; // a finger leaves no trace of where it goes next
const CALM_MS = 1000; // since a pointer or a key stirred
const MOST_MS = 60_000; // since the last press, however long a pointer rests on it
const LOOK_MS = 250;

/** @typedef {{list: string, place: number}} Place */

export class Held {
  /** @type {HTMLElement | null} */ #card = null;
  /** @type {Place} */ #at = { list: "", place: 0 };
  #id = "";
  #pressed = 0;
  #stirred = 0;
  #touched = false;
  #timer = 0;

  /** @param {() => void} release the lists may be put in order */
  constructor(release) {
    this.release = release;
    for (const name of ["pointerdown", "pointermove", "keydown"]) addEventListener(name, (event) => this.#stir(event));
  }

  /** @param {string} id @param {HTMLElement} card it stands in a list that has an id */
  press(id, card) {
    const list = /** @type {HTMLElement} */ (card.parentElement);
    if (id !== this.#id) this.#at = { list: list.id, place: Array.from(list.children).indexOf(card) };
    [this.#id, this.#card, this.#pressed] = [id, card, Date.now()];
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(Date.now()), LOOK_MS);
  }

  /** The same lists, the held one where it stood. @template {{id: string}} One @param {Record<string, One[]>} lists @returns {Record<string, One[]>} */
  keep(lists) {
    return kept(lists, this.#id, this.#at);
  }

  /** @param {Event} event */
  #stir(event) {
    this.#stirred = Date.now();
    if (event instanceof PointerEvent) this.#touched = event.pointerType !== "mouse";
  }

  /** @param {number} now */
  #look(now) {
    const card = /** @type {HTMLElement} */ (this.#card);
    const rests = card.contains(document.activeElement) || (this.#touched ? now - this.#pressed < TOUCH_MS : card.matches(":hover"));
    if ((rests || now - this.#stirred < CALM_MS) && now - this.#pressed < MOST_MS) return;
    clearInterval(this.#timer);
    [this.#id, this.#card] = ["", null];
    this.release();
  }
}

/** @template {{id: string}} One @param {Record<string, One[]>} lists @param {string} id @param {Place} at @returns {Record<string, One[]>} */
export function kept(lists, id, at) {
  const held = Object.values(lists).flat().find((one) => one.id === id);
  if (!held) return lists;
  const others = Object.entries(lists).map(([name, list]) => [name, list.filter((one) => one.id !== id)]);
  const found = Object.fromEntries(others);
  found[at.list].splice(at.place, 0, held);
  return found;
}
