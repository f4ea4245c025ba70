import pytest

from realtime.providers.memory import Published


def test_the_outbox_has_what_a_browser_would_have_read(provide):
    service = provide("memory")
    data = {"lines": (1, 2), "colour": None}
    service.trigger("board-1", "drawn", data)
    data["colour"] = "red"

    assert service.outbox == [
        Published("board-1", "drawn", {"lines": [1, 2], "colour": None})
    ]


@pytest.mark.parametrize("provider", ["memory", "pusher"])
@pytest.mark.parametrize(
    ("data", "error"),
    [({"line": {1, 2}}, TypeError), ({"mean": float("nan")}, ValueError)],
)
def test_what_json_cannot_carry_is_refused_by_every_provider(
    provide, provider, data, error
):
    with pytest.raises(error):
        provide(provider).trigger("board-1", "drawn", data)


def test_nobody_is_online(provide):
    assert provide("memory").online_user_ids("board-1") == frozenset()
