/** @import {RealtimeClient} from "../client.js" */

/**
 * Never connects: for providers without live updates.
 *
 * @returns {RealtimeClient}
 */
export function none() {
  return { disconnect() {}, kick() {} };
}
