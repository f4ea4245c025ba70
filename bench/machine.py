"""Where a run took place, and with what. No paths, and no names of machines."""

import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.calm import MACHINE
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
        "Python": f"{platform.python_version()} (a plain loop: {MACHINE.loop_ms} ms)",
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
