"""``manage.py check_realtime``: it explains what is wrong, and how to fix it."""

import base64
import contextlib
import io
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
import websockets.sync.server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command

from tests.realtime.server.running import APP, RunningServer

CREDENTIALS = {"app_id": APP.app_id, "key": APP.key, "secret": APP.secret}


@pytest.fixture(scope="module")
def server():
    with RunningServer() as server:
        yield server


@pytest.fixture
def short_timeouts(monkeypatch):
    monkeypatch.setattr("realtime.diagnostics.probe_connection.TIMEOUT_SECONDS", 1)


@pytest.fixture
def check_realtime(provide):
    """Run the command on a provider: the output, and whether it succeeded."""

    def check_realtime(port, url="http://127.0.0.1:8000", **options):
        own = {"host": "127.0.0.1", "port": str(port), "scheme": "http"}
        provide(**{**CREDENTIALS, **own, **options})
        return run(url)

    return check_realtime


def run(url="http://127.0.0.1:8000"):
    stdout = io.StringIO()
    error = None
    try:
        call_command("check_realtime", url=url, stdout=stdout)
    except CommandError as raised:
        error = raised
    output = f"{stdout.getvalue()}{error or ''}"
    assert APP.secret not in output
    return output, error is None


def test_each_successful_step_is_printed_with_its_time(server, check_realtime):
    # Any page of this server's own host may connect.
    url = f"http://127.0.0.1:{server.port}"
    output, succeeded = check_realtime(server.port, url)
    lines = output.splitlines()

    assert succeeded
    assert len(lines) == 5
    assert "the server of PUSHER_HOST" in lines[0]
    assert f"Connected to ws://127.0.0.1:{server.port}" in lines[1]
    assert "Subscribed to a private channel in" in lines[2]
    assert "Published an event and received it in" in lines[3]
    assert all(line.endswith("ms.") for line in lines[1:4])
    assert "Set PUSHER_PUBLIC_HOST" in lines[4]


@pytest.mark.parametrize("driver", ["pusher", "websocket"])
def test_each_provider_of_the_protocol_can_be_tried(server, provide, driver):
    own = {"host": "127.0.0.1", "port": str(server.port), "scheme": "http"}
    provide(driver, **CREDENTIALS, **own)
    output, succeeded = run(f"http://127.0.0.1:{server.port}")

    assert succeeded, output
    assert f"The provider is {driver}" in output


def test_an_encrypted_event_is_received(server, check_realtime):
    key = base64.b64encode(bytes(range(32))).decode()
    output, succeeded = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", encryption_master_key=key
    )

    assert succeeded, output
    assert "Published an event and received it" in output
    assert key not in output


def test_it_leaves_no_channel_occupied(server, check_realtime):
    check_realtime(server.port, f"http://127.0.0.1:{server.port}")

    assert server.occupied_channels == set()


def test_a_wrong_secret(server, check_realtime):
    output, succeeded = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", secret="not-the-secret"
    )

    assert not succeeded
    assert "A channel's signature was rejected" in output
    assert "Set PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET" in output
    assert "not-the-secret" not in output


def test_a_wrong_key(server, check_realtime):
    output, succeeded = check_realtime(server.port, key="not-the-key")

    assert not succeeded
    assert "“Application does not exist” (4001)" in output
    assert "Set PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET" in output


def test_a_wrong_app_id(server, check_realtime):
    output, succeeded = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", app_id="2"
    )

    assert not succeeded
    assert "Subscribed to a private channel" in output
    assert "An event was not accepted" in output
    assert "Set PUSHER_APP_ID" in output


def test_an_origin_that_is_not_allowed(check_realtime):
    with RunningServer(allowed_origins=("https://other.example",)) as strict:
        output, succeeded = check_realtime(strict.port, "http://poker.example.org")

    assert not succeeded
    assert "“Origin not allowed” (4009)" in output
    assert "Set REALTIME_ALLOWED_ORIGINS to http://poker.example.org" in output


@pytest.mark.usefixtures("short_timeouts")
def test_publishing_to_another_server_than_browsers_connect_to(server, check_realtime):
    with RunningServer() as other:
        output, succeeded = check_realtime(
            other.port,
            f"http://127.0.0.1:{server.port}",
            public_host="127.0.0.1",
            public_port=str(server.port),
        )

    assert not succeeded
    assert f"but ws://127.0.0.1:{server.port} did not send it" in output
    assert "PUSHER_HOST and PUSHER_PORT must name the server" in output


def test_a_server_that_cannot_be_published_to(server, check_realtime):
    output, succeeded = check_realtime(
        closed_port(),
        f"http://127.0.0.1:{server.port}",
        public_host="127.0.0.1",
        public_port=str(server.port),
    )

    assert not succeeded
    assert "An event was not accepted" in output
    assert "Check PUSHER_HOST and PUSHER_PORT" in output


def test_a_clock_that_is_wrong(server, check_realtime):
    body = b'{"error": "auth_timestamp is over 600 seconds away"}'
    with answering(b"HTTP/1.1 401 Unauthorized\r\n" + with_length(body)) as port:
        output, succeeded = check_realtime(
            port,
            f"http://127.0.0.1:{server.port}",
            public_host="127.0.0.1",
            public_port=str(server.port),
        )

    assert not succeeded
    assert "Set the clocks" in output


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"200 OK\r\n", "Let the proxy pass WebSockets"),
        (b"426 Upgrade Required\r\n", "Let the proxy pass WebSockets"),
        (b"404 Not Found\r\n", "Let the proxy send /app/"),
        (b"502 Bad Gateway\r\nServer: nginx\r\n", "does not reach the server behind"),
        (b"301 Moved\r\nLocation: wss://a.example/\r\n", "without a redirect"),
    ],
)
def test_a_proxy_that_blocks_websockets(check_realtime, answer, expected):
    with answering(b"HTTP/1.1 " + answer + with_length(b"<html>")) as port:
        output, succeeded = check_realtime(port)

    assert not succeeded
    assert f"opens no WebSocket: HTTP {answer[:3].decode()}" in output
    assert ("(nginx)" in output) == (b"nginx" in answer)
    assert expected in output


def test_a_proxy_of_the_environment_that_refuses(check_realtime, monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with answering(b"HTTP/1.1 403 Forbidden\r\n" + with_length(b"")) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        output, succeeded = check_realtime(port, public_host="live.example")

    assert not succeeded
    assert f"in this machine's environment refuses ws://live.example:{port}" in output
    assert "Correct HTTPS_PROXY" in output


@pytest.mark.usefixtures("short_timeouts")
def test_a_proxy_that_passes_nothing_after_the_upgrade(check_realtime):
    silent = websockets.sync.server.serve(
        lambda websocket: websocket.recv(), "127.0.0.1", 0
    )
    with running(silent) as port:
        output, succeeded = check_realtime(port)

    assert not succeeded
    assert "opened a WebSocket, but sent nothing" in output


@pytest.mark.usefixtures("short_timeouts")
def test_a_server_that_never_answers(check_realtime):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        output, succeeded = check_realtime(silent.getsockname()[1])

    assert not succeeded
    assert "cannot be reached: timed out" in output


def test_a_server_of_another_protocol(check_realtime):
    with answering(b"220 mail.example.org ESMTP\r\n") as port:
        output, succeeded = check_realtime(port)

    assert not succeeded
    assert "does not speak the Pusher protocol" in output
    assert "PUSHER_PUBLIC_HOST" in output


def test_a_server_that_is_not_running(check_realtime):
    port = closed_port()
    output, succeeded = check_realtime(port)

    assert not succeeded
    assert f"ws://127.0.0.1:{port} cannot be reached: Connection refused." in output
    assert "manage.py realtime_server" in output


def test_a_public_name_that_does_not_exist(server, check_realtime):
    output, succeeded = check_realtime(server.port, public_host="no-such-name.invalid")

    assert not succeeded
    assert "no-such-name.invalid" in output
    assert "cannot be reached" in output
    assert "PUSHER_PUBLIC_HOST" in output


def test_a_cluster_that_does_not_exist(provide, monkeypatch):
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    # No test asks a name server for a real name.
    monkeypatch.setattr(socket, "create_connection", raises(unknown))
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    provide(**CREDENTIALS, cluster="nowhere")
    output, succeeded = run()

    assert not succeeded
    assert "ws-nowhere.pusher.com:443 cannot be reached: Name or service" in output
    assert "Set PUSHER_CLUSTER" in output


def test_a_key_of_another_cluster(provide, monkeypatch):
    """With the message of hosted Pusher (pusher-js, issue 45 and documentation)."""

    def refuse(websocket):
        websocket.close(4001, "Did you forget to specify the cluster when creating it?")

    connect_to = socket.create_connection
    with running(websockets.sync.server.serve(refuse, "127.0.0.1", 0)) as port:
        # Hosted Pusher has another address, and TLS; the rest is the same.
        monkeypatch.setattr(
            "realtime.diagnostics.destination.Destination.url",
            f"ws://127.0.0.1:{port}/app/{APP.key}?protocol=7",
        )
        monkeypatch.setattr(socket, "create_connection", connect_to)
        provide(**CREDENTIALS, cluster="eu")
        output, succeeded = run()

    assert not succeeded
    assert "Did you forget to specify the cluster" in output
    assert "PUSHER_CLUSTER from the app's keys" in output


def test_a_server_without_tls_where_browsers_want_it(server, check_realtime):
    output, succeeded = check_realtime(
        server.port, public_port=str(server.port), public_scheme="https"
    )

    assert not succeeded
    assert f"TLS with wss://127.0.0.1:{server.port} failed" in output


def test_a_certificate_that_no_browser_trusts(check_realtime, tmp_path):
    with answering(b"", tls=self_signed(tmp_path)) as port:
        output, succeeded = check_realtime(
            port, public_scheme="https", public_port=str(port)
        )

    assert not succeeded
    assert f"TLS with wss://127.0.0.1:{port} failed: self-signed" in output


def test_a_secure_page_that_may_not_connect_without_tls(check_realtime):
    output, succeeded = check_realtime(closed_port(), "https://poker.example.org")

    assert not succeeded
    assert "Set PUSHER_PUBLIC_SCHEME=https" in output


@pytest.mark.parametrize(
    "url", ["poker.example.org", "http://a/b", "http://a:99999", "ftp://a", "http://"]
)
def test_an_invalid_url(check_realtime, url):
    output, succeeded = check_realtime(closed_port(), url)

    assert not succeeded
    assert "is not the address of a web site" in output


def test_an_embedded_server_that_is_not_running(provide):
    provide()
    output, succeeded = run(f"http://127.0.0.1:{closed_port()}")

    assert not succeeded
    assert "the embedded server" in output
    assert "Start it with `manage.py serve`" in output


def test_an_embedded_server_of_another_secret_key(provide, server):
    provide()
    output, succeeded = run(f"http://127.0.0.1:{server.port}")

    assert not succeeded
    assert "Application does not exist" in output
    assert "the same SECRET_KEY" in output


@pytest.mark.parametrize("provider", ["log", "memory", "null"])
def test_a_provider_without_live_updates_is_no_failure(provide, provider):
    provide(provider)
    output, succeeded = run()

    assert succeeded
    assert output.startswith(f"Nothing to check: the provider {provider}")


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]


def with_length(body):
    return b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


def raises(error):
    def refuse(*arguments, **options):
        raise error

    return refuse


@contextlib.contextmanager
def answering(answer, tls=None):
    """A port that sends the same answer to every request."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with contextlib.suppress(OSError), connection:
                    if tls:
                        tls.wrap_socket(connection, server_side=True).close()
                        continue
                    connection.recv(65_536)
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield port
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@contextlib.contextmanager
def running(listening):
    """A WebSocket server in a thread of its own. Its port."""
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield listening.socket.getsockname()[1]
    finally:
        listening.shutdown()
        thread.join()


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
