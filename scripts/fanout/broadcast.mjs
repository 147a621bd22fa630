// Node's `ws`, one payload to as many screens ten times a second: node broadcast.mjs PORT DEFLATE. The payloads come as
// lines on standard input up to an empty one, and are sent in turn. A line of JSON once it listens.
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const [port, deflate] = process.argv.slice(2).map(Number);
const payloads = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (!line) break;
  payloads.push(line);
}
const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: deflate ? { threshold: 0 } : false, backlog: 4096 });
let nth = 0;
setInterval(() => {
  const payload = payloads[nth++ % payloads.length];
  for (const screen of server.clients) if (screen.readyState === 1) screen.send(payload);
}, 100);
console.log(JSON.stringify({ listening: true }));
