import pytest

from realtime.providers.memory import Published


def test_the_outbox_has_events_as_browsers_would_parse_them(provide):
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
def test_data_that_is_not_json_raises_with_every_provider(
    provide, provider, data, error
):
    with pytest.raises(error):
        provide(provider).trigger("board-1", "drawn", data)


def test_nobody_is_online(provide):
    assert provide("memory").online_user_ids("board-1") == frozenset()
