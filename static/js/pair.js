/**
 * How does a screen wait to be let in? It asks every two seconds what to show, for as long as it takes: codes change by
 * themselves, and no answer only means to ask again. ES2018, no module: the engines of TVs run it as it is.
 */
(function () {
  "use strict";
  const EVERY_MS = 2000;
  const AGAIN_MS = 5000; // after no answer, up to twice that: a house full of screens does not come at once
  const ANSWER_MS = 8000;
  const root = document.documentElement;

  /** @param {string} id */
  function byId(id) {
    return /** @type {*} */ (document.getElementById(id));
  }

  function ask() {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_MS);
    fetch("/pair" + location.search, { method: "POST", cache: "no-store", credentials: "same-origin", signal: late.signal })
      .then((answer) => answer.json())
      .then((found) => take(found), () => away(""))
      .then((pauseMs) => {
        clearTimeout(timer);
        setTimeout(ask, pauseMs);
      });
  }

  /** @param {*} found the answer, or a problem @returns {number} when to ask again, in ms */
  function take(found) {
    if (found.go) location.replace(found.go);
    else if (found.build && found.build !== root.getAttribute("data-build")) location.reload();
    else if (found.code || found.board) show(found);
    else return away(found.detail);
    return EVERY_MS;
  }

  function show(found) {
    byId("away").hidden = true;
    byId("pairing").hidden = !found.code;
    byId("boardless").hidden = !found.board;
    byId("revoked").hidden = !found.revoked;
    byId("name").textContent = found.name || "";
    byId("board").textContent = found.board || "";
    if (byId("code").textContent !== (found.code || "")) picture(found);
  }

  /** Both at once: what can be scanned is what can be read. */
  function picture(found) {
    byId("code").textContent = found.code || "";
    byId("qr").hidden = !found.qr;
    if (found.qr) byId("qr").src = found.qr;
  }

  /** What stands there may be too old by now, so it is not shown. @param {string} why @returns {number} */
  function away(why) {
    picture({});
    byId("pairing").hidden = true;
    byId("away").textContent = why || byId("away").getAttribute("data-silent");
    byId("away").hidden = false;
    return AGAIN_MS * (1 + Math.random());
  }

  setTimeout(ask, EVERY_MS);
})();
