"""How static files are stored: minified, hashed down to each ES module import, and
compressed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

ROOT = Path(__file__).resolve().parent.parent
# Written for others, and minified by them.
VENDOR = ("vendor/", "admin/")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Every file under a name made from its bytes, imports between modules included.

    Without the flag a module would import its neighbours by their plain names, and one
    reached by both names would be loaded twice, with two states.
    """

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._minifier = Minifier()

    def _save(self, name: str, content: File) -> str:
        if name.endswith(".js") and not name.startswith(VENDOR):
            # By chunks, which begin at the beginning: it may have been read before.
            script = b"".join(content.chunks()).decode()
            content = ContentFile(self._minifier.minified(script).encode())
        saved: str = super()._save(name, content)
        return saved

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        try:
            yield from super().post_process(*args, **options)
        finally:
            self._minifier.close()


class Minifier:
    """terser, in a process of Node.js that serves one collection of static files.

    Where the scripts come from npm Node.js is there too; DESIGN.md's rjsmin takes the
    text of a template within a template for code, and joins its words.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def minified(self, script: str) -> str:
        """The same program; comments go, but for licences.

        Raises:
            RuntimeError: the script is wrong; terser's words are on stderr.
        """
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"script": script}) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError("A script could not be minified.")
        minified: str = json.loads(answer)["minified"]
        return minified

    def close(self) -> None:
        if self._process:
            self._process.communicate()
            self._process = None

    def _start(self) -> "subprocess.Popen[str]":
        # Where the machine has none, tools/set_up.py installed it beside Python.
        beside_python = str(Path(sys.executable).parent)
        path = os.pathsep.join([os.environ.get("PATH", ""), beside_python])
        node = shutil.which("node", path=path)
        if node is None:
            raise ImproperlyConfigured(
                "Scripts are minified by Node.js, and there is none. `make run` "
                "installs it into .venv, and collects the static files."
            )
        return subprocess.Popen(  # noqa: S603 -- its own script
            [node, str(ROOT / "tools" / "minify.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
