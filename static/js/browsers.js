/** Which browser says this of itself? Its name and the system's, as people call them. */

// The first that fits: nearly all of them call themselves Chrome or Safari besides.
/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|OPT)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bYaBrowser\//, "Yandex"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Headless)?(Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/\biPad\b/, "iPad"],
  [/\biPhone\b/, "iPhone"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** @param {string} told a User-Agent header @returns {string} such as "Firefox, Windows"; what is no browser as it calls itself */
export function browserOf(told) {
  const found = [BROWSERS, SYSTEMS].map((known) => known.find(([said]) => said.test(told))?.[1]);
  return found.filter(Boolean).join(", ") || told.split(/[/ ]/)[0];
}
