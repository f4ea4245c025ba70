"""What trackers call a task, as far as its link tells."""

import re
from urllib.parse import urlsplit

_TRACKER_KEY = re.compile(r"[a-z][a-z0-9]*-[0-9]+", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+", re.ASCII)


def key_in(link: str) -> str | None:
    """The key that a link's path ends on ("PAY-124", "#37"), None without one."""
    try:
        path = urlsplit(link).path
    except ValueError:
        return None
    last = path.rstrip("/").rpartition("/")[2]
    if _TRACKER_KEY.fullmatch(last):
        return last.upper()
    return f"#{last}" if _NUMBER.fullmatch(last) else None
