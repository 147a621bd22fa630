/**
 * When does main.js begin, and what does a wall do where it does not run? It stands in the page itself (web/inline.py),
 * so it is there though the server stops in the very second in which it gave the page out.
 *
 * An engine without modules, or too old for their syntax, loads the page anew every 15 s; one whose scripts did not come
 * as soon as the server answers again. What is shown for 12 s without main.js is old, and says so and whose fault it is.
 * ES5, no module.
 */
(function () {
  "use strict";
  var EVERY_MS = 15000;
  var LATE_MS = 12000; // three missed beats, as freshness.js has it
  var ANSWER_MS = 2500; // a server that takes longer does not answer; with LATE_MS within 15 s
  var AGAIN_MS = 5000; // from one try to the next while the server is away, more or less
  var PAINT_MS = 300; // at most, for the first picture
  var SLOW_MS = 60000; // an engine that could run main.js may only be slow
  var began = performance.now();
  var root = document.documentElement;
  var able = "noModule" in document.createElement("script");
  var away = false; // the server, when it was asked last
  var timer = 0;
  var modules = document.currentScript.getAttribute("data-modules").split(" ");

  window.addEventListener("error", function (event) {
    if (event.message && !living()) able = false; // a script that it cannot read
  });
  document.addEventListener("DOMContentLoaded", function () {
    if (able) begin();
    tell();
    soon(LATE_MS - ANSWER_MS);
    setTimeout(tell, LATE_MS);
  });

  /** Once the numbers that the server painted are on the screen: fifty scripts at once would keep them from it. */
  function begin() {
    var begun = false;
    function now() {
      if (begun) return;
      begun = true;
      modules.forEach(function (name) {
        add("link", { rel: "modulepreload", href: "/static/js/" + name });
      });
      add("script", { type: "module", src: "/static/js/main.js" }).addEventListener("error", function () {
        able = false; // it did not come, or one of its modules: the server went
        look();
      });
    }
    setTimeout(now, PAINT_MS); // where nothing is painted, as in a tab behind others
    requestAnimationFrame(function () {
      setTimeout(now, 0);
    });
  }

  function add(tag, attributes) {
    var made = document.createElement(tag);
    for (var name in attributes) made.setAttribute(name, attributes[name]);
    return document.head.appendChild(made);
  }

  function soon(ms) {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }

  /** Is the server there? */
  function look() {
    if (living()) return;
    var asked = new XMLHttpRequest();
    asked.open("GET", location.href);
    asked.timeout = ANSWER_MS;
    asked.onload = function () {
      answered(asked.status === 200);
    };
    asked.onerror = asked.ontimeout = function () {
      answered(false);
    };
    asked.send();
  }

  /** Its page is loaded anew right after it answered, never on trust: the wall would be blank. */
  function answered(well) {
    var passed = since();
    var back = away && well;
    if (living()) return;
    if (back || (well && passed >= (able ? SLOW_MS : EVERY_MS))) location.reload();
    away = !well;
    tell();
    if (away) soon(AGAIN_MS * (0.5 + Math.random()));
    else soon(passed < EVERY_MS ? EVERY_MS - passed : EVERY_MS);
  }

  function since() {
    return performance.now() - began;
  }

  function living() {
    return root.hasAttribute("data-living");
  }

  /** What is known of the whole, as top.js and board.js would say it. */
  function tell() {
    var line = document.querySelector(".connection");
    var old = since() >= LATE_MS && (away || able);
    if (living() || (able && !old)) return;
    line.querySelector(".word").textContent = line.getAttribute(old ? (away ? "data-away" : "data-slow") : "data-plain");
    if (!old) return;
    line.setAttribute("data-level", "alarm");
    Array.prototype.forEach.call(document.querySelectorAll(".tile"), function (tile) {
      tile.setAttribute("data-stale", "yes");
      tile.setAttribute("data-level", "");
      tile.querySelector(".tile-foot .level .word").textContent = "";
      tile.querySelector(".tile-foot .age").textContent = line.getAttribute("data-since");
    });
  }
})();
