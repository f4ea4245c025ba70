"""The hub's queue of frames, and the order in which it is sent."""

from tests.realtime.server.in_memory import InMemoryServer, events


class PausedServer(InMemoryServer):
    """A server that sends nothing until ``run_loop_turn``."""

    def __init__(self) -> None:
        super().__init__()
        self._due = []
        self.hub._schedule = self._due.append

    def run_loop_turn(self):
        while self._due:
            self._due.pop(0)()


def test_events_of_one_moment_share_a_write():
    server = PausedServer()
    tab, writes = server.connect(), []
    tab.subscribe("room")
    tab.connection.send = writes.append
    server.hub.channels["room"].add(tab.connection, None)
    for data in "123":
        server.publish("room", data=data)
    assert writes == []

    server.run_loop_turn()
    assert [write.count(b'"vote"') for write in writes] == [3]


def test_an_exclusion_keeps_the_order_of_the_other_events():
    server = PausedServer()
    amira, jonas = server.connect(), server.connect()
    for tab in (amira, jonas):
        tab.subscribe("room")
        tab.received()
    for data, excluded in [("1", None), ("2", amira.socket_id), ("3", None)]:
        server.publish("room", excluded, data)

    server.run_loop_turn()
    assert [message["data"] for message in amira.received()] == ["1", "3"]
    assert [message["data"] for message in jonas.received()] == ["1", "2", "3"]


def test_a_new_subscriber_receives_no_earlier_event():
    server = PausedServer()
    early, late = server.connect(), server.connect()
    early.subscribe("room")
    server.publish("room")
    late.subscribe("room")

    server.run_loop_turn()
    succeeded = "pusher_internal:subscription_succeeded"
    assert events(early.received()) == [succeeded, "vote"]
    assert events(late.received()) == [succeeded]


def test_an_answer_follows_earlier_events():
    server = PausedServer()
    tab = server.connect()
    tab.subscribe("room")
    tab.received()
    server.publish("room")
    tab.send({"event": "pusher:ping", "data": {}})

    assert events(tab.received()) == ["vote", "pusher:pong"]


def test_a_connection_closed_during_a_flush_keeps_the_order_of_others():
    server = PausedServer()
    slow, other = server.connect(), server.connect()

    def fall_behind(frame):
        server.hub.flush()  # As closing does, for the earlier events.
        slow.connection.on_disconnect()

    for tab in (slow, other):
        tab.subscribe("room")
    other.subscribe("lobby")
    other.received()
    slow.connection.send = fall_behind
    server.publish("room", data="first")
    server.publish("lobby", data="second")

    server.run_loop_turn()
    assert [message["data"] for message in other.received()] == ["first", "second"]
    assert server.hub.subscription_count("room") == 1


def test_a_failing_write_does_not_affect_other_connections(caplog):
    server = PausedServer()
    broken, other = server.connect(), server.connect()
    for tab in (broken, other):
        tab.subscribe("room")
    other.received()

    def fail(frame):
        raise RuntimeError("the handler is closed")

    broken.connection.send = fail
    for data in "12":
        server.publish("room", data=data)
        server.run_loop_turn()

    assert [message["data"] for message in other.received()] == ["1", "2"]
    assert "the handler is closed" in caplog.text
