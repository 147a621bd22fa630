/** Which rows are on the screen now? All where they fit at some size of text; else page after page. */

import { stands } from "./shortened.js";

const PAGE_MS = 10000;

/**
 * @param {*[]} items @param {number[]} fits how many rows each size of text holds, large first
 * @param {number} now ms @param {boolean} scrolls a phone: everything is shown, the page scrolls
 * @returns {{shown: *[], fit: number, page: number, pages: number}} `page` from 1
 */
export function paged(items, fits, now, scrolls) {
  const last = fits.length - 1;
  if (scrolls) return { shown: items, fit: last, page: 1, pages: 1 };
  const fit = fits.findIndex((holds) => holds >= items.length);
  if (fit >= 0) return { shown: items, fit, page: 1, pages: 1 };
  const holds = fits[last];
  const pages = Math.ceil(items.length / holds);
  const page = Math.floor(now / PAGE_MS) % pages;
  return { shown: items.slice(page * holds, (page + 1) * holds), fit: last, page: page + 1, pages };
}

/**
 * Messages: on as few pages as can be, as large as can be there; one after another where one is too long to stand
 * beside others.
 * @param {*[]} items @param {(item: *) => string} textOf
 * @param {{holds: number, letters: number, alone: number, line?: number, acting?: number, alone_acting?: number}[]} fits the last two
 * where each says on a line more what to do
 * @param {boolean} [asks] some say what to do
 * @returns {{shown: *[], fit: number, alone: boolean, acts: boolean, page: number, pages: number}} `acts`: that has room
 */
export function pagedTexts(items, textOf, fits, now, scrolls, asks) {
  const texts = items.map(textOf);
  if (scrolls) return { shown: items, fit: 0, alone: false, acts: !!asks, page: 1, pages: 1 };
  const pagesAt = fits.map(({ holds, letters, line }) => {
    const together = Math.min(holds, items.length) > 1 && texts.every((text) => stands(text, letters, line));
    return together ? Math.ceil(items.length / holds) : Infinity;
  });
  const fewest = Math.min(...pagesAt);
  const alone = fewest === Infinity;
  const acting = fits.findIndex((fit, n) => asks && pagesAt[n] === fewest && fit.acting >= Math.min(items.length, fit.holds));
  const together = acting >= 0 ? acting : pagesAt.indexOf(fewest);
  const holds = alone ? 1 : fits[together].holds;
  const pages = alone ? items.length : fewest;
  const page = Math.floor(now / PAGE_MS) % Math.max(1, pages);
  const shown = items.slice(page * holds, (page + 1) * holds);
  if (!alone) return { shown, fit: together, alone, acts: acting >= 0, page: page + 1, pages };
  const sizeOf = (room) => fits.findIndex((fit) => shown.every((item) => stands(textOf(item), fit[room], fit.line)));
  const lone = asks ? sizeOf("alone_acting") : -1;
  const roomy = lone >= 0 ? lone : sizeOf("alone");
  return { shown, fit: roomy >= 0 ? roomy : fits.length - 1, alone, acts: lone >= 0, page: page + 1, pages };
}
