import logging

import pytest


@pytest.mark.parametrize("name", ["log", "null"])
def test_browsers_poll(provide, name):
    service = provide(name)

    assert service.get_client_config()["provider"] == name
    assert not service.browser_scripts
    assert not service.connect_sources()
    assert not service.uses_embedded_server


@pytest.mark.parametrize("name", ["log", "null"])
def test_data_that_is_not_json_raises(provide, name):
    with pytest.raises(TypeError):
        provide(name).trigger("board-1", "drawn", {"colour": object()})


def test_the_log_has_the_names_of_events_and_not_their_data(provide, caplog):
    with caplog.at_level(logging.INFO, "realtime"):
        provide("log").trigger("board-1", "drawn", {"colour": "grün"})

    assert caplog.messages == ["drawn on board-1, 18 bytes"]
