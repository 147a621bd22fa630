/** Lists whose elements are kept by key: whoever was about to press a button finds it where it was. */

/**
 * One child for each item, in this order.
 * @param {Element} list @param {*[]} items @param {(item: *) => string} keyOf
 * @param {(item: *) => HTMLElement} make a new child @param {(child: HTMLElement, item: *) => void} render
 */
export function keyed(list, items, keyOf, make, render) {
  const known = new Map(Array.from(list.children, (child) => [/** @type {HTMLElement} */ (child).dataset.key, child]));
  const children = items.map((item) => {
    const child = /** @type {HTMLElement} */ (known.get(keyOf(item)) ?? make(item));
    child.dataset.key = keyOf(item);
    render(child, item);
    return child;
  });
  const wanted = new Set(children);
  for (const child of Array.from(list.children)) if (!wanted.has(/** @type {HTMLElement} */ (child))) child.remove();
  children.forEach((child, place) => list.children[place] !== child && list.insertBefore(child, list.children[place] ?? null));
}
