import pytest
from django.core.exceptions import ImproperlyConfigured

from realtime.credentials import embedded_app

HOSTED = {"app_id": "42", "key": "the-key", "secret": "the-secret", "cluster": "eu"}


def test_browsers_connect_to_the_embedded_server_without_a_library(provide):
    service = provide("websocket")

    config = service.get_client_config()
    assert (config["provider"], config["key"]) == ("websocket", embedded_app().key)
    assert not service.browser_scripts
    assert service.uses_embedded_server


def test_credentials_of_a_hosted_account_may_stay_set(provide):
    service = provide("websocket", **HOSTED)

    assert service.get_client_config()["key"] == embedded_app().key
    assert service.uses_embedded_server


def test_with_a_host_it_uses_that_server(provide):
    service = provide("websocket", **HOSTED, host="live.example")

    config = service.get_client_config()
    assert (config["wsHost"], config["key"]) == ("live.example", "the-key")
    assert not service.uses_embedded_server


def test_an_encryption_key_is_refused(provide):
    with pytest.raises(ImproperlyConfigured, match=r"cannot decrypt\. Unset it") as no:
        provide("websocket", encryption_master_key="c2VjcmV0")
    assert "c2VjcmV0" not in str(no.value)
