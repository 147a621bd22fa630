/** How much of a logo stands out from what it lies on? Measured in the browser, which reads every kind of picture. */

const WIDE = 160; // of the picture that is looked at
const CONTRAST = 3;

/** @param {string} address @param {string} ground rgb(…) @returns {Promise<number | null>} the share of what is not
 * transparent, as wallboard/record/logo.py has it; null: unknown */
export async function standingOut(address, ground) {
  const picture = new Image();
  picture.src = address;
  try {
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.min(WIDE, picture.naturalWidth);
    canvas.height = Math.max(1, Math.round((picture.naturalHeight * canvas.width) / picture.naturalWidth));
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return share(pen.getImageData(0, 0, canvas.width, canvas.height).data, colourOf(ground));
  } catch {
    return null;
  }
}

/** @param {ArrayLike<number>} data red, green, blue, alpha of each pixel @param {number[]} ground */
export function share(data, ground) {
  let [seen, all] = [0, 0];
  const under = luminance(ground);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3];
    all += alpha;
    if (!alpha) continue;
    const mixed = ground.map((part, place) => (data[at + place] * alpha + part * (255 - alpha)) / 255);
    const [dark, light] = [under, luminance(mixed)].sort((one, other) => one - other);
    if ((light + 0.05) / (dark + 0.05) >= CONTRAST) seen += alpha;
  }
  return all ? seen / all : null;
}

/** @param {string} text */
function colourOf(text) {
  return (text.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map(Number);
}

/** @param {number[]} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
