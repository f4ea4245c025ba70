/**
 * Keeps the room equal to the server's, even if events are lost or reordered.
 *
 * `room.version` says which events are applied. The next one is applied at once, an older
 * one is ignored, and one from further ahead waits briefly for those between before the
 * state is fetched. The state is also fetched whenever events may have been missed, and
 * every few seconds without a live connection. An answer older than the applied events is
 * dropped.
 *
 * @import {Callbacks, RealtimeClient} from "../realtime/client.js"
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 * @import {Api} from "./api.js"
 * @import {PageState, PokerEvent, Room, Ui} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Pending} from "./sync/order.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createSync>} Sync
 *
 * @typedef {object} Fetched
 * @property {{ room: Room, etag: string } | null} answer null if nothing has changed
 * @property {number} since what `votes.acknowledged` was at the request
 * @property {Pending} pendingAtRequest
 */

import { clock as systemClock } from "../realtime/clock.js";
import { watchForWaking } from "../realtime/waking.js";
import { Refusal } from "./api.js";
import { watchVisibility } from "./presence.js";
import { reduce } from "./reducer.js";
import { createConnection } from "./sync/connection.js";
import { createFetching, jitterMs } from "./sync/fetching.js";
import { takeReady, withEvent, withoutIncluded } from "./sync/order.js";

/** Shown without asking the server, which would only refuse. */
const REMOVED = {
  code: "not-a-member",
  message: "You are no longer in this session. You can rejoin with its link.",
};
const POLL_MS = 3000;
/** While live: for what no event carries (who is online), and for lost events. */
const LIVE_REFRESH_MS = 30_000;
/** How long a missing event may be late before it counts as lost. */
const GAP_TIMEOUT_MS = 300;
/** How long the event of one's own action may take. */
const ECHO_TIMEOUT_MS = 1500;
/** A member who reloads the page is absent for a moment, and stays shown as online. */
const ABSENCE_GRACE_MS = 5000;

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Pick<Api, "presence" | "state">} parts.api
 * @param {Omit<Votes, "vote" | "retry">} parts.votes
 * @param {string} parts.etag of the store's initial state
 * @param {(callbacks: Callbacks) => RealtimeClient} parts.connect
 * @param {Page & { navigator: { onLine: boolean } }} [parts.page]
 * @param {Clock} [parts.clock]
 */
export function createSync({
  store,
  api,
  votes,
  etag,
  connect,
  page = window,
  clock = systemClock,
}) {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  /** @type {RealtimeClient | undefined} */
  let client;
  let isAway = () => false;
  /** Who is online, as far as the provider knows. @type {Set<string> | null} */
  let onlineIds = null;
  /** @type {Pending} */
  let pending = new Map();
  /** Set while a gap may still close. @type {(() => void) | null} */
  let cancelGapTimeout = null;

  const connection = createConnection({
    hasNetwork: () => page.navigator.onLine,
    clock,
    onChange(next) {
      if (!signal.aborted) show({ connection: next });
    },
  });
  const fetching = createFetching({
    request: fetchState,
    onAnswer: stateFetched,
    onFailure: fetchFailed,
    intervalMs: () =>
      connection.isLive() && connection.isReachable() ? LIVE_REFRESH_MS : POLL_MS,
    clock,
    signal,
  });

  const version = () => store.get().room.version;
  const jitter = () => jitterMs(store.get().room.members.length, clock);
  const fetchSoon = () => fetching.within(jitter());

  /** @type {Callbacks} */
  const callbacks = {
    onEvent(type, data) {
      const event = /** @type {PokerEvent} */ ({ type, data });
      // Without a version it is the provider's `refetch`, or unknown here.
      if (!Number.isInteger(event.data?.version)) return fetchSoon();
      if (event.data.version <= version()) return;
      pending = withEvent(pending, event);
      applyReady();
    },

    onConnected() {},

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
      const someoneLeft = [...(onlineIds ?? [])].some(
        (userId) => !userIds?.has(userId),
      );
      onlineIds = userIds;
      if (userIds === null) return;
      const { room, ui } = store.get();
      store.set({ room: withOnline(room), ui });
      // Only the server knows whether they still poll.
      if (someoneLeft) fetching.within(ABSENCE_GRACE_MS + jitter());
    },
  };

  function applyReady() {
    const { ready, rest, isIncomplete, hasGap } = takeReady(pending, version());
    pending = rest;
    if (ready.length > 0) setRoom(reduce(store.get().room, ready), false);
    if (isRemoved()) {
      stop();
      show({ departed: REMOVED });
      return;
    }
    if (isIncomplete || ready.some(needsRefetch)) fetchSoon();
    if (!hasGap) return clearGapTimeout();
    cancelGapTimeout ??= clock.after(GAP_TIMEOUT_MS + jitter(), () => {
      cancelGapTimeout = null;
      fetching.now();
    });
  }

  function clearGapTimeout() {
    cancelGapTimeout?.();
    cancelGapTimeout = null;
  }

  /**
   * Whether an event means that this member voted in another tab: no event carries the
   * card.
   *
   * @param {PokerEvent} event
   */
  function needsRefetch({ type, data }) {
    const { userId } = store.get().room.me;
    return type === "vote" && data.userId === userId && !votes.consumeEcho();
  }

  /** Whether this page's member was removed, or left in another tab. */
  function isRemoved() {
    const { me, members } = store.get().room;
    return !members.some((member) => member.userId === me.userId);
  }

  /** @returns {Promise<Fetched>} */
  async function fetchState() {
    const since = votes.acknowledged();
    const pendingAtRequest = pending;
    const known = votes.needsFullState() ? "" : etag;
    const answer = await api.state({ etag: known, tab: votes.tab, seen: seen() });
    return { answer, since, pendingAtRequest };
  }

  /** @param {Fetched} fetched */
  function stateFetched({ answer, since, pendingAtRequest }) {
    // The server is back, so reconnect now instead of when a timer runs out.
    if (!connection.isReachable() && !connection.isLive()) client?.kick();
    connection.requested(true);
    if (answer && answer.room.version < version()) {
      // Events overtook it, and may not carry what it was requested for.
      fetchSoon();
    } else if (answer) {
      etag = answer.etag;
      setRoom(withOnline(votes.merged(answer.room, since)), true);
      if (votes.needsFullState()) fetchSoon();
    }
    pending = withoutIncluded(pending, version(), pendingAtRequest);
    applyReady();
    votes.resend().then((wasAnswered) => {
      if (wasAnswered) fetching.now();
    });
  }

  /** @param {unknown} error */
  function fetchFailed(error) {
    const isRefused = error instanceof Refusal;
    if (isRefused && [403, 404].includes(error.status)) {
      stop();
      show({ departed: { code: error.code, message: error.message } });
    }
    // A server that refuses is reachable.
    connection.requested(isRefused);
  }

  /** @returns {"live" | "slow" | "hidden"} */
  function seen() {
    if (isAway()) return "hidden";
    return connection.isLive() ? "live" : "slow";
  }

  /**
   * @param {Room} room
   * @param {boolean} isFetched
   */
  function setRoom(room, isFetched) {
    const { ui } = store.get();
    store.set({ room, ui: { ...ui, vote: votes.displayedIn(room, isFetched) } });
  }

  /** @param {Partial<Ui>} changes */
  function show(changes) {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, ...changes } });
  }

  /**
   * @param {Room} room
   * @returns {Room}
   */
  function withOnline(room) {
    const members = room.members.map((member) =>
      onlineIds?.has(member.userId) ? { ...member, isOnline: true } : member,
    );
    return { ...room, members };
  }

  function stop() {
    lifetime.abort();
    clearGapTimeout();
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
        },
      });
      page.addEventListener("offline", connection.networkChanged, { signal });
      // If it is lost, the next request for the state reports the same, or stays away.
      /** @param {"online" | "away" | "offline"} presence */
      const report = (presence) =>
        void api.presence(votes.tab, presence).catch(() => {});
      ({ isAway } = watchVisibility({ page, clock, signal, onChange: report }));
      // Closed, or cached. A page that is restored from the cache fetches the state.
      page.addEventListener("pagehide", () => report("offline"), { signal });
      client = connect(callbacks);
      connection.connecting();
      fetching.within(POLL_MS);
    },

    stop,

    /** Fetches the state now. */
    refresh: fetching.now,

    /**
     * An action was accepted. Its event follows, unless there is no live connection.
     *
     * @param {number} since the room's version before the action
     */
    actionAccepted(since) {
      if (votes.needsFullState()) return fetching.now();
      if (version() > since) return;
      if (!connection.isLive()) return fetching.now();
      clock.after(ECHO_TIMEOUT_MS, () => {
        if (version() === since) fetching.now();
      });
    },
  };
}
