"""What is compared with, installed apart from the product."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "bench" / "requirements.txt"


def channels_python() -> str:
    """The Python that has Channels and Daphne."""
    return str(VENV / "bin" / "python")


def install_channels() -> None:
    """Make .venv-bench from bench/requirements.txt, once for each version of that."""
    stamp = VENV / ".installed"
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == key:
        return
    print("Installing Channels and Daphne into .venv-bench ..", flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command = [channels_python(), *install, "--requirement", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"Channels and Daphne could not be installed:\n{done.stderr}")
    stamp.write_text(key)
