/** What somebody wants everybody to read: the gravest first, then the newest. */

import { each, icon, mark, part, write } from "../dom.js";
import { ago, secondsSince } from "../format.js";
import { pagedTexts } from "../paging.js";
import { rows } from "../select.js";
import { say } from "../words.js";
import { empty } from "./queues.js";

const GRAVEST = ["critical", "warning", "good", "info"];
const ICONS = { critical: "alarm", warning: "warn", good: "good", info: "info" };

export function mount(body) {
  part(body, "ul", "notices");
}

export function render(body, tile, picture) {
  const notices = rows(picture.state.notices)
    .map(([id, notice]) => ({ id, notice }))
    .filter((row) => !(row.notice.until <= picture.now) && meant(row.notice, tile))
    .sort((one, other) => grave(one) - grave(other) || other.notice.posted_at - one.notice.posted_at);
  const page = pagedTexts(notices, (row) => row.notice.text, tile.fits, picture.now, picture.scrolls);
  const list = part(body, "ul", "notices");
  mark(list, "fit", page.fit);
  mark(list, "alone", page.alone ? "yes" : "no");
  each(list, "li", "notice", page.shown, (row) => row.id, (item, row) => renderNotice(item, row.notice, picture.now));
  empty(body, notices.length ? "" : say("notices.none"));
  return { level: "", sources: null, page: page.page, pages: page.pages };
}

/** A notice for some teams or queues stands on the tiles that show one of them, and on those that show all. */
function meant(notice, tile) {
  const teams = !notice.teams || !tile.teams || notice.teams.some((team) => tile.teams.indexOf(team) >= 0);
  const named = (tile.queues || []).filter((one) => one !== "*");
  return teams && (!notice.queues || !named.length || notice.queues.some((queue) => named.indexOf(queue) >= 0));
}

function grave(row) {
  const place = GRAVEST.indexOf(row.notice.level);
  return place < 0 ? GRAVEST.length : place;
}

function renderNotice(item, notice, now) {
  mark(item, "level", notice.level || "info");
  icon(item, ICONS[notice.level] || "info");
  const said = part(item, "div", "said");
  write(part(said, "p", "text"), notice.text);
  const word = say("notice." + (notice.level || "info"));
  write(part(said, "p", "when"), word + " · " + ago(secondsSince(notice.posted_at, now)));
}
