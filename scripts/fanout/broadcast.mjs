// Node's `ws` with the same payload to as many screens: node broadcast.mjs PORT PAYLOAD DEFLATE. A line: {us, frames}.
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const [port, bytes, deflate] = process.argv.slice(2).map(Number);
const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: deflate ? { threshold: 0 } : false, backlog: 4096 });
const payload = (await new Promise((tell) => createInterface({ input: process.stdin }).once("line", tell))).slice(0, bytes);
let frames = 0;
setInterval(() => {
  for (const screen of server.clients) if (screen.readyState === 1) { screen.send(payload); frames += 1; }
}, 100);
process.on("SIGUSR2", () => console.log(JSON.stringify({ frames })));
console.log(JSON.stringify({ listening: true }));
