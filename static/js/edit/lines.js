/** In which lines do two texts differ? */

const MOST = 1500; // lines that are compared one with another

/** @param {string} one @param {string} other @returns {{text: string, differs: boolean}[][]} the lines of each */
export function compared(one, other) {
  const [left, right] = [one.split("\n"), other.split("\n")];
  if (left.length > MOST || right.length > MOST) return [left, right].map((lines) => lines.map((text) => ({ text, differs: false })));
  const common = longest(left, right);
  const kept = [new Set(), new Set()];
  let [a, b] = [0, 0];
  while (a < left.length && b < right.length) {
    if (left[a] === right[b]) kept[0].add(a++), kept[1].add(b++);
    else if (common[a + 1][b] >= common[a][b + 1]) a += 1;
    else b += 1;
  }
  return [left, right].map((lines, side) => lines.map((text, place) => ({ text, differs: !kept[side].has(place) })));
}

/** How many lines the ends of both have in common, from each pair of places on. */
function longest(left, right) {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let a = left.length - 1; a >= 0; a -= 1) {
    for (let b = right.length - 1; b >= 0; b -= 1) {
      table[a][b] = left[a] === right[b] ? table[a + 1][b + 1] + 1 : Math.max(table[a + 1][b], table[a][b + 1]);
    }
  }
  return table;
}
