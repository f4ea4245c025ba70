"""The names and addresses under which this machine may be reached."""

import contextlib
import socket


def network_address() -> str | None:
    """This machine's IPv4 address in its network, None without a network.

    Connecting a datagram socket sends nothing: it only asks the routing table which
    address would be used. 192.0.2.1 is reserved for documentation (RFC 5737).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def own_hosts() -> list[str]:
    """Hosts that are always accepted: localhost, loopback and the machine's own."""
    name = socket.gethostname().lower()
    hosts = ["localhost", ".localhost", "127.0.0.1", "[::1]", name, f"{name}.local"]
    # The machine's name may resolve nowhere; its address is found below.
    with contextlib.suppress(OSError):
        hosts += socket.gethostbyname_ex(name)[2]
    if address := network_address():
        hosts.append(address)
    return list(dict.fromkeys(hosts))
