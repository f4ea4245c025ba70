/**
 * Many pages of one room, each with the product's own driver, without what they draw.
 *
 * Reads one line of JSON, {count, config, channel, address, cookie}, and writes one line
 * a message: {page, what, atMs}, where ``what`` is "connecting", "subscribed", "lost" or
 * the name of an event.
 */

import { createInterface } from "node:readline";
import { websocket } from "../../static/realtime/drivers/websocket.js";

createInterface({ input: process.stdin }).once("line", (line) => {
  const { count, config, channel, address, cookie } = JSON.parse(line);
  const { hostname, port, protocol } = new URL(address);
  for (let page = 0; page < count; page += 1) {
    const report = (what) =>
      process.stdout.write(`${JSON.stringify({ page, what, atMs: Date.now() })}\n`);
    const browser = {
      WebSocket: class extends WebSocket {
        constructor(url) {
          report("connecting");
          super(url);
          // Node.js 20 dispatches no close event for a failed connection.
          let isClosed = false;
          this.addEventListener("close", () => {
            isClosed = true;
          });
          this.addEventListener("error", () => {
            setTimeout(() => {
              const close = Object.assign(new Event("close"), { code: 1006 });
              if (!isClosed) this.dispatchEvent(close);
            });
          });
        }
      },
      fetch: (path, options) =>
        fetch(new URL(path, address), {
          ...options,
          headers: { ...options.headers, cookie },
        }),
      location: { hostname, port, protocol },
      document: { cookie },
    };
    const callbacks = {
      onEvent: ({ type }) => report(type),
      onConnected() {},
      onDisconnected: () => report("lost"),
      onError() {},
      onSubscribed: () => report("subscribed"),
      onPresence() {},
    };
    websocket({ config, channel, callbacks }, browser);
  }
});
