"""Tries the configured provider for real, and says in words what is wrong with it."""

from .error import DiagnosticError
from .steps import Finding, check

__all__ = ["DiagnosticError", "Finding", "check"]
