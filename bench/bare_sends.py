"""The ceiling: a server that sends prepared bytes to each socket, and nothing else.

    python -m bench.bare_sends PORT

No protocol, no check, no room: every WebSocket hears every request's body. What it
reaches is what this machine's loopback gives to anybody who sends each event by itself.
"""

import select
import socket
import struct
import sys

BACKLOG = 2048
HANDSHAKE = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
)
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
REQUEST_BYTES = 65_536


def main() -> None:
    port = int(sys.argv[1])
    poll = select.epoll()
    listeners: dict[int, socket.socket] = {}
    others: dict[int, socket.socket] = {}
    door = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    poll.register(door, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == door.fileno():
                line, _ = door.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                poll.register(line, select.EPOLLIN)
                others[line.fileno()] = line
                continue
            line = others.get(descriptor) or listeners[descriptor]
            received = line.recv(REQUEST_BYTES)
            if not received:
                listeners.pop(descriptor, None)
                others.pop(descriptor, None)
                line.close()
            elif received.startswith(b"GET "):
                line.sendall(HANDSHAKE)
                listeners[descriptor] = others.pop(descriptor)
            elif received.startswith(b"POST "):
                line.sendall(ANSWER)
                # Requests of the benchmarks are small: they arrive whole.
                body = received.partition(b"\r\n\r\n")[2]
                frame = struct.pack("!BBH", 0x81, 126, len(body)) + body
                for listener in listeners.values():
                    listener.send(frame)


if __name__ == "__main__":
    main()
