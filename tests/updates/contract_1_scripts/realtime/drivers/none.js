/** @import {RealtimeClient} from "../client.js" */

/**
 * Never connects, for providers that reach no browser.
 *
 * @returns {RealtimeClient}
 */
export function none() {
  return { disconnect() {}, kick() {} };
}
