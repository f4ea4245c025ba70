"""The application that the embedded server serves, and how its secret signs."""

import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class App:
    """``app_id`` consists of digits: the ``pusher`` package accepts nothing else."""

    app_id: str
    key: str
    secret: str = field(repr=False)

    def sign(self, text: str) -> str:
        """The HMAC-SHA256 of ``text`` in hexadecimal (Pusher docs, auth signatures)."""
        # JSON may contain lone surrogates, which strict UTF-8 cannot encode.
        return self.sign_bytes(text.encode("utf-8", "surrogatepass"))

    def sign_bytes(self, message: bytes) -> str:
        return hmac.digest(self.secret.encode(), message, "sha256").hex()

    def has_signed(self, text: str, signature: str) -> bool:
        """Whether ``signature`` is that of ``text``, compared in constant time."""
        return hmac.compare_digest(
            self.sign(text).encode(), signature.encode("utf-8", "surrogatepass")
        )
