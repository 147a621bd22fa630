/**
 * What does a wall do where main.js does not run? An engine without modules, or too old for their syntax, shows the
 * page that the server painted and loads it anew every 15 s, as soon as the server answers. ES5, no module.
 */
(function () {
  "use strict";
  var EVERY_MS = 15000;
  var SLOW_MS = 60000; // an engine that could run main.js may only be slow
  var root = document.documentElement;
  var able = "noModule" in document.createElement("script");

  window.addEventListener("error", function (event) {
    if (event.message && !root.hasAttribute("data-living")) able = false; // a script that it cannot read
  });
  document.addEventListener("DOMContentLoaded", function () {
    if (!able) say();
    setTimeout(look, EVERY_MS);
  });

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
