"""Tries the configured provider for real, and says in words what is wrong with it."""

from .error import Trouble
from .steps import Finding, check

__all__ = ["Finding", "Trouble", "check"]
