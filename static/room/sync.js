/**
 * Keeps the room equal to the server's, even if events are lost or reordered: joins what
 * sync/ has for the events, the requests, the connection and the heartbeats.
 *
 * The state is fetched whenever something may have been missed, and every few seconds
 * without a live connection.
 *
 * @import {Callbacks, RealtimeClient} from "../realtime/client.js"
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 * @import {Api} from "./api.js"
 * @import {Departed, PageState} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Fetched} from "./sync/replica.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createSync>} Sync
 */

import { clock as systemClock } from "../realtime/clock.js";
import { watchForWaking } from "../realtime/waking.js";
import { NetworkFailure, Refusal } from "./answers.js";
import { createPresence } from "./presence.js";
import { show } from "./state.js";
import { createConnection } from "./sync/connection.js";
import { departureIn } from "./sync/departure.js";
import { createFetching, jitterMs } from "./sync/fetching.js";
import { createReplica } from "./sync/replica.js";

const POLL_MS = 3000;
/** How long the event of one's own action may take. */
const ECHO_TIMEOUT_MS = 1500;
/** A member who reloads the page is absent for a moment. */
const ABSENCE_GRACE_MS = 5000;

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Pick<Api, "presence" | "state">} parts.api
 * @param {Omit<Votes, "vote" | "retry">} parts.votes
 * @param {string} parts.etag of the store's initial state
 * @param {number} parts.contract the page's
 * @param {(callbacks: Omit<Callbacks, "onConnected">) => RealtimeClient} parts.connect
 * @param {Page & { navigator: { onLine: boolean } }} [parts.page]
 * @param {Clock} [parts.clock]
 */
export function createSync({
  store,
  api,
  votes,
  etag,
  contract,
  connect,
  page = window,
  clock = systemClock,
}) {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  /** @type {RealtimeClient | undefined} */
  let client;
  /** Who is connected, as far as the provider knows. @type {Set<string> | null} */
  let connectedIds = null;

  const jitter = () => jitterMs(store.get().room.members.length, clock);
  const fetchSoon = () => fetching.within(jitter());

  const connection = createConnection({
    hasNetwork: () => page.navigator.onLine,
    clock,
    onChange(shown) {
      if (signal.aborted) return;
      show(store, shown);
      if (shown.connection === "live" || shown.connection === "slow") presence.update();
    },
  });
  const presence = createPresence({
    page,
    clock,
    signal,
    isLive: connection.isLive,
    send: (status) => api.presence(votes.tab, status),
    onAnswer(current) {
      if (!votes.isWaiting()) answered();
      if (!replica.has(current)) fetchSoon();
    },
    onFailure(error) {
      failed(error);
      fetching.within(POLL_MS);
    },
  });
  const fetching = createFetching({
    request: () => replica.request(api.state),
    onAnswer: stateFetched,
    onFailure: failed,
    // Events and heartbeats are enough.
    intervalMs: () =>
      connection.isLive() && connection.isReachable()
        ? Number.POSITIVE_INFINITY
        : POLL_MS,
    clock,
    signal,
  });
  const replica = createReplica({
    store,
    votes,
    etag,
    contract,
    fetchSoon,
    fetchNow: fetching.now,
    onDeparted: depart,
    jitterMs: jitter,
    clock,
  });

  /** @type {Omit<Callbacks, "onConnected">} */
  const callbacks = {
    onEvent: replica.told,

    onSubscribed() {
      connection.subscribed();
      fetchSoon();
    },

    onDisconnected() {
      if (!connection.isLive()) return;
      connection.disconnected();
      fetching.within(POLL_MS);
    },

    onError({ kind }) {
      // A removed member may not subscribe any more; the state's answer tells.
      if (kind === "refused") fetchSoon();
    },

    onPresence(userIds) {
      const isSomebodyLost = [...(connectedIds ?? [])].some(
        (userId) => !userIds?.has(userId),
      );
      connectedIds = userIds;
      // Only the server knows whether they have another page, or still poll.
      if (userIds && isSomebodyLost) fetching.within(ABSENCE_GRACE_MS + jitter());
    },
  };

  /** @param {Fetched} fetched */
  function stateFetched(fetched) {
    replica.fetched(fetched);
    if (!signal.aborted) sendWaiting();
  }

  /** Whether the server is reachable is known once it takes the vote that waits, too. */
  async function sendWaiting() {
    if (!votes.isWaiting()) return answered();
    const failure = await votes.resend();
    if (signal.aborted) return;
    if (failure) return failed(failure);
    answered();
    fetching.now();
  }

  function answered() {
    // The server is back, so reconnect now instead of when a timer runs out.
    if (!connection.isReachable() && !connection.isLive()) client?.kick();
    connection.answered();
  }

  /** @param {unknown} error */
  function failed(error) {
    noteFailure(error);
    fetching.pause(/** @type {Refusal | NetworkFailure} */ (error).retryAfterMs);
  }

  /** @param {unknown} error */
  function noteFailure(error) {
    if (!(error instanceof Refusal || error instanceof NetworkFailure)) throw error;
    const departed = departureIn(error);
    if (departed) depart(departed);
    else if (error instanceof NetworkFailure) connection.failed(error.obstacle);
    // A server that refuses is reachable.
    else answered();
  }

  /** @param {Departed} departed */
  function depart(departed) {
    stop();
    show(store, { departed });
  }

  function stop() {
    lifetime.abort();
    replica.stop();
    client?.disconnect();
  }

  return {
    start() {
      watchForWaking({
        page,
        clock,
        signal,
        onWake() {
          client?.kick();
          fetching.now();
          presence.tell();
        },
      });
      page.addEventListener("offline", connection.networkChanged, { signal });
      presence.start();
      client = connect(callbacks);
      connection.connecting();
      fetching.within(POLL_MS);
    },

    stop,

    /** Fetches the state now. */
    refresh: fetching.now,

    /**
     * A command was accepted. Its event follows, unless there is no live connection.
     *
     * @param {number} since the room's version before the command
     */
    accepted(since) {
      if (votes.needsFullState()) return fetching.now();
      const hasHeard = () => store.get().room.version > since;
      if (hasHeard()) return;
      if (!connection.isLive()) return fetching.now();
      clock.after(ECHO_TIMEOUT_MS, () => {
        if (!hasHeard()) fetching.now();
      });
    },

    /**
     * A command failed. The page may be out of date, or the command may have succeeded
     * after all.
     *
     * @param {Refusal | NetworkFailure} failure
     */
    failed(failure) {
      // A command that came too often is no reason to stop fetching.
      if (failure instanceof Refusal) noteFailure(failure);
      else failed(failure);
      fetching.now();
    },
  };
}
