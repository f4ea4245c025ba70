"""What is wrong, and what to do about it."""


class DiagnosticError(Exception):
    """``what`` is wrong and the ``cure``, as sentences without any secret."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
