import logging

import pytest


@pytest.mark.parametrize("name", ["log", "null"])
def test_browsers_are_told_that_nothing_will_come(provide, name):
    service = provide(name)

    assert service.get_client_config()["provider"] == name
    assert not service.browser_scripts
    assert not service.connect_sources()
    assert not service.uses_embedded_server


@pytest.mark.parametrize("name", ["log", "null"])
def test_what_json_cannot_carry_is_refused_as_by_the_others(provide, name):
    with pytest.raises(TypeError):
        provide(name).trigger("board-1", "drawn", {"colour": object()})


def test_the_log_names_events_and_never_tells_what_is_in_them(provide, caplog):
    with caplog.at_level(logging.INFO, "realtime"):
        provide("log").trigger("board-1", "drawn", {"colour": "grün"})

    assert caplog.messages == ["drawn on board-1, 18 bytes"]
