"""What is wrong, and what to do about it."""


class Trouble(Exception):  # noqa: N818 -- it is for a person, who knows no errors
    """``what`` is wrong and the ``cure``, as sentences without any secret."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
