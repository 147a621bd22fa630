/**
 * When does main.js begin, and what does a wall do where it does not run? An engine without modules, or too old for
 * their syntax, shows the page that the server painted and loads it anew every 15 s, as soon as the server answers.
 * ES5, no module.
 */
(function () {
  "use strict";
  var EVERY_MS = 15000;
  var PAINT_MS = 300; // at most, for the first picture
  var SLOW_MS = 60000; // an engine that could run main.js may only be slow
  var root = document.documentElement;
  var able = "noModule" in document.createElement("script");
  var modules = document.currentScript.getAttribute("data-modules").split(" ");

  window.addEventListener("error", function (event) {
    if (event.message && !root.hasAttribute("data-living")) able = false; // a script that it cannot read
  });
  document.addEventListener("DOMContentLoaded", function () {
    if (able) begin();
    else say();
    setTimeout(look, EVERY_MS);
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
      add("script", { type: "module", src: "/static/js/main.js" });
    }
    setTimeout(now, PAINT_MS); // where nothing is painted, as in a tab behind others
    requestAnimationFrame(function () {
      setTimeout(now, 0);
    });
  }

  function add(tag, attributes) {
    var made = document.createElement(tag);
    for (var name in attributes) made.setAttribute(name, attributes[name]);
    document.head.appendChild(made);
  }

  function look() {
    if (root.hasAttribute("data-living")) return;
    if (able) {
      able = false;
      setTimeout(look, SLOW_MS - EVERY_MS);
      return;
    }
    say();
    var asked = new XMLHttpRequest();
    asked.open("GET", location.href);
    asked.onload = function () {
      if (asked.status === 200) location.reload();
      else setTimeout(look, EVERY_MS);
    };
    asked.onerror = function () {
      setTimeout(look, EVERY_MS);
    };
    asked.send();
  }

  function say() {
    var line = document.querySelector(".connection");
    line.querySelector(".word").textContent = line.getAttribute("data-plain");
  }
})();
