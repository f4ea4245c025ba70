/**
 * Where a server of the Pusher Channels protocol is, for this page.
 *
 * @import {ClientConfig} from "./client.js"
 *
 * @param {ClientConfig} config
 * @param {{ hostname: string, port: string, protocol: string }} location the page's
 */
export function addressOf(config, location) {
  const isSecurePage = location.protocol === "https:";
  const ownPort = Number(location.port) || (isSecurePage ? 443 : 80);
  return {
    host: config.wsHost || location.hostname,
    port: config.wsPort ?? ownPort,
    securePort: config.wssPort ?? ownPort,
    isSecure: config.forceTLS ?? isSecurePage,
  };
}
