"""Tries the configured provider end to end, and explains what is wrong with it."""

from .error import DiagnosticError
from .steps import check

__all__ = ["DiagnosticError", "check"]
