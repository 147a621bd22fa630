/**
 * Lists keep their order while somebody is about to press something in them: what comes stands last, what moves stays
 * where it was. They are put in order when the pointer and the focus have left them, about a second after the last
 * touch, some seconds after one that pressed something, and at the latest a minute after the last stir. Under a finger,
 * which covers what it is about to press, nothing changes at all. What came meanwhile is in `late`.
 */

const TOUCH_MS = 4000; // since a press by touch: a finger leaves no trace of where it goes next
const CALM_MS = 1000; // since a pointer, a key or the page stirred
const MOST_MS = 60_000; // since the last stir or press, however long a pointer rests there
const LOOK_MS = 250;

export class Held {
  /** @type {Set<string>} the ids of what came while the order was kept */ late = new Set();
  /** @type {HTMLElement | null} */ #card = null;
  #leaving = "";
  #pressed = -Infinity;
  #stirred = -Infinity;
  #touched = false; // the last pointer was no mouse
  #fingers = 0;
  #timer = 0;

  /** @param {HTMLElement[]} lists each with an id, its children with the key of theirs
   * @param {() => void} release the lists may be put in order */
  constructor(lists, release) {
    this.lists = lists;
    this.release = release;
    for (const name of ["pointerdown", "pointermove", "keydown"]) addEventListener(name, (event) => this.#stir(event));
    for (const name of ["touchstart", "touchend", "touchcancel"]) {
      addEventListener(name, (event) => this.#touch(/** @type {TouchEvent} */ (event)), { passive: true });
    }
    addEventListener("scroll", () => (this.#stirred = Date.now()), { passive: true });
  }

  /** @param {HTMLElement} card in one of the lists: something of it was pressed */
  press(card) {
    [this.#card, this.#pressed] = [card, Date.now()];
  }

  /** @param {HTMLElement} card it was given away: it leaves its list at once, except under a finger */
  leave(card) {
    this.#leaving = card.dataset.key ?? "";
  }

  /** As they are to stand now: the same lists, others with what stands there in its place, or null, nothing is to change.
   * @template {{id: string}} One @param {Record<string, One[]>} lists @returns {Record<string, One[]> | null} */
  keep(lists) {
    const now = Date.now();
    if (!this.#holds(now)) {
      this.late.clear();
      return lists;
    }
    const isUnder = this.#isUnder(now);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(isUnder), LOOK_MS);
    if (isUnder) return null;
    const standing = this.lists.map((list) => [list.id, Array.from(list.children, (one) => /** @type {HTMLElement} */ (one).dataset.key)]);
    const stood = new Set(standing.flatMap(([, ids]) => ids));
    const came = stood.size ? Object.values(lists).flat().filter(({ id }) => !stood.has(id)) : [];
    for (const { id } of came) this.late.add(id);
    return kept(lists, Object.fromEntries(standing), this.#leaving);
  }

  /** Somebody asks for it: the lists are put in order now. */
  letGo() {
    [this.#card, this.#leaving, this.#pressed, this.#stirred] = [null, "", -Infinity, -Infinity];
    clearInterval(this.#timer);
    this.release();
  }

  /** @param {number} now ms */
  #isUnder(now) {
    return this.#touched && (this.#fingers > 0 || now - this.#stirred < CALM_MS);
  }

  /** @param {number} now ms */
  #holds(now) {
    if (now - Math.max(this.#stirred, this.#pressed) >= MOST_MS) return false;
    if (this.#isUnder(now) || now - this.#stirred < CALM_MS) return true;
    if (this.#card?.contains(document.activeElement)) return true;
    return this.#touched ? now - this.#pressed < TOUCH_MS : this.lists.some((list) => list.matches(":hover"));
  }

  /** @param {Event} event */
  #stir(event) {
    this.#stirred = Date.now();
    if (event instanceof PointerEvent) this.#touched = event.pointerType !== "mouse";
  }

  /** A finger that scrolls is no pointer any more. @param {TouchEvent} event */
  #touch(event) {
    [this.#fingers, this.#touched, this.#stirred] = [event.touches.length, true, Date.now()];
  }

  /** @param {boolean} wasUnder what is new is not shown yet */
  #look(wasUnder) {
    const now = Date.now();
    const holds = this.#holds(now);
    if (holds && (!wasUnder || this.#isUnder(now))) return;
    clearInterval(this.#timer);
    if (!holds) [this.#card, this.#leaving] = [null, ""];
    this.release();
  }
}

/** Each where it stood; what is new behind the others of its list. @template {{id: string}} One @param {Record<string, One[]>} lists
 * @param {Record<string, (string | undefined)[]>} standing the ids in each
 * @param {string} [leaving] the one that stays in no list but its own @returns {Record<string, One[]>} */
export function kept(lists, standing, leaving = "") {
  const all = new Map(Object.values(lists).flat().map((one) => [one.id, one]));
  const stays = Object.entries(lists).map(([name, list]) => {
    const goes = leaving && !list.some((one) => one.id === leaving);
    return standing[name].filter((id) => !goes || id !== leaving);
  });
  const stood = new Set(stays.flat());
  const found = Object.entries(lists).map(([name, list], place) => {
    const there = stays[place].flatMap((id) => all.get(id ?? "") ?? []);
    return [name, there.concat(list.filter((one) => !stood.has(one.id)))];
  });
  return Object.fromEntries(found);
}
