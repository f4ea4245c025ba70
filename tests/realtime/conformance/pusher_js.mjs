// The unmodified pusher-js: connects, subscribes, and prints its events as JSON.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Pusher = require("../../../node_modules/pusher-js/dist/node/pusher.js");
const { host, port, key, secret } = JSON.parse(process.argv[2]);
const print = (...what) => console.log(JSON.stringify(what));

function authorization({ socketId, channelName }, callback) {
  const channelData = JSON.stringify({ user_id: "mira" });
  const isPresence = channelName.startsWith("presence-");
  const text = `${socketId}:${channelName}${isPresence ? `:${channelData}` : ""}`;
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  const auth = `${key}:${signature}`;
  callback(null, isPresence ? { auth, channel_data: channelData } : { auth });
}

const pusher = new Pusher(key, {
  wsHost: host,
  wsPort: port,
  cluster: "mt1",
  forceTLS: false,
  enabledTransports: ["ws"],
  enableStats: false,
  channelAuthorization: { customHandler: authorization },
});

pusher.connection.bind("state_change", ({ previous, current }) => {
  if (current === "connected") print("connected");
  if (previous === "connected") print("connecting");
  if (current === "disconnected") print("disconnected");
});
if (secret) {
  for (const name of ["room", "private-room", "presence-room"]) {
    const channel = pusher.subscribe(name);
    channel.bind("pusher:subscription_succeeded", (members) => {
      print("subscribed", name, ...(name === "presence-room" ? [members.count] : []));
    });
    channel.bind("pusher:member_added", ({ id }) => print("member_added", id));
    channel.bind("pusher:member_removed", ({ id }) => print("member_removed", id));
    channel.bind("vote", (data) => print("vote", data));
  }
}
