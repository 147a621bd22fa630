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

/** Words stay whole, but one that is longer than a line. */
function linesOf(text, letters) {
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
