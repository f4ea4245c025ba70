"""The product's own settings, with timeouts that suit a test."""

from planning_poker.settings import *  # noqa: F403
from planning_poker.settings import DATABASES
from realtime import circuit

DATABASES["default"]["OPTIONS"]["timeout"] = 1
circuit.FIRST_PAUSE_SECONDS = 0.2
circuit.LONGEST_PAUSE_SECONDS = 0.4
