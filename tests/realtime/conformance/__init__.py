"""T1 to T22: black-box tests of a server of the Pusher protocol.

The same tests run against the embedded server, the product, Soketi, and any other
server that these environment variables name:

    CONFORMANCE_URL      http://127.0.0.1:6001 (the HTTP API; ws is beside it)
    CONFORMANCE_APP_ID   digits
    CONFORMANCE_KEY
    CONFORMANCE_SECRET

That server must have sign-in enabled. Tests that need other options, or a restart, are
skipped there. docs/conformance.md lists each T, and each departure of Soketi, which
departures.py asserts.
"""
