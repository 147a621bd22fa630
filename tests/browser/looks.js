/* What is wrong with the looks of a page (tests/browser/looks.py)? Evaluated with the selector of the wall's own words. */
(own) => {
  const found = [];
  const page = document.documentElement;
  const wall = innerWidth > 640;
  const of = (part) => ((part.closest(".tile") || {}).id || "top") + " " + (part.getAttribute("class") || part.tagName);
  if (page.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  if (wall && page.scrollHeight > innerHeight) found.push("the wall scrolls");
  for (const body of document.querySelectorAll(".tile .body, .totals, .cards"))
    if (body.scrollHeight > body.clientHeight + 2 || body.scrollWidth > body.clientWidth + 2) found.push(of(body) + " overflows");
  for (const part of document.querySelectorAll(own)) {
    if (!part.clientWidth || part.closest('.unseen, [hidden], .card[data-doing="paused"], .row .name')) continue;
    if (part.scrollWidth > part.clientWidth + 1) found.push(of(part) + " is cut: " + part.textContent.slice(0, 40));
  }
  for (const [name, beside] of wall ? [[".row .line", ".chip"], [".reason .name", ".change"]] : []) {
    for (const one of document.querySelectorAll(name)) {
      const words = one.parentElement.querySelector(beside);
      const whole = words && words.clientWidth && words.textContent.indexOf(" ") > 0 && words.scrollHeight <= words.clientHeight + 2;
      if (whole && one.scrollWidth > one.clientWidth) found.push(of(one) + " gives way to the words beside it");
    }
  }
  for (const name of wall ? [] : document.querySelectorAll(".row .name .line"))
    if (name.scrollWidth > name.clientWidth && name.clientWidth < 6 * parseFloat(getComputedStyle(name).fontSize)) found.push(of(name) + " has room for a few letters");
  for (const tile of document.querySelectorAll(".tile")) {
    for (const part of tile.querySelectorAll("." + tile.dataset.kind)) found.push(of(part) + " is called as its tile is: a rule for one catches the other");
    const box = tile.getBoundingClientRect();
    for (const part of tile.querySelectorAll(".card, .row, .source, .tile-head, .tile-foot, .heat-map")) {
      const inner = part.getBoundingClientRect();
      if (inner.right > box.right + 1 || inner.left < box.left - 1 || inner.bottom > box.bottom + 1) found.push(of(part) + " leaves its tile");
    }
  }

  for (const chart of document.querySelectorAll(".tile .chart")) {
    const [box, body] = [chart, chart.parentElement].map((one) => one.getBoundingClientRect());
    if (box.top < body.top - 1 || box.bottom > body.bottom + 1) found.push(of(chart) + " leaves its place");
    for (const part of chart.querySelectorAll(".legend, .xaxislayer-above")) {
      const inner = part.getBoundingClientRect();
      if (inner.height && (inner.top < box.top - 4 || inner.bottom > box.bottom + 4)) found.push(of(part) + " leaves its chart");
    }
    const [legend, lines] = [".legend", ".scatterlayer"].map((one) => chart.querySelector(one)).map((one) => one && one.getBoundingClientRect());
    if (legend && lines && legend.bottom > lines.top + 4) found.push(of(chart) + " has its legend over its lines");
  }
  const channels = (colour) => (colour.match(/[0-9.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = (top, below) => {
    const part = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((nth) => top[nth] * part + below[nth] * (1 - part));
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((one) => one / 255).map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => (Math.max(light(one), light(other)) + 0.05) / (Math.min(light(one), light(other)) + 0.05);
  /** Every colour that may lie behind: of a gradient each of its own. */
  const grounds = (part) => {
    const layers = [];
    for (let at = part; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const image = style.backgroundImage.match(/rgba?\([^)]*\)/g);
      if (image && !at.closest("svg")) return layers.reduceRight((below, top) => below.map((one) => over(top, one)), image.map((one) => channels(one).slice(0, 3)));
      const colour = channels(style.backgroundColor);
      if (colour.length < 4 || colour[3] > 0) layers.push(colour);
      if (colour.length < 4 || colour[3] === 1) break;
    }
    return [layers.reduceRight((below, top) => over(top, below), [255, 255, 255])];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const part = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(part) || part.closest("script, .unseen, [hidden], noscript, svg.main-svg")) continue;
    seen.add(part);
    const box = part.getBoundingClientRect();
    const style = getComputedStyle(part);
    if (!box.width || style.visibility === "hidden") continue;
    const square = part.matches(".heat-figure") ? part.previousElementSibling : null;
    const below = part instanceof SVGElement ? channels(style.fill) : channels(style.color);
    for (const ground of grounds(part)) {
      let behind = ground;
      if (square) {
        const fill = getComputedStyle(square);
        behind = over(channels(fill.fill).slice(0, 3).concat(Number(fill.fillOpacity)), ground);
      }
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const got = contrast(over(below, behind), behind);
      if (got < (large ? 3 : 4.5) - 0.01) found.push(of(part) + " has a contrast of " + got.toFixed(1) + ": " + walker.currentNode.data.trim().slice(0, 30));
    }
  }
  return Array.from(new Set(found));
}
