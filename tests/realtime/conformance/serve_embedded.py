"""The embedded server alone, as a process: ``python -m ... PORT OPTIONS``.

OPTIONS are JSON: ``app`` (id, key, secret), ``limits`` (fields of Limits),
``server`` (keyword arguments of EmbeddedServer) and ``sweep_seconds``.
"""

import json
import sys

import uvicorn

from realtime.server import App, EmbeddedServer, Limits, embedded


def main() -> None:
    port, options = int(sys.argv[1]), json.loads(sys.argv[2])
    embedded.SWEEP_SECONDS = options.get("sweep_seconds", embedded.SWEEP_SECONDS)
    server = EmbeddedServer(
        App(*options["app"]),
        Limits(**options.get("limits", {})),
        **options.get("server", {}),
    )
    uvicorn.run(
        server.asgi,
        host="127.0.0.1",
        port=port,
        ws=server.websocket_protocol_class,
        interface="asgi3",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
