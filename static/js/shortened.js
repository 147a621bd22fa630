/** What stands of an alert where there is no room for all of it? Its numbers: the name before them is cut (wallboard/web/shortened.py). */

const LEAST_NAME = 4; // letters

/** @param {string} text @param {string} name @param {number} letters a line @param {number} lines */
export function shortened(text, name, letters, lines) {
  const all = Array.from(name);
  for (let kept = all.length; kept > LEAST_NAME; kept -= 1) {
    const said = kept === all.length ? text : text.replace(name, () => all.slice(0, kept).join("").trimRight() + "…");
    if (linesOf(said, letters) <= lines) return said;
  }
  return text;
}

/** Whether a text stands in as many lines as so many letters fill. @param {string} text @param {number} room letters
 * @param {number} [letters] a line; not known: each line is filled to its end */
export function stands(text, room, letters) {
  return letters ? linesOf(text, letters) <= Math.floor(room / letters) : text.length <= room;
}

/** Words stay whole, but one that is longer than a line. */
function linesOf(text, letters) {
  return text.split("\n").reduce((sum, one) => sum + linesOfOne(one, letters), 0);
}

function linesOfOne(text, letters) {
  let lines = 1;
  let room = letters;
  text.split(" ").forEach((word) => {
    const long = Array.from(word).length;
    if (long > room && room < letters) {
      lines += 1;
      room = letters;
    }
    lines += long ? Math.floor((long - 1) / letters) : 0;
    room -= long ? ((long - 1) % letters) + 2 : 1;
  });
  return lines;
}
