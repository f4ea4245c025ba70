import base64
import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from nacl.secret import SecretBox

from realtime.credentials import embedded_app
from realtime.events import ChannelMember
from tests.realtime.server import running
from tests.realtime.server.running import Client, RunningServer

ACCOUNT = {"app_id": "42", "key": "the-key", "secret": "the-secret"}
OWN = {**ACCOUNT, "host": "soketi", "port": "6001", "scheme": "http"}


def is_signed(request, secret):
    """Pusher docs, HTTP API, authentication."""
    url = urlsplit(request.url)
    parameters = dict(parse_qsl(url.query))
    signature = parameters.pop("auth_signature")
    query = "&".join(f"{key}={value}" for key, value in sorted(parameters.items()))
    text = f"{request.method}\n{url.path}\n{query}"
    return (
        parameters["body_md5"] == hashlib.md5(request.body).hexdigest()
        and signature == hmac.digest(secret.encode(), text.encode(), "sha256").hex()
    )


def trigger(service, *names):
    """Publish events, and wait until they have been sent."""
    for name in names or ["drawn"]:
        service.trigger("board-1", name, {"colour": "grün"})
    service.close()


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, "https://api-us2.pusher.com/apps/42/events"),
        ({"cluster": "eu"}, "https://api-eu.pusher.com/apps/42/events"),
        # Unused without a host, but set by common .env templates.
        (
            {"port": "443", "scheme": "https"},
            "https://api-us2.pusher.com/apps/42/events",
        ),
        ({"host": "live.example"}, "https://live.example/apps/42/events"),
        ({"host": "[::1]", "scheme": "http"}, "http://[::1]/apps/42/events"),
        (OWN, "http://soketi:6001/apps/42/events"),
        ({**OWN, "public_host": "live.example"}, "http://soketi:6001/apps/42/events"),
    ],
)
def test_the_request_has_the_right_url_and_signature(
    provide, network, options, address
):
    trigger(provide(**{**ACCOUNT, **options}))

    [request] = network.requests
    expected, asked = urlsplit(address), urlsplit(request.url)
    default_port = {"http": 80, "https": 443}[expected.scheme]
    assert (asked.scheme, asked.hostname) == (expected.scheme, expected.hostname)
    assert (asked.port or default_port) == (expected.port or default_port)
    assert asked.path == expected.path
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"
    body = json.loads(request.body)
    assert json.loads(body.pop("data")) == {"colour": "grün"}
    assert body == {"name": "drawn", "channels": ["private-board-1"]}
    assert is_signed(request, "the-secret")
    assert not is_signed(request, "another secret")


def events_in(requests):
    """What left, in its order, alone or in batches: (channel, name) each."""
    for request in requests:
        body = json.loads(request.body)
        for event in body.get("batch", [body]):
            [channel] = event.get("channels") or [event["channel"]]
            yield channel, event["name"]


def test_events_are_sent_in_order_with_a_short_timeout(provide, network):
    names = [f"event-{number}" for number in range(25)]
    trigger(provide(**ACCOUNT), *names)

    assert list(events_in(network.requests)) == [
        ("private-board-1", name) for name in names
    ]
    assert len(network.requests) < len(names)
    assert all(is_signed(request, "the-secret") for request in network.requests)
    assert {options["timeout"] for options in network.options} == {2}


def test_certificates_are_checked_with_the_machines_ca_bundle(
    provide, network, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/our/own/authority.pem")
    trigger(provide(**ACCOUNT))

    assert network.options[0]["verify"] == "/our/own/authority.pem"


def test_a_dropped_connection_is_retried_once(provide, network, caplog):
    network.answers = [requests.ConnectionError("Connection aborted.")]
    trigger(provide(**ACCOUNT))

    assert len(network.requests) == 2
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("answers", "requests_made", "reason"),
    [
        ([(401, b"Unknown auth_key")], 1, "PusherBadAuth: Unknown auth_key"),
        ([(413, b"Too large")], 1, "PusherBadStatus: 413: Too large"),
        ([(503, b"")], 1, "PusherBadStatus: 503:"),
        ([(301, b"Moved")], 1, "PusherBadStatus: 301: Moved"),
        ([(200, b"<html>")], 1, "JSONDecodeError"),
        ([requests.ReadTimeout("timed out")], 1, "ReadTimeout: timed out"),
        ([requests.ConnectTimeout("timed out")], 1, "ConnectTimeout: timed out"),
        ([requests.ConnectionError("refused")] * 2, 2, "ConnectionError: refused"),
    ],
)
def test_a_failure_is_logged_and_followed_by_a_refetch(
    provide, network, caplog, answers, requests_made, reason
):
    network.answers = list(answers)
    trigger(provide(**ACCOUNT), "first")

    assert list(events_in(network.requests)) == [
        *[("private-board-1", "first")] * requests_made,
        ("private-board-1", "refetch"),
    ]
    [message] = caplog.messages
    assert message.startswith(f"first on board-1 was not delivered: {reason}")
    assert "the-secret" not in caplog.text


@pytest.mark.parametrize(
    ("options", "cluster", "host", "port", "tls", "source"),
    [
        (ACCOUNT, "us2", "ws-us2.pusher.com", 443, True, "wss://ws-us2.pusher.com"),
        (
            {**ACCOUNT, "cluster": "eu"},
            "eu",
            "ws-eu.pusher.com",
            443,
            True,
            "wss://ws-eu.pusher.com",
        ),
        (OWN, "", "soketi", 6001, False, "ws://soketi:6001"),
        (
            {**OWN, "public_host": "live.example"},
            "",
            "live.example",
            6001,
            False,
            "ws://live.example:6001",
        ),
        (
            {**OWN, "public_host": "live.example", "public_scheme": "https"},
            "",
            "live.example",
            443,
            True,
            "wss://live.example",
        ),
        (
            {**OWN, "public_port": "8443", "public_scheme": "https"},
            "",
            "soketi",
            8443,
            True,
            "wss://soketi:8443",
        ),
    ],
)
def test_the_client_config_says_where_to_connect(
    provide, options, cluster, host, port, tls, source
):
    service = provide(**options)

    assert service.get_client_config() == {
        "provider": "pusher",
        "key": "the-key",
        "cluster": cluster,
        "wsHost": host,
        "wsPort": port,
        "wssPort": port,
        "wsPath": "",
        "forceTLS": tls,
        "authEndpoint": "/realtime/auth/",
        "channelPrefix": "private-",
    }
    assert service.connect_sources() == [source]
    assert not service.uses_embedded_server


def test_with_the_embedded_server_browsers_connect_to_the_pages_host(provide):
    # Empty counts as unset.
    service = provide(app_id="", key="", secret="", cluster="us2", host="")

    assert service.get_client_config() == {
        "provider": "pusher",
        "key": embedded_app().key,
        "cluster": "",
        "wsHost": "",
        "wsPort": None,
        "wssPort": None,
        "wsPath": "",
        "forceTLS": None,
        "authEndpoint": "/realtime/auth/",
        "channelPrefix": "private-",
    }
    assert service.connect_sources() == []
    assert service.uses_embedded_server


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({**ACCOUNT, "app_id": ""}, "^PUSHER_APP_ID must be set too"),
        ({"app_id": "42"}, "^PUSHER_KEY and PUSHER_SECRET must be set too"),
        ({"secret": "the-secret"}, "^PUSHER_APP_ID and PUSHER_KEY must be set too"),
        ({**ACCOUNT, "app_id": "app-id"}, "PUSHER_APP_ID is “app-id”.*digits"),
        ({**ACCOUNT, "app_id": "٤٢"}, "PUSHER_APP_ID.*digits"),
        ({**ACCOUNT, "cluster": "US East"}, "PUSHER_CLUSTER is “US East”"),
        ({"host": "soketi"}, "PUSHER_HOST is set, but no credentials"),
        ({"public_host": "live.example"}, "PUSHER_PUBLIC_HOST.*PUSHER_HOST is not"),
        ({**OWN, "host": "http://soketi:6001"}, "PUSHER_HOST is “http://soketi:6001”"),
        ({**OWN, "host": "soketi; *"}, "PUSHER_HOST is “soketi; \\*”"),
        ({**OWN, "port": "web"}, "PUSHER_PORT is “web”.*from 1 to 65535"),
        ({**OWN, "port": "0"}, "PUSHER_PORT is “0”"),
        ({**OWN, "port": "65536"}, "PUSHER_PORT is “65536”"),
        ({**OWN, "scheme": "wss"}, "PUSHER_SCHEME is “wss”. It must be http or https"),
        ({**OWN, "public_host": "a/b"}, "PUSHER_PUBLIC_HOST is “a/b”"),
        ({**OWN, "public_port": "-1"}, "PUSHER_PUBLIC_PORT is “-1”"),
        ({**OWN, "public_scheme": "ftp"}, "PUSHER_PUBLIC_SCHEME is “ftp”"),
        ({"encryption_master_key": "c2VjcmV0"}, "PUSHER_ENCRYPTION_MASTER_KEY.*32"),
        ({"encryption_master_key": "no base64"}, "PUSHER_ENCRYPTION_MASTER_KEY.*32"),
        ({"server_url": ""}, "REALTIME_SERVER_URL is “”"),
        ({"server_url": "ftp://127.0.0.1"}, "REALTIME_SERVER_URL is “ftp://127.0.0.1”"),
        ({"server_url": "127.0.0.1:8000"}, "REALTIME_SERVER_URL is “127.0.0.1:8000”"),
        ({"server_url": "http://host/path"}, "REALTIME_SERVER_URL.*without a path"),
        ({"server_url": "http://host:99999"}, "REALTIME_SERVER_URL is"),
        ({"server_url": "http://user@host"}, "REALTIME_SERVER_URL is"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(provide, options, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence) as refusal:
        provide(**options)
    assert str(refusal.value).endswith(".")
    assert "the-secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("server_url", "base"),
    [
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("http://127.0.0.1:8123/", "http://127.0.0.1:8123"),
        ("http://[::1]:8123", "http://[::1]:8123"),
    ],
)
def test_a_process_without_the_embedded_server_posts_to_the_one_with_it(
    provide, network, monkeypatch, server_url, base
):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    trigger(provide(server_url=server_url))

    app = embedded_app()
    [request], [options] = network.requests, network.options
    assert request.url.startswith(f"{base}/apps/{app.app_id}/events?")
    assert is_signed(request, app.secret)
    assert not options["proxies"]


def test_a_missing_server_is_no_error_and_logged_once(provide, network, caplog):
    network.answers = [requests.ConnectionError("refused")] * 4
    service = provide()
    with caplog.at_level(logging.INFO, "realtime"):
        for name in ("first", "second", "third"):
            trigger(service, name)

    assert len(network.requests) == 5
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert caplog.messages == ["No live updates: no server at http://127.0.0.1:8000"]


def test_without_a_server_nobody_is_online(provide):
    assert provide().online_user_ids("board-1") == frozenset()


@pytest.fixture
def embedded(monkeypatch):
    """A running server with the credentials that this installation's server has."""
    monkeypatch.setattr(running, "APP", embedded_app())
    with RunningServer() as server:
        yield server


def browser_of(server):
    return Client(server.url(f"/app/{embedded_app().key}?protocol=7"))


def test_the_process_with_the_server_publishes_in_process(provide, embedded, network):
    service = provide()
    with browser_of(embedded) as browser:
        browser.subscribe("private-board-1")
        browser.subscribe("presence-board-1", {"user_id": "zoë"})
        service.trigger("board-1", "drawn", {"colour": "grün"})

        assert browser.receive("drawn") == {"colour": "grün"}
        assert service.online_user_ids("board-1") == {"zoë"}
    assert network.requests == []


def test_an_event_that_the_embedded_server_rejects_is_logged(provide, embedded, caplog):
    provide().trigger("board-1", "pusher:forged", {})

    [message] = caplog.messages
    assert message.startswith("pusher:forged on board-1 was not delivered:")


def test_an_event_too_large_is_replaced_by_a_refetch(provide, embedded):
    with browser_of(embedded) as browser:
        browser.subscribe("private-board-1")
        provide().trigger("board-1", "drawn", {"strokes": "x" * 10_240})

        assert browser.receive("refetch") == {}


def test_another_process_reaches_every_browser(embedded):
    script = """if True:
        import django
        django.setup()
        from realtime import get_realtime_service
        get_realtime_service().trigger("board-1", "drawn", {"colour": "grün"})
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "planning_poker.settings",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "REALTIME_PROVIDER": "pusher",
        "REALTIME_SERVER_URL": f"http://127.0.0.1:{embedded.port}",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    with browser_of(embedded) as browser:
        browser.subscribe("private-board-1")
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=django_settings.BASE_DIR,
            env=environment,
            timeout=60,
            check=True,
        )

        assert browser.receive("drawn") == {"colour": "grün"}


KEY = base64.b64encode(bytes(range(32))).decode()
SECRET_BOARD = "private-encrypted-board-1"


def test_only_an_authorized_member_can_decrypt_an_event(provide, embedded):
    service = provide(encryption_master_key=KEY)
    with browser_of(embedded) as browser:
        member = ChannelMember("zoë")
        answer = service.authorize(SECRET_BOARD, browser.socket_id, member)
        browser.send(
            "pusher:subscribe", {"channel": SECRET_BOARD, "auth": answer["auth"]}
        )
        browser.receive("pusher_internal:subscription_succeeded")
        service.trigger("board-1", "drawn", {"colour": "grün"})
        sealed = browser.receive("drawn")

    assert set(sealed) == {"nonce", "ciphertext"}
    box = SecretBox(base64.b64decode(answer["shared_secret"]))
    parts = [base64.b64decode(sealed[part]) for part in ("ciphertext", "nonce")]
    assert json.loads(box.decrypt(*parts)) == {"colour": "grün"}


@pytest.mark.parametrize("server", [{}, ACCOUNT, OWN])
def test_with_encryption_browsers_get_the_prefix_and_the_build_that_decrypts(
    provide, server
):
    service = provide(**server, encryption_master_key=KEY)

    assert service.get_client_config()["channelPrefix"] == "private-encrypted-"
    assert service.browser_scripts == ["vendor/pusher-js/pusher-with-encryption.min.js"]
    assert KEY not in repr(service.get_client_config())


def test_with_encryption_no_plain_channel_is_signed(provide):
    member = ChannelMember("zoë")
    with pytest.raises(ValueError, match="private-encrypted-"):
        provide(encryption_master_key=KEY).authorize("private-board-1", "1.2", member)
    with pytest.raises(ValueError, match="private-"):
        provide().authorize(SECRET_BOARD, "1.2", member)


def test_terminating_a_user_requests_the_documented_path(provide, network):
    service = provide(**OWN)
    service.terminate_user("zoe")
    for thread in threading.enumerate():
        if thread.name == "realtime-terminate":
            thread.join()

    [request] = network.requests
    path = "/apps/42/users/zoe/terminate_connections"
    assert urlsplit(request.url).path == path
    assert is_signed(request, "the-secret")


def test_requests_and_retries_are_counted(provide, network):
    network.answers = [requests.ConnectionError("Connection aborted.")]
    service = provide(**ACCOUNT)
    trigger(service)

    status = service.status()
    assert status["provider"] == "pusher"
    assert (status["sent"], status["retried"], status["waiting"]) == (1, 1, 0)
    assert status["circuit"] == "closed"
