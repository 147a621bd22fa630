/**
 * Who gives out the wall's page when no server does? A service worker for /board/ID, and for /pair, where a paired
 * screen begins: that leads to the board which it showed last. The server is always asked first; what kept.js kept is
 * given out only where nobody answers, page and files of one build together. Anything else (the API, other pages, files
 * of a page that the server gave) it leaves to the browser.
 */
"use strict";

const WAIT_MS = 8000; // for a server that took the request and is silent
const MOST = 100;
const HOME = "/pair";
const PAGE = /^\/board\/[^/]+$/;
const FILE = /^\/static\/|^\/board\/[^/]+\/layout\.css$/;
const given = new Set(); // the clients whose page came from here

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(address.pathname)) event.respondWith(page(event));
  else if (event.request.mode === "navigate" && address.pathname === HOME) event.respondWith(home(event.request));
  else if (given.has(event.clientId) && FILE.test(address.pathname)) event.respondWith(file(event.request));
});

async function page(event) {
  const { asked, answer, well } = await ask(event.request);
  if (well) return answer;
  const kept = (await caches.match(event.request)) || (await caches.match(event.request, { ignoreSearch: true }));
  if (!kept) return answer || asked;
  if (given.size >= MOST) given.clear();
  given.add(event.resultingClientId);
  const text = await kept.text();
  return new Response(text.replace("<html ", '<html data-kept="yes" '), { headers: kept.headers });
}

async function home(request) {
  const { asked, answer, well } = await ask(request);
  if (well) return answer;
  const last = await lastPage();
  return last ? Response.redirect(last) : answer || asked;
}

/** `asked`: what comes in the end; `answer`: what came in time, null where nothing did. */
async function ask(request) {
  const asked = fetch(request);
  const answer = await Promise.race([asked.catch(() => null), pause(WAIT_MS)]);
  return { asked, answer, well: answer && answer.status < 500 };
}

/** The one that was kept last; "" where none is. */
async function lastPage() {
  const all = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  const pages = [].concat(...all).filter((one) => PAGE.test(new URL(one.url).pathname));
  return pages.length ? pages[pages.length - 1].url : "";
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

function pause(ms) {
  return new Promise((go) => setTimeout(go, ms, null));
}
