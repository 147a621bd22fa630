/** Which rows are on the screen now? All where they fit at some size of text; else page after page. */

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
