"""Tries the configured provider for real, and says in words what is wrong with it."""

from .steps import Finding, check
from .trouble import Trouble

__all__ = ["Finding", "Trouble", "check"]
