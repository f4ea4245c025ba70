"""Ids that cannot be guessed: whoever has a session's link is invited."""

import secrets
import string

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 16  # 36^16, about 83 bits


def unguessable_id() -> str:
    """Sixteen lower-case letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
