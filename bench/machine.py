"""Where a run took place, and with what. No paths, and no names of machines."""

import platform
import re
import subprocess
import timeit
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.environment import REQUIREMENTS
from bench.processes import CORES
from tests.soketi.running import FOLDER, why_it_cannot_run


def machine() -> dict[str, Any]:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return {
        "cpu": found[1] if found else platform.machine(),
        "cores": CORES,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions() -> dict[str, str]:
    found = {
        "Python": f"{platform.python_version()} (a plain loop: {_loop_ms()} ms)",
        **{name: version(name.lower()) for name in ("Django", "uvicorn", "uvloop")},
    }
    pinned = REQUIREMENTS.read_text()
    for name in ("channels", "daphne"):
        if line := re.search(f"(?m)^{name}==(.+)$", pinned):
            found[name.capitalize()] = line[1]
    if why_it_cannot_run() is None:
        package = (FOLDER / "package.json").read_text()
        if line := re.search(r'"@soketi/soketi": "([^"]+)"', package):
            found["Soketi"] = line[1]
        node = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        )
        found["Node.js"] = node.stdout.strip().removeprefix("v")
    return found


def _loop_ms() -> float:
    """What a plain loop takes. How fast a Python is depends on how it was compiled,
    which it does not tell: with the plain defaults it takes half as long again as
    optimised, as distributions ship it.
    """
    loop = "for i in range(1_000):\n  d = {'a': i}; s = str(d['a']).upper(); t = (s, i)"
    return round(1_000 * min(timeit.repeat(loop, number=100, repeat=20)) / 100, 2)
