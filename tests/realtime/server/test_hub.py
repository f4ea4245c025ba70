"""What waits to be told, and in which order it is."""

from tests.realtime.server.rooms import Room, events


class WaitingRoom(Room):
    """A room that tells nothing until ``turn``."""

    def __init__(self) -> None:
        super().__init__()
        self._due = []
        self.hub._later = self._due.append

    def turn(self):
        while self._due:
            self._due.pop(0)()


def test_events_of_one_moment_share_a_write():
    room = WaitingRoom()
    tab, writes = room.connect(), []
    tab.subscribe("room")
    tab.connection.send = writes.append
    room.hub.channels["room"].add(tab.connection, None)
    for data in "123":
        room.publish("room", data=data)
    assert writes == []

    room.turn()
    assert [write.count(b'"vote"') for write in writes] == [3]


def test_who_is_left_out_of_one_event_gets_those_around_it_in_order():
    room = WaitingRoom()
    amira, jonas = room.connect(), room.connect()
    for tab in (amira, jonas):
        tab.subscribe("room")
        tab.heard()
    for data, excluded in [("1", None), ("2", amira.socket_id), ("3", None)]:
        room.publish("room", excluded, data)

    room.turn()
    assert [message["data"] for message in amira.heard()] == ["1", "3"]
    assert [message["data"] for message in jonas.heard()] == ["1", "2", "3"]


def test_who_joins_hears_nothing_from_before():
    room = WaitingRoom()
    early, late = room.connect(), room.connect()
    early.subscribe("room")
    room.publish("room")
    late.subscribe("room")

    room.turn()
    succeeded = "pusher_internal:subscription_succeeded"
    assert events(early.heard()) == [succeeded, "vote"]
    assert events(late.heard()) == [succeeded]


def test_an_answer_comes_after_what_was_published_before_it():
    room = WaitingRoom()
    tab = room.connect()
    tab.subscribe("room")
    tab.heard()
    room.publish("room")
    tab.send({"event": "pusher:ping", "data": {}})

    assert events(tab.heard()) == ["vote", "pusher:pong"]


def test_who_is_closed_while_others_are_told_does_not_change_their_order():
    room = WaitingRoom()
    slow, other = room.connect(), room.connect()

    def fall_behind(frame):
        room.hub.flush()  # As closing does, to tell what comes before.
        slow.connection.lose()

    for tab in (slow, other):
        tab.subscribe("room")
    other.subscribe("lobby")
    other.heard()
    slow.connection.send = fall_behind
    room.publish("room", data="first")
    room.publish("lobby", data="second")

    room.turn()
    assert [message["data"] for message in other.heard()] == ["first", "second"]
    assert room.hub.subscription_count("room") == 1


def test_a_connection_that_cannot_be_written_to_keeps_nothing_from_the_others(caplog):
    room = WaitingRoom()
    broken, other = room.connect(), room.connect()
    for tab in (broken, other):
        tab.subscribe("room")
    other.heard()

    def fail(frame):
        raise RuntimeError("the handler is closed")

    broken.connection.send = fail
    for data in "12":
        room.publish("room", data=data)
        room.turn()

    assert [message["data"] for message in other.heard()] == ["1", "2"]
    assert "the handler is closed" in caplog.text
