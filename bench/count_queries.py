"""How many queries one answer takes: ``path`` and ``cookie`` as JSON in, a number out.

python -m bench.count_queries
"""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402 -- Django must be set up first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def main() -> None:
    asked = json.load(sys.stdin)
    headers = {"HTTP_COOKIE": asked["cookie"], "HTTP_HOST": "127.0.0.1"}
    browser = Client()
    # The first answer opens the connection to the database, which is not its cost.
    browser.get(asked["path"], **headers)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(asked["path"], **headers)
    if answer.status_code != 200:
        sys.exit(f"{asked['path']} answers {answer.status_code}")
    print(len(queries))


if __name__ == "__main__":
    main()
