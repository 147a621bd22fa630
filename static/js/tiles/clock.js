/** What time is it at the site? The server's time, not this screen's. */

import { part, write } from "../dom.js";
import { date, timeOfDay } from "../format.js";

export function mount(body) {
  part(part(body, "p", "value"), "span", "figure");
  part(body, "p", "date");
}

export function render(body, tile, picture) {
  write(part(part(body, "p", "value"), "span", "figure"), timeOfDay(picture.now, picture.zone, true));
  write(part(body, "p", "date"), date(picture.now, picture.zone));
  return { level: "", sources: null, ageless: true };
}
