/** What is an agent doing, in one word? The same as the server's answer (wallboard/core/doing.py). */

export const DOINGS = [
  "idle", "ringing", "engaged", "holding", "wrapup", "paused", "busy", "unreachable", "no_contact", "unknown", "offline",
]; // prettier-ignore
const AT_WORK = ["ringing", "engaged", "holding", "wrapup"]; // with a contact: the pause only shows beside it

/** A contact first, then what they set, then what the system sees. @param {*} agent */
export function doingOf(agent) {
  const seen = agent.activity || "unknown";
  if (AT_WORK.indexOf(seen) >= 0 || seen === "unreachable") return seen;
  if (agent.presence === "offline") return "offline";
  if (!agent.presence && seen === "idle") return "no_contact"; // nobody said whether they are there
  return agent.presence === "paused" ? "paused" : seen;
}
