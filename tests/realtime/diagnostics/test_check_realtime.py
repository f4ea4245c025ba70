"""``manage.py check_realtime``: each thing that may be wrong is said in words."""

import base64
import contextlib
import io
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import websockets.sync.server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command

from realtime import get_realtime_service
from realtime.diagnostics import DiagnosticError, check
from tests.realtime.server.running import APP, RunningServer

CREDENTIALS = {"app_id": APP.app_id, "key": APP.key, "secret": APP.secret}
WELCOME = (
    '{"event": "pusher:connection_established", '
    '"data": "{\\"socket_id\\": \\"1.1\\", \\"activity_timeout\\": 120}"}'
)


@pytest.fixture(scope="module")
def server():
    with RunningServer() as server:
        yield server


@pytest.fixture
def short_timeouts(monkeypatch):
    """What never comes need not be waited for as long as in earnest."""
    monkeypatch.setattr("realtime.diagnostics.probe_connection.TIMEOUT_SECONDS", 2)
    monkeypatch.setattr("realtime.diagnostics.steps.ARRIVAL_SECONDS", 0.5)


@pytest.fixture
def check_realtime(provide):
    """Run the command on a provider; what it printed, and whether all was well."""

    def check_realtime(port, url="http://127.0.0.1:8000", **options):
        own = {"host": "127.0.0.1", "port": str(port), "scheme": "http"}
        provide(**{**CREDENTIALS, **own, **options})
        return run(url)

    return check_realtime


def run(url="http://127.0.0.1:8000"):
    printed = io.StringIO()
    try:
        call_command("check_realtime", url=url, stdout=printed)
    except CommandError:
        is_well = False
    else:
        is_well = True
    assert APP.secret not in printed.getvalue()
    return printed.getvalue(), is_well


def test_each_step_that_goes_well_is_told_with_its_time(server, check_realtime):
    # Any page of this server's own host may connect.
    url = f"http://127.0.0.1:{server.port}"
    printed, is_well = check_realtime(server.port, url)
    lines = printed.splitlines()

    assert is_well
    assert [line.split()[0] for line in lines] == ["ok", "ok", "ok", "ok", "note"]
    assert "the server of PUSHER_HOST" in lines[0]
    assert f"Connected to ws://127.0.0.1:{server.port}" in lines[1]
    assert "Subscribed to a private channel in" in lines[2]
    assert "Published an event and received it in" in lines[3]
    assert all(line.endswith("ms.") for line in lines[1:4])
    assert "Set PUSHER_PUBLIC_HOST" in lines[4]
    assert "reach" in lines[4]


@pytest.mark.parametrize("driver", ["pusher", "websocket"])
def test_each_provider_of_the_protocol_can_be_tried(server, provide, driver):
    own = {"host": "127.0.0.1", "port": str(server.port), "scheme": "http"}
    provide(driver, **CREDENTIALS, **own)
    printed, is_well = run(f"http://127.0.0.1:{server.port}")

    assert is_well, printed
    assert f"The provider is {driver}" in printed


def test_an_encrypted_event_is_decrypted(server, check_realtime):
    key = base64.b64encode(bytes(range(32))).decode()
    printed, is_well = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", encryption_master_key=key
    )

    assert is_well, printed
    assert "Published an encrypted event and received it" in printed
    assert key not in printed


def test_nobody_is_left_on_its_channel(server, check_realtime):
    check_realtime(server.port, f"http://127.0.0.1:{server.port}")

    assert server.occupied_channels == set()


def test_a_wrong_secret(server, check_realtime):
    printed, is_well = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", secret="not-the-secret"
    )

    assert not is_well
    assert "does not take our signature" in printed
    assert "Set PUSHER_SECRET" in printed
    assert "not-the-secret" not in printed


def test_a_wrong_key(server, check_realtime):
    printed, is_well = check_realtime(server.port, key="not-the-key")

    assert not is_well
    assert "Application does not exist" in printed
    assert "Set PUSHER_KEY" in printed


def test_a_wrong_app_id(server, check_realtime):
    printed, is_well = check_realtime(
        server.port, f"http://127.0.0.1:{server.port}", app_id="2"
    )

    assert not is_well
    assert "Subscribed to a private channel" in printed
    assert "The event could not be sent" in printed
    assert "PUSHER_APP_ID may be wrong" in printed


def test_an_origin_that_is_not_let_in(check_realtime):
    with RunningServer(allowed_origins=("https://other.example",)) as strict:
        printed, is_well = check_realtime(strict.port, "http://poker.example.org")

    assert not is_well
    assert "“Origin not allowed” (4009)" in printed
    assert "Pages of http://poker.example.org may not connect" in printed
    assert "REALTIME_ALLOWED_ORIGINS" in printed


@pytest.mark.usefixtures("short_timeouts")
def test_publishing_to_another_server_than_browsers_connect_to(server, check_realtime):
    with RunningServer() as other:
        printed, is_well = check_realtime(
            other.port,
            f"http://127.0.0.1:{server.port}",
            public_host="127.0.0.1",
            public_port=str(server.port),
        )

    assert not is_well
    assert f"did not come over ws://127.0.0.1:{server.port}" in printed
    assert f"PUSHER_HOST (127.0.0.1) and PUSHER_PORT ({other.port})" in printed


def test_a_server_that_cannot_be_published_to(server, check_realtime):
    printed, is_well = check_realtime(
        closed_port(),
        f"http://127.0.0.1:{server.port}",
        public_host="127.0.0.1",
        public_port=str(server.port),
    )

    assert not is_well
    assert "The event could not be sent" in printed
    assert "Events go to PUSHER_HOST (127.0.0.1)" in printed


def test_a_clock_that_the_server_finds_wrong(server, check_realtime):
    body = b'{"error": "auth_timestamp is over 600 seconds away"}'
    with answering(b"HTTP/1.1 401 Unauthorized\r\n" + with_length(body)) as port:
        printed, is_well = check_realtime(
            port,
            f"http://127.0.0.1:{server.port}",
            public_host="127.0.0.1",
            public_port=str(server.port),
        )

    assert not is_well
    assert "Set the clock" in printed


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (timedelta(minutes=15), "15 minutes behind"),
        (timedelta(hours=-2), "120 minutes"),
    ],
)
def test_a_clock_that_is_off(check_realtime, theirs, expected):
    with pusher_server(lambda line: line.recv(), clock=theirs) as port:
        printed, is_well = check_realtime(port)

    assert not is_well
    assert expected in printed
    assert "Set the clock" in printed


def test_a_clock_that_will_soon_be_off(check_realtime):
    def refuses(line):
        line.recv()
        line.send('{"event": "pusher:error", "data": "no"}')

    with pusher_server(refuses, clock=timedelta(minutes=3)) as port:
        printed, _ = check_realtime(port)

    assert "note  This machine's clock and the server's differ by 1" in printed


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"200 OK\r\n", "Let the proxy pass WebSockets on"),
        (b"400 Bad Request\r\n", "Let the proxy pass WebSockets on"),
        (b"426 Upgrade Required\r\n", "Let the proxy pass WebSockets on"),
        (b"404 Not Found\r\n", "Let the proxy send /app/"),
        (
            b"502 Bad Gateway\r\nServer: nginx\r\n",
            "for a server that it does not",
        ),
        (b"301 Moved\r\nLocation: wss://a.example/\r\n", "Browsers follow no redirect"),
    ],
)
def test_a_proxy_that_eats_websockets(check_realtime, answer, expected):
    with answering(b"HTTP/1.1 " + answer + with_length(b"<html>")) as port:
        printed, is_well = check_realtime(port)

    assert not is_well
    assert f"answered with HTTP {answer[:3].decode()}" in printed
    assert ("by nginx" in printed) == (b"nginx" in answer)
    assert expected in printed


@pytest.mark.usefixtures("short_timeouts")
def test_a_proxy_that_lets_the_upgrade_through_and_nothing_after_it(check_realtime):
    silent = websockets.sync.server.serve(lambda line: line.recv(), "127.0.0.1", 0)
    with running(silent) as port:
        printed, is_well = check_realtime(port)

    assert not is_well
    assert "then nothing came over it" in printed


@pytest.mark.usefixtures("short_timeouts")
def test_a_server_that_never_answers(check_realtime):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        printed, is_well = check_realtime(silent.getsockname()[1])

    assert not is_well
    assert "did not answer in time" in printed


def test_a_port_of_something_else(check_realtime):
    with answering(b"220 mail.example.org ESMTP\r\n") as port:
        printed, is_well = check_realtime(port)

    assert not is_well
    assert "is no server of the Pusher protocol" in printed
    assert "PUSHER_PUBLIC_HOST" in printed


def test_nobody_listens(check_realtime):
    port = closed_port()
    printed, is_well = check_realtime(port)

    assert not is_well
    assert f"Nobody listens at ws://127.0.0.1:{port}." in printed
    assert "manage.py realtime_server" in printed


def test_a_public_name_that_does_not_exist(server, check_realtime):
    printed, is_well = check_realtime(server.port, public_host="no-such-name.invalid")

    assert not is_well
    assert "The name no-such-name.invalid is not known." in printed
    assert "PUSHER_PUBLIC_HOST" in printed


def test_a_cluster_that_does_not_exist(provide, monkeypatch):
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    # No test asks a name server for a real name.
    monkeypatch.setattr(socket, "create_connection", raises(unknown))
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    provide(**CREDENTIALS, cluster="nowhere")
    printed, is_well = run()

    assert not is_well
    assert "The name ws-nowhere.pusher.com is not known." in printed
    assert "Set PUSHER_CLUSTER" in printed


def test_a_key_of_another_cluster(provide, monkeypatch):
    """As hosted Pusher words it (pusher-js, issue 45 and its documentation)."""

    def not_here(line):
        line.close(4001, "Did you forget to specify the cluster when creating it?")

    connect_to = socket.create_connection
    with pusher_server(not_here, welcome=None) as port:
        # The hosted one speaks TLS at another address; all else is as it is there.
        monkeypatch.setattr(
            "realtime.diagnostics.destination.Destination.url",
            f"ws://127.0.0.1:{port}/app/{APP.key}?protocol=7",
        )
        monkeypatch.setattr(socket, "create_connection", connect_to)
        provide(**CREDENTIALS, cluster="eu")
        printed, is_well = run()

    assert not is_well
    assert "Did you forget to specify the cluster" in printed
    assert "PUSHER_KEY and PUSHER_CLUSTER" in printed


def test_a_server_without_tls_where_browsers_want_it(server, check_realtime):
    printed, is_well = check_realtime(
        server.port, public_port=str(server.port), public_scheme="https"
    )

    assert not is_well
    assert f"wss://127.0.0.1:{server.port} does not speak TLS." in printed


def test_a_certificate_that_no_browser_trusts(check_realtime, tmp_path):
    with answering(b"", tls=self_signed(tmp_path)) as port:
        printed, is_well = check_realtime(
            port, public_scheme="https", public_port=str(port)
        )

    assert not is_well
    assert "The certificate of 127.0.0.1 is not good" in printed


def test_a_secure_page_that_may_not_connect_without_tls(check_realtime):
    printed, is_well = check_realtime(closed_port(), "https://poker.example.org")

    assert not is_well
    assert "Set PUSHER_PUBLIC_SCHEME=https" in printed


@pytest.mark.parametrize(
    "url", ["poker.example.org", "http://a/b", "http://a:99999", "ftp://a", "http://"]
)
def test_an_address_that_is_none(check_realtime, url):
    printed, is_well = check_realtime(closed_port(), url)

    assert not is_well
    assert "is no address of the pages" in printed


def test_the_embedded_server_when_it_does_not_run(provide):
    provide()
    printed, is_well = run(f"http://127.0.0.1:{closed_port()}")

    assert not is_well
    assert "the embedded server" in printed
    assert "Start it first, with `manage.py serve`." in printed


def test_an_embedded_server_of_another_secret_key(provide, server):
    provide()
    printed, is_well = run(f"http://127.0.0.1:{server.port}")

    assert not is_well
    assert "Application does not exist" in printed
    assert "the same SECRET_KEY" in printed


@pytest.mark.parametrize("provider", ["log", "memory", "null"])
def test_a_provider_without_live_updates_is_no_failure(provide, provider):
    provide(provider)
    printed, is_well = run()

    assert is_well
    assert printed.startswith(f"note  Nothing to check: the provider {provider}")


def test_it_tells_a_program_as_it_tells_a_person(provide):
    provide()
    with pytest.raises(DiagnosticError) as error:
        list(check(get_realtime_service(), f"http://127.0.0.1:{closed_port()}"))

    assert error.value.problem.endswith(".")
    assert error.value.fix.endswith(".")


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
    """A port where everybody gets the same answer, whatever was asked."""
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


def pusher_server(behave, *, clock=timedelta(0), welcome=WELCOME):
    """A server that begins as one should, with a clock that differs by ``clock``."""

    def with_its_clock(connection, request, response):
        del response.headers["Date"]
        response.headers["Date"] = format_datetime(datetime.now(UTC) + clock, True)
        return response

    def serve(line):
        if welcome:
            line.send(welcome)
        with contextlib.suppress(websockets.ConnectionClosed):
            behave(line)

    return running(
        websockets.sync.server.serve(
            serve, "127.0.0.1", 0, process_response=with_its_clock
        )
    )


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
