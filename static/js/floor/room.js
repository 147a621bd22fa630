/** Could somebody take one more contact now? As core/agents.py has it. */

const HANDLED = ["engaged", "holding", "wrapup"];

/** A free slot, nothing ringing. @param {*} row */
export function hasRoom(row) {
  const held = row.contacts, allowed = row.slots.allowed;
  if (held.some((one) => one.state === "ringing")) return false; // whatever the device says
  if (HANDLED.includes(row.activity)) return Math.max(1, held.length) < allowed;
  return ["idle", "unknown"].includes(row.activity) && held.filter((one) => one.state !== "wrapup").length < allowed;
}
