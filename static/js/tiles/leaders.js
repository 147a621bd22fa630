/** Who has most of something good. Never who has least: a few names, where the board's audience may see a ranking. */

import { each, mark, part, write } from "../dom.js";
import { figure } from "../format.js";
import { agentsOf } from "../select.js";
import { collated, say } from "../words.js";
import { title as metricTitle } from "./number.js";
import { empty } from "./queues.js";

const LEADERS = 5;
const LEAST = 5; // marks of which a mean, contacts of which a percentage says something
const TAGS = "tags.";

export function title(tile) {
  return say("kind.leaders") + ": " + metricTitle(tile);
}

export function mount(body) {
  part(body, "ol", "leaders-list");
}

export function render(body, tile, picture) {
  const found = leaders(tile, picture.state.agents);
  const ranks = found.map((one) => one.rank);
  const wanted = Math.min(found.length, LEADERS);
  const roomy = tile.fits.findIndex((holds) => holds >= wanted);
  const fit = roomy < 0 ? tile.fits.length - 1 : roomy;
  const list = part(body, "ol", "leaders-list");
  mark(list, "fit", fit);
  each(list, "li", "leader", found.slice(0, Math.min(wanted, tile.fits[fit])), (one) => one.id, (item, one) => {
    const shown = figure(valueOf(tile, one.agent), tile.reads, picture.now);
    write(part(item, "span", "place"), ranks.indexOf(one.rank) + 1);
    write(part(item, "bdi", "name"), one.name || say("absent"));
    write(part(item, "b", "score"), shown.text + shown.unit);
  });
  empty(body, found.length ? "" : say("leaders.none"));
  return { level: "", sources: [].concat.apply([], found.map((one) => one.agent.sources || [])) };
}

/** The first one first. */
export function leaders(tile, agents) {
  return agentsOf(tile, agents)
    .map(([id, agent]) => ({ id, agent, name: agent.name || "", rank: rankedBy(tile, agent) }))
    .filter((one) => one.rank > 0)
    .sort((one, other) => other.rank - one.rank || collated(one.name, other.name) || (one.id < other.id ? -1 : 1));
}

/** 0 where it is not known, a mean of too few marks or a percentage of too few. Of a mean mark the share of what it is
 * out of: people may be marked by different scales. */
function rankedBy(tile, agent) {
  const figures = agent[tile.window] || {};
  if ((figures.n || {})[tile.metric] < LEAST) return 0;
  if (tile.metric !== "rating_avg") return valueOf(tile, agent);
  return figures.rating_best && figures.rated >= LEAST ? valueOf(tile, agent) / figures.rating_best : 0;
}

function valueOf(tile, agent) {
  if (tile.metric.indexOf(TAGS) === 0) return (agent.tags || {})[tile.metric.slice(TAGS.length)] || 0;
  return (agent[tile.window] || {})[tile.metric] || 0;
}
