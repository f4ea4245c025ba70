"""Sets up what a command needs, then becomes that command.

    python3 tools/set_up.py run|test [COMMAND ...]

``run`` is what serving needs; ``test`` adds the tools of development and a browser.
COMMAND is given to the Python of ``.venv``. Each step is done once, and again only when
what it was made from has changed. The standard library is enough, and any Python from
3.6 on can read this file: one that is too old says so, instead of a syntax error.
(Hence the quotes around newer types.)
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
OWN = ROOT / ".set-up"
LOG = OWN / "last-step.log"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20

BROWSERS = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    # A Mac keeps its programs outside of PATH.
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]

NO_NETWORK = re.compile(
    "name resolution|Name or service not known|nodename nor servname|"
    "NewConnectionError|ConnectTimeout|Network is unreachable|Could not resolve|"
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT"
)

SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S+\s*$")


class CannotGoOn(Exception):
    """Something is missing; the message says what, and what to do about it."""


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        continue_in_a_newer_python()
    purpose, command = sys.argv[1], sys.argv[2:]
    # So that npm is found, where it had to be installed there, and what npm starts.
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        set_up(purpose)
    except CannotGoOn as reason:
        sys.exit(f"\n{reason}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Started again, this goes on from here.")
    if command:
        os.chdir(ROOT)
        os.execv(PYTHON, [PYTHON, *command])


def set_up(purpose: str) -> None:
    OWN.mkdir(exist_ok=True)
    install_python_packages(purpose)
    install_browser_libraries(purpose)
    copy_served_files(ROOT)
    write_secret_key(ROOT / ".env")
    collect_static_files()
    if purpose == "test":
        install_soketi(ROOT / "tests" / "soketi")
        os.environ["CHROMIUM_PATH"] = browser()


def continue_in_a_newer_python() -> None:
    """Start again in a newer Python of this machine, if there is one."""
    is_new_enough = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    for minor in range(OLDEST_PYTHON[1], OLDEST_PYTHON[1] + 10):
        python = shutil.which(f"python3.{minor}")
        if python and succeeds(python, "-c", is_new_enough):
            os.execv(python, [python, *sys.argv])
    sys.exit(
        f"Python {dotted(OLDEST_PYTHON)} or newer is needed, and none was found: "
        f"{sys.executable} is {dotted(sys.version_info[:3])}."
    )


def install_python_packages(purpose: str) -> None:
    wanted = requirements()
    constraints = (ROOT / "constraints.txt").read_bytes()
    keys = {
        each: digest(constraints, *(package.encode() for package in wanted[each]))
        for each in ("run", "test")
    }
    stamp = VENV / ".set-up"
    # An upgrade of the system can take away the Python that .venv points to.
    if Path(PYTHON).exists() and is_done(stamp, keys[purpose], keys["test"]):
        return
    if not succeeds(PYTHON, "-m", "pip", "--version"):
        make_virtual_environment()
    stamp.write_text("")
    pip_install(f"Installing {len(wanted[purpose])} Python packages", wanted[purpose])
    stamp.write_text(keys[purpose])


def requirements() -> "dict[str, list[str]]":
    """What pyproject.toml asks for, by purpose; "node": where the machine has none."""
    import tomllib  # Only a Python that is new enough has it.

    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    direct, groups = project["project"]["dependencies"], project["dependency-groups"]
    return {"run": direct, "test": direct + groups["dev"], "node": groups["node"]}


def make_virtual_environment() -> None:
    title = "Making the virtual environment .venv"
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    try:
        step(title, *command)
    except CannotGoOn:
        if not re.search("ensurepip|No module named venv", LOG.read_text()):
            raise
        # Debian and Ubuntu ship a part of venv in a package of its own.
        package = f"python{dotted(sys.version_info[:2])}-venv"
        if not may_install_system_packages():
            raise CannotGoOn(
                "This Python cannot make virtual environments. On Debian and Ubuntu, "
                f"`sudo apt install {package}` adds what is missing; then start again."
            ) from None
        apt_install(package)
        step(title, *command)


def pip_install(title: str, packages: "list[str]") -> None:
    command = [PYTHON, "-m", "pip", "install", "--constraint", "constraints.txt"]
    command += ["--quiet", "--no-input", "--disable-pip-version-check", *packages]
    # Some people set PIP_USER for good, and pip refuses it in a virtual environment.
    step(title, *command, PIP_USER="0")


def install_browser_libraries(purpose: str) -> None:
    locked = [ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    key = digest(*(path.read_bytes() for path in locked))
    stamp = ROOT / "node_modules" / ".set-up"
    if is_done(stamp, f"{key} {purpose}", f"{key} test"):
        return
    if not has_node():
        pip_install("Installing Node.js into .venv", requirements()["node"])
    npm_ci = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if purpose == "run":
        npm_ci.append("--omit=dev")
    step("Installing the browser's libraries", *npm_ci)
    stamp.write_text(f"{key} {purpose}")


def install_soketi(folder: Path) -> None:
    """Fill its node_modules with the AGPL server that only tests and benchmark run."""
    locked = [folder / name for name in ("package.json", "package-lock.json", ".npmrc")]
    key = digest(*(path.read_bytes() for path in locked))
    stamp = folder / "node_modules" / ".set-up"
    if is_done(stamp, key):
        return
    npm_ci = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    step("Installing Soketi, for the tests", *npm_ci, "--prefix", str(folder))
    stamp.write_text(key)


def has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=False)
    version = re.match(rb"v(\d+)\.", answer.stdout)
    return version is not None and int(version.group(1)) >= OLDEST_NODE


def copy_served_files(root: Path) -> None:
    """Fill static/vendor/ with what package.json's "servedFromOurOrigin" lists.

    A module's types come with it, for the type checker. The line that names a source
    map stays behind: the map is not served, and Django refuses a link to nowhere.
    """
    package = json.loads((root / "package.json").read_text())
    vendor = root / "static" / "vendor"
    served = {}
    for origin, target in package["servedFromOurOrigin"].items():
        source = root / "node_modules" / origin
        script = source.read_bytes()
        served[vendor / target] = SOURCE_MAP.sub(b"\n", script)
        types = source.with_suffix(".d.ts")
        if types.exists():
            served[(vendor / target).with_suffix(".d.ts")] = types.read_bytes()
    for path in vendor.rglob("*"):
        if path.is_file() and path not in served:
            path.unlink()
    for path, content in served.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def write_secret_key(env_file: Path) -> None:
    """Give this installation a secret of its own, unless it has one."""
    text = env_file.read_text() if env_file.exists() else ""
    if re.search(r"(?m)^\s*(export\s+)?SECRET_KEY\s*=\s*\S", text):
        return
    if text and not text.endswith("\n"):
        text += "\n"
    env_file.touch(mode=0o600)
    env_file.chmod(0o600)
    env_file.write_text(f"{text}SECRET_KEY={secrets.token_urlsafe(50)}\n")
    print("Wrote a fresh SECRET_KEY into .env", flush=True)


def collect_static_files() -> None:
    made_from = ["constraints.txt", "pyproject.toml", "planning_poker/static_files.py"]
    files = [ROOT / name for name in made_from]
    files += sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    names = (str(path.relative_to(ROOT)).encode() for path in files)
    key = digest(*names, *(path.read_bytes() for path in files))
    stamp = OWN / "static-files"
    if (ROOT / "staticfiles").exists() and is_done(stamp, key):
        return
    collectstatic = ["collectstatic", "--no-input", "--ignore", "*.d.ts"]
    step("Collecting the static files", PYTHON, "manage.py", *collectstatic)
    stamp.write_text(key)


def browser() -> str:
    """The path of a Chromium that starts: one already here, or a fresh one."""
    if os.environ.get("CHROMIUM_PATH"):
        return os.environ["CHROMIUM_PATH"]
    path = (
        first_that_starts(BROWSERS)
        or browser_of_playwright()
        or browser_of_the_system()
    )
    if path is None:
        raise CannotGoOn(
            "The tests drive a real browser, and none could be found or downloaded. "
            "Install Chromium or Google Chrome, or set CHROMIUM_PATH to where one is."
        )
    return path


def first_that_starts(candidates: "list[str]") -> "str | None":
    paths = filter(None, map(shutil.which, candidates))
    # Ubuntu's chromium-browser may be a placeholder that only tells of a snap.
    return next((path for path in paths if succeeds(path, "--version")), None)


def browser_of_playwright() -> "str | None":
    stamp = OWN / "browser"
    if stamp.exists() and first_that_starts([stamp.read_text()]):
        return stamp.read_text()
    ask_where = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright:\n"
        "    print(playwright.chromium.executable_path)\n"
    )
    install = ["playwright", "install", "--no-shell", "chromium"]
    try:
        step("Downloading Chromium", PYTHON, "-m", *install)
        path = step("Looking whether it starts", PYTHON, "-c", ask_where).strip()
    except CannotGoOn:
        return None
    stamp.write_text(path)
    return first_that_starts([path])


def browser_of_the_system() -> "str | None":
    if not may_install_system_packages():
        return None
    apt_install("chromium")
    return first_that_starts(BROWSERS)


def may_install_system_packages() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> None:
    step("Updating the system's list of packages", "apt-get", "update")
    install = ["apt-get", "install", "--yes", package]
    title = f"Installing the system's package {package}"
    step(title, *install, DEBIAN_FRONTEND="noninteractive")


def step(title: str, *command: str, **environment: str) -> str:
    """Run a command behind one line that tells how long it took; give its output."""
    started = time.monotonic()
    print(f"{title} ..", end="", flush=True)
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        while is_running_after(process, 2):
            print(".", end="", flush=True)
    output = LOG.read_text(errors="replace")
    took = f"{time.monotonic() - started:.1f} s"
    if process.returncode != 0:
        print(f" failed after {took}", flush=True)
        raise CannotGoOn(explanation(title, output))
    print(f" {took}", flush=True)
    return output


def is_running_after(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def explanation(title: str, output: str) -> str:
    if NO_NETWORK.search(output):
        return (
            "The network cannot be reached, and this needs it the first time. Once "
            f"there is one, start again: what is done stays done. (All of it: {LOG})"
        )
    last_lines = "\n".join(f"    {line}" for line in output.splitlines()[-15:])
    return f"{title} failed:\n\n{last_lines}\n\nAll of it is in {LOG}"


def is_done(stamp: Path, *enough: str) -> bool:
    return stamp.exists() and stamp.read_text() in enough


def digest(*parts: bytes) -> str:
    hashes = (hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(b"".join(hashes)).hexdigest()


def succeeds(*command: str) -> bool:
    try:
        answer = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return answer.returncode == 0


def dotted(version: "tuple[int, ...]") -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    main()
