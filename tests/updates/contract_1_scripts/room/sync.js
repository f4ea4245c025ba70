/**
 * Keeps the room equal to the server's, whatever gets lost on the way.
 *
 * There is one watermark, `room.version`. The event with the next version is applied; an
 * older one is known already; one from further ahead waits a moment for those between,
 * then the state is asked for. So it is wherever events may have been missed, and every
 * few seconds while there is no live connection. An answer that is older than what events
 * have told meanwhile is dropped.
 *
 * @import {Callbacks, RealtimeClient} from "../realtime/client.js"
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 * @import {Api} from "./api.js"
 * @import {Connection, PokerEvent, Room, Ui, Value} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createSync>} Sync
 */

import { clock as systemClock } from "../realtime/clock.js";
import { watchForWaking } from "../realtime/waking.js";
import { NetworkFailure, Refusal } from "./api.js";
import { watchSight } from "./presence.js";
import { handlers, reduce } from "./reducer.js";

/** Said without asking the server: it would only refuse. */
const REMOVED = {
  code: "not-a-member",
  message: "You are no longer in this session. Its link lets you join again.",
};
const POLL_MS = 3000;
/** While live, for what no event tells: who is online, and that an event was lost. */
const QUIET_REFRESH_MS = 30_000;
/** How long events may overtake each other before one counts as lost. */
const GAP_PATIENCE_MS = 300;
/** How long the event of one's own action may be on its way. */
const ECHO_PATIENCE_MS = 1500;
const FIRST_CONNECT_PATIENCE_MS = 2000;
const RECONNECT_PATIENCE_MS = 3000;
/** Whoever reloads the page is absent for a moment, and should not blink. */
const ABSENCE_PATIENCE_MS = 5000;
/** What makes one browser of a room ask makes all of them ask; not at once, though. */
const JITTER_PER_MEMBER_MS = 20;
const LONGEST_JITTER_MS = 1000;

/**
 * @param {object} parts
 * @param {Store<Value>} parts.store
 * @param {Pick<Api, "presence" | "state">} parts.api
 * @param {Omit<Votes, "vote" | "retry">} parts.votes
 * @param {string} parts.etag of the state that the store begins with
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
  const life = new AbortController();
  /** @type {RealtimeClient | undefined} */
  let client;
  let isLive = false;
  let isReachable = true;
  /** While it may still come back, a missing connection is no news. */
  let isPatient = false;
  let endPatience = () => {};
  /** The server asked to be left alone for a while. */
  let isPaused = false;
  /** Whether this page is looked at. */
  let isAway = () => false;
  /** Who is online as the provider knows it. @type {Set<string> | null} */
  let present = null;

  /** Events that are not next, by version. @type {Map<number, PokerEvent>} */
  const ahead = new Map();
  /** Set while a gap before them may still fill. @type {(() => void) | null} */
  let stopWaiting = null;

  let isFetching = false;
  let isFetchDue = false;
  let nextFetchAt = Number.POSITIVE_INFINITY;
  let cancelFetch = () => {};

  const version = () => store.get().room.version;

  const jitter = () => {
    const { members } = store.get().room;
    const most = Math.min(members.length * JITTER_PER_MEMBER_MS, LONGEST_JITTER_MS);
    return clock.random() * most;
  };

  /** @type {Callbacks} */
  const callbacks = {
    onEvent(type, data) {
      const event = /** @type {PokerEvent} */ ({ type, data });
      // Without a version it is the provider's `refetch`, or nothing known here.
      if (!Number.isInteger(event.data?.version)) return fetchIn(jitter());
      if (event.data.version <= version()) return;
      ahead.set(event.data.version, event);
      applyReady();
    },

    onConnected() {},

    onSubscribed() {
      isLive = true;
      showConnection();
      fetchIn(jitter());
    },

    onDisconnected() {
      if (!isLive) return;
      isLive = false;
      bePatient(RECONNECT_PATIENCE_MS);
      fetchIn(POLL_MS);
    },

    onError({ kind }) {
      // Whoever was removed may not listen any more; the state's answer says so.
      if (kind === "refused") fetchIn(jitter());
    },

    onPresence(userIds) {
      const hasLost = [...(present ?? [])].some((userId) => !userIds?.has(userId));
      present = userIds;
      if (userIds === null) return;
      const { room, ui } = store.get();
      store.set({ room: withPresent(room), ui });
      // The server also knows of those who poll.
      if (hasLost) fetchIn(ABSENCE_PATIENCE_MS + jitter());
    },
  };

  function applyReady() {
    /** @type {PokerEvent[]} */
    const ready = [];
    let next = ahead.get(version() + 1);
    while (next && isComplete(next)) {
      ready.push(next);
      ahead.delete(next.data.version);
      next = ahead.get(next.data.version + 1);
    }
    if (ready.length > 0) put(reduce(store.get().room, ready), false);
    if (isOut()) {
      stop();
      show({ gone: REMOVED });
      return;
    }
    if (next || ready.some(tellsTooLittle)) fetchIn(jitter());
    const isGap = ahead.size > 0 && !next;
    if (isGap) stopWaiting ??= clock.after(GAP_PATIENCE_MS + jitter(), giveUpWaiting);
    else stopWaitingForGap();
  }

  function giveUpWaiting() {
    stopWaiting = null;
    fetchState();
  }

  function stopWaitingForGap() {
    stopWaiting?.();
    stopWaiting = null;
  }

  /**
   * Whether an event of one's own changed what no event carries: another tab laid a
   * card, and only the server may tell which.
   *
   * @param {PokerEvent} event
   */
  function tellsTooLittle({ type, data }) {
    const { userId } = store.get().room.me;
    return type === "vote" && data.userId === userId && !votes.wasSentHere();
  }

  /** Whether this page's member was removed, or left in another tab. */
  function isOut() {
    const { me, members } = store.get().room;
    return !members.some((member) => member.userId === me.userId);
  }

  /** @param {number} delayMs */
  function fetchIn(delayMs) {
    const at = clock.now() + delayMs;
    if (life.signal.aborted || isPaused || at >= nextFetchAt) return;
    cancelFetch();
    nextFetchAt = at;
    cancelFetch = clock.after(delayMs, fetchState);
  }

  async function fetchState() {
    if (life.signal.aborted || isPaused) return;
    cancelFetch();
    nextFetchAt = Number.POSITIVE_INFINITY;
    if (isFetching) {
      // The answer on its way may be older than the reason to ask.
      isFetchDue = true;
      return;
    }
    isFetching = true;
    isFetchDue = false;
    const waiting = [...ahead.keys()];
    const since = votes.acknowledged();
    const known = votes.isUnsure() ? "" : etag;
    const question = { etag: known, tab: votes.tab, seen: seen() };
    const answer = await api.state(question).catch(failed);
    isFetching = false;
    if (life.signal.aborted) return;
    if (answer !== undefined) answered(answer, since, waiting);
    showConnection();
    if (isFetchDue) fetchState();
    else fetchIn(isLive && isReachable ? QUIET_REFRESH_MS : POLL_MS);
  }

  /**
   * @param {{ room: Room, etag: string } | null} answer
   * @param {number} since
   * @param {number[]} waiting versions of the events that were waiting when it was asked
   */
  function answered(answer, since, waiting) {
    // The server is back: that is the moment to connect, not when a timer says so.
    if (!isReachable && !isLive) client?.kick();
    isReachable = true;
    if (answer && answer.room.version < version()) {
      // Events overtook it, and what it was asked for may be in none of them.
      fetchIn(jitter());
    } else if (answer) {
      etag = answer.etag;
      put(withPresent(votes.merged(answer.room, since)), true);
      if (votes.isUnsure()) fetchIn(jitter());
    }
    // A state that was asked for after an event includes it. If it seems not to, asking
    // again and again would not change that.
    for (const known of waiting) ahead.delete(known);
    for (const known of ahead.keys()) if (known <= version()) ahead.delete(known);
    applyReady();
    votes.resend().then((hasSent) => {
      if (hasSent) fetchState();
    });
  }

  /** @param {unknown} error */
  function failed(error) {
    const isRefused = error instanceof Refusal;
    if (isRefused && [403, 404].includes(error.status)) {
      stop();
      show({ gone: { code: error.code, message: error.message } });
    }
    if (isRefused || error instanceof NetworkFailure) pause(error.retryAfterMs);
    // Whoever says no is there.
    isReachable = isRefused;
    return undefined;
  }

  /** @param {number} delayMs how long the server asks to be left alone */
  function pause(delayMs) {
    if (delayMs === 0) return;
    isPaused = true;
    clock.after(delayMs, () => {
      isPaused = false;
      fetchState();
    });
  }

  /** @returns {"live" | "slow" | "hidden"} */
  function seen() {
    if (isAway()) return "hidden";
    return isLive ? "live" : "slow";
  }

  /**
   * @param {Room} room
   * @param {boolean} isFetched
   */
  function put(room, isFetched) {
    const { ui } = store.get();
    store.set({ room, ui: { ...ui, vote: votes.shownIn(room, isFetched) } });
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
  function withPresent(room) {
    const members = room.members.map((member) =>
      present?.has(member.userId) ? { ...member, isOnline: true } : member,
    );
    return { ...room, members };
  }

  /** @param {number} delayMs */
  function bePatient(delayMs) {
    isPatient = true;
    endPatience();
    // No point in time: the machine's clock may be put right meanwhile.
    endPatience = clock.after(delayMs, () => {
      isPatient = false;
      showConnection();
    });
    showConnection();
  }

  function showConnection() {
    const connection = currentConnection();
    if (life.signal.aborted || store.get().ui.connection === connection) return;
    show({ connection });
  }

  /** @returns {Connection} */
  function currentConnection() {
    if (!page.navigator.onLine) return "offline";
    if (isLive) return "live";
    if (!isReachable) return "offline";
    return isPatient ? "reconnecting" : "slow";
  }

  function stop() {
    life.abort();
    cancelFetch();
    stopWaitingForGap();
    client?.disconnect();
  }

  return {
    start() {
      const { signal } = life;
      watchForWaking({
        page,
        clock,
        signal,
        onWake() {
          client?.kick();
          fetchState();
        },
      });
      page.addEventListener("offline", showConnection, { signal });
      // If it is lost, the next question for the state says the same, or that none comes.
      /** @param {"online" | "away" | "offline"} presence */
      const tell = (presence) => void api.presence(votes.tab, presence).catch(() => {});
      ({ isAway } = watchSight({ page, clock, signal, onChange: tell }));
      // Closed, or kept for the way back, which wakes it: then it asks for the state.
      page.addEventListener("pagehide", () => tell("offline"), { signal });
      client = connect(callbacks);
      bePatient(FIRST_CONNECT_PATIENCE_MS);
      fetchIn(POLL_MS);
    },

    stop,

    /** Asks for the state now. */
    refresh: fetchState,

    /**
     * An action was accepted. Its event is on its way, unless there is nobody to bring it.
     *
     * @param {number} since the room's version before the action
     */
    acted(since) {
      if (votes.isUnsure()) return fetchState();
      if (version() > since) return;
      if (!isLive) return fetchState();
      clock.after(ECHO_PATIENCE_MS, () => {
        if (version() === since) fetchState();
      });
    },
  };
}

/**
 * Whether an event says all that the reducer needs. One that was too large to send only
 * points to the state; one of a newer server may be unknown here.
 *
 * @param {PokerEvent} event
 */
function isComplete({ type, data }) {
  return Object.hasOwn(handlers, type) && !("refetch" in data);
}
