/** What the editor asks in a dialog: which of two texts counts, which earlier version is wanted, whether one is sure. */

import { moment } from "../format.js";
import { button, element } from "./fields.js";
import { compared } from "./lines.js";
import { said } from "./words.js";

/** Somebody else was quicker. @param {string} mine @param {string | null} theirs null: taken away
 * @returns {Promise<"theirs" | "mine" | "">} */
export function conflict(mine, theirs) {
  const { dialog, body, closed } = opened(said("edit.conflict"));
  body.append(element("p", "", theirs === null ? said("edit.conflict_gone") : said("edit.conflict_how")));
  if (theirs !== null) body.append(beside([said("edit.mine"), mine], [said("edit.theirs"), theirs]));
  const foot = element("p", "edit-do");
  const answers = theirs === null ? [["mine", said("edit.make_again")]] : [["theirs", said("edit.take_theirs")], ["mine", said("edit.overwrite")]];
  for (const [answer, word] of answers) foot.append(button(word, () => dialog.close(answer), answer === "mine" ? "second edit-hard" : ""));
  foot.append(button(said("edit.go_on"), () => dialog.close("")));
  body.append(foot);
  return closed;
}

/** @param {string} asked @param {string} word on the button @returns {Promise<boolean>} */
export async function sure(asked, word) {
  const { dialog, body, closed } = opened(asked);
  dialog.classList.add("edit-sure");
  const foot = element("p", "edit-do");
  foot.append(button(word, () => dialog.close("yes"), ""), button(said("edit.close"), () => dialog.close("")));
  body.append(foot);
  return (await closed) === "yes";
}

/** @param {import("./server.js").Server} server @param {string} now the text that is edited @param {string} zone the site's
 * @returns {Promise<string>} the text that is to be taken; empty: none */
export async function revisions(server, now, zone) {
  const { dialog, body, closed } = opened(said("edit.revisions"));
  const answer = await server.revisions();
  if (!answer.ok) body.append(element("p", "edit-hint", answer.detail));
  else if (!answer.told.revisions.length) body.append(element("p", "edit-hint", said("edit.revisions_none")));
  else body.append(element("p", "edit-hint", said("sources.zone", { zone })));
  const list = element("ol", "edit-revisions");
  const shown = element("div", "edit-shown");
  let wanted = "";
  const take = button(said("edit.bring_back"), () => dialog.close("take"), "");
  take.disabled = true;
  for (const one of answer.told?.revisions ?? []) {
    const word = said("edit.revision", { when: moment(one.at, 0, zone), who: one.who || said("edit.found") });
    const row = list.appendChild(document.createElement("li"));
    row.append(button(word, async () => {
      const read = await server.revision(one.revision);
      wanted = read.text ?? "";
      take.disabled = !read.ok || wanted === now;
      list.querySelectorAll("button").forEach((other) => other.setAttribute("aria-current", String(other.parentElement === row)));
      shown.replaceChildren(read.ok ? beside([word, wanted], [said("edit.now_here"), now]) : element("p", "edit-hint", said("edit.revision_gone")));
    })); // prettier-ignore
  }
  const foot = element("p", "edit-do");
  foot.append(take, button(said("edit.close"), () => dialog.close("")));
  body.append(list, shown, foot);
  return (await closed) === "take" ? wanted : "";
}

/** @param {[string, string]} one @param {[string, string]} other each a heading and a text */
function beside(one, other) {
  const made = element("div", "edit-beside");
  compared(one[1], other[1]).forEach((lines, side) => {
    const part = made.appendChild(element("section", ""));
    const text = element("pre", "");
    text.tabIndex = 0;
    for (const line of lines) text.append(element(line.differs ? "mark" : "span", "", line.text + "\n"));
    part.append(element("h3", "", [one, other][side][0]), text);
  });
  return made;
}

function opened(title) {
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.className = "edit-dialog";
  const heading = element("h2", "", title);
  const body = element("div", "");
  dialog.append(heading, body);
  dialog.setAttribute("aria-label", title);
  const closed = new Promise((done) => dialog.addEventListener("close", () => {
    dialog.remove();
    done(dialog.returnValue);
  })); // prettier-ignore
  dialog.showModal();
  return { dialog, body, closed };
}
