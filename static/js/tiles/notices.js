/** What somebody wants everybody to read: the gravest first, then the newest. */

import { ago, secondsSince } from "../format.js";
import { mountMessages, renderMessages } from "../messages.js";
import { rows, selects } from "../select.js";
import { say } from "../words.js";

const GRAVEST = ["critical", "warning", "good", "info"];

export function mount(body) {
  mountMessages(body);
}

export function render(body, tile, picture) {
  const notices = shownOn(tile, picture)
    .sort((one, other) => order(one) - order(other) || other.notice.posted_at - one.notice.posted_at)
    .map((row) => messageOf(row.id, row.notice, picture.now));
  return renderMessages(body, tile, picture, notices, say("notices.none"));
}

/** The grave ones; one that was written anew is another one. @returns {import("../heard.js").Calling[]} */
export function calling(tile, picture) {
  return shownOn(tile, picture)
    .filter((row) => row.notice.level === "warning" || row.notice.level === "critical")
    .map(({ id, notice }) => ({ id: "notice." + id + "@" + notice.posted_at, at: notice.posted_at, severity: notice.level }));
}

function shownOn(tile, picture) {
  return rows(picture.state.notices)
    .map(([id, notice]) => ({ id, notice }))
    .filter((row) => !(row.notice.until <= picture.now) && meant(row.notice, tile));
}

/** A notice for some teams or queues stands on the tiles that show one of them, and on those that show all. */
function meant(notice, tile) {
  const teams = !notice.teams || !tile.teams || notice.teams.some((team) => tile.teams.indexOf(team) >= 0);
  return teams && (!notice.queues || notice.queues.some((queue) => selects(tile.queues || [], queue)));
}

function order(row) {
  const place = GRAVEST.indexOf(row.notice.level);
  return place < 0 ? GRAVEST.length : place;
}

function messageOf(id, notice, now) {
  const level = notice.level || "info";
  const when = say("notice." + level) + " · " + ago(secondsSince(notice.posted_at, now));
  return { id, level, text: notice.text, when };
}
