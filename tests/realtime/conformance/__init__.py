"""T1 to T22: what a server of the Pusher protocol has to do, seen from outside.

The same tests run over the embedded server, over the product, over Soketi, and over any
other server that these variables of the environment name:

    CONFORMANCE_URL      http://127.0.0.1:6001 (the HTTP API; ws is beside it)
    CONFORMANCE_APP_ID   digits
    CONFORMANCE_KEY
    CONFORMANCE_SECRET

That server needs sign-in turned on; what needs other options, or a restart, is left
out there. Only sockets are used: no test looks into a server. docs/conformance.md tells
what each T is, and every departure of Soketi (departures.py), each of them asserted.
"""
