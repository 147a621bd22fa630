/** How are names looked for? As people type them: whatever the case, without marks, strokes and ligatures. */

// What Unicode does not decompose.
const LETTERS = { ł: "l", đ: "d", ø: "o", ħ: "h", ŧ: "t", ı: "i", ð: "d", ŋ: "n", ß: "ss", æ: "ae", œ: "oe", þ: "th", ґ: "г" }; // prettier-ignore
const MARKS = /[\u0300-\u036f]/g;
const THESE = new RegExp("[" + Object.keys(LETTERS).join("") + "]", "g");

/** @param {string} text */
export function folded(text) {
  return text.toLowerCase().normalize("NFKD").replace(MARKS, "").replace(THESE, (letter) => LETTERS[letter]);
}
