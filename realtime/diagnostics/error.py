"""What is wrong, and how to fix it."""


class DiagnosticError(Exception):
    """``problem`` and ``fix`` are sentences without any secret."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem} {fix}")
        self.problem = problem
        self.fix = fix
