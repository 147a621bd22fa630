/** How does a paired screen stay one? Its cookie is renewed in use; where its board is not for it any more it goes to
 * its home, which knows what is. */

import { stays, visit } from "./orders.js";

const DAY_MS = 86400000;

/** A screen that stands on one page for years asks once a day. */
export function stayPaired() {
  setInterval(() => {
    fetch("/pair", { method: "POST", credentials: "same-origin" }).catch(() => {});
  }, DAY_MS);
}

export function goHome() {
  visit(stays("/pair", ["lang"]));
}
