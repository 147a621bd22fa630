/** Messages in a tile: the text and, small, how grave and how old it is. All together, or one after another. */

import { each, icon, mark, part, write } from "./dom.js";
import { pagedTexts } from "./paging.js";
import { shortened } from "./shortened.js";
import { empty } from "./tiles/queues.js";

const ICONS = { critical: "alarm", warning: "warn", good: "good", info: "info" };

/** @typedef {{id: string, level: string, text: string, when: string, name?: string, action?: string, sleeps?: boolean}} Message `name`: in its text, cut before the rest is; `action`: what to do, where there is room; `sleeps`: it is snoozed */

/** @param {Element} body */
export function mountMessages(body) {
  part(body, "ul", "messages");
}

/** @param {Element} body @param {*} tile @param {*} picture @param {Message[]} messages in their order
 * @param {string} none what to say where there are none */
export function renderMessages(body, tile, picture, messages, none) {
  const asks = messages.some((message) => !!message.action);
  const page = pagedTexts(messages, (message) => message.text, tile.fits, picture.now, picture.scrolls, asks);
  const list = part(body, "ul", "messages");
  mark(list, "fit", page.fit);
  mark(list, "alone", page.alone ? "yes" : "no");
  mark(list, "acts", page.acts ? "yes" : "no");
  each(list, "li", "notice", page.shown, (message) => message.id, (item, message) => renderMessage(item, message, textIn(message, tile.fits[page.fit], page, picture.scrolls), page.acts), true);
  empty(body, messages.length ? "" : none);
  return { level: "", sources: null, page: page.page, pages: page.pages };
}

function textIn(message, fit, page, scrolls) {
  if (scrolls || !message.name) return message.text;
  const letters = !page.alone ? fit.letters : page.acts ? fit.alone_acting : fit.alone;
  return shortened(message.text, message.name, fit.line, letters / fit.line);
}

function renderMessage(item, message, text, acts) {
  mark(item, "level", message.level);
  mark(item, "sleeps", message.sleeps ? "yes" : "no");
  icon(item, ICONS[message.level] || "info");
  const said = part(item, "div", "said");
  write(part(said, "p", "text"), text);
  if (message.action !== undefined) write(part(said, "p", "action"), acts ? message.action : "");
  write(part(said, "p", "when"), message.when);
}
