"""What moves on a page although nobody asked for it? Its layout shifts, by what moved and in which tile."""

# A script of the page.
SHIFTS = """
const found = [];
const named = (from) => from.node && (from.node.nodeType === 3 ? from.node.parentNode : from.node);
const told = (node) => node && node.className + " of " + (node.closest("section, header") || {}).className;
const tell = (entries) => entries.forEach((one) => {
  found.push(...(one.sources.length ? one.sources.map((from) => told(named(from))) : [one.value]));
});
const shifts = new PerformanceObserver((list) => tell(list.getEntries()));
shifts.observe({ type: "layout-shift", buffered: true });
window.moved = async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(done));
  tell(shifts.takeRecords());
  return found.splice(0);
};
"""
MOVED = "moved()"  # since it was asked last: what the last frame moved too, however late it would be told
