/* Every text that can be seen on a wall: [tile, part, text, its size in v]. Evaluated with whether the board stands upright. */
(upright) => {
  const v = (upright ? Math.min(innerWidth, (innerHeight * 9) / 16) : Math.min(innerHeight, (innerWidth * 9) / 16)) / 100;
  const seen = (part) => {
    const box = part.getBoundingClientRect();
    if (!box.width || getComputedStyle(part).visibility === "hidden") return false;
    for (let at = part.parentElement; at; at = at.parentElement) {
      const around = at.getBoundingClientRect();
      const middle = (box.top + box.bottom) / 2;
      if (getComputedStyle(at).overflowY !== "visible" && (middle > around.bottom || middle < around.top)) return false;
    }
    return true;
  };
  const found = [];
  const walker = document.createTreeWalker(document.querySelector(".wall"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const part = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || part.closest("script, .unseen, [hidden], noscript") || !seen(part)) continue;
    const tile = (part.closest(".tile") || {}).id || "top";
    found.push([tile, part.getAttribute("class") || part.tagName, walker.currentNode.data.trim(), parseFloat(getComputedStyle(part).fontSize) / v]);
  }
  return found;
}
