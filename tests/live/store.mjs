// The browser's own store (static/js/store.js), driven by lines: [screen, message] in, [outcome, seq, board, state] out.
import { createInterface } from "node:readline";
import { Store } from "../../static/js/store.js";

const stores = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [screen, message] = JSON.parse(line);
  if (!stores.has(screen)) stores.set(screen, new Store());
  const store = stores.get(screen);
  const outcome = store.receive(message, 0);
  process.stdout.write(JSON.stringify([outcome, store.seq, store.board, store.state]) + "\n");
}
