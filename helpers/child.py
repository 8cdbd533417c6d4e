"""Another Python process of ours, with which this one talks in lines of JSON."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class ChildError(RuntimeError):
    """The process cannot be started, is gone, or cannot do what it is asked; the message is a clause without a stop."""


class Child:
    """A Python process that is talked to in lines of JSON. It ends with its ``with`` block, or when its stdin does.

    :param module: what it runs, and the arguments of that.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        try:
            # A session of its own: what interrupts the kernel must not interrupt the servers, which are ended here.
            self._process = subprocess.Popen(  # noqa: S603 (this Python, our own module)
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            self._errors.close()
            raise ChildError(f"another Python process cannot be started here ({error})") from error

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self._process.wait()

    def end(self) -> None:
        """End the process, at once."""
        self._process.kill()

    def ask(self, **message: Any) -> dict[str, Any]:
        """Tell it something, and hear what it says.

        :raises ChildError: it is gone, or cannot do it.
        """
        self.tell(**message)
        return self.hear()

    def tell(self, **message: Any) -> None:
        """Send it one line. That it is gone shows when it is heard."""
        with contextlib.suppress(OSError):
            print(json.dumps(message), file=self._process.stdin, flush=True)

    def hear(self) -> dict[str, Any]:
        """The next line that it says.

        :raises ChildError: there is none, or it tells of an error.
        """
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        answer = json.loads(line) if line.endswith("\n") else {"error": self._last_words()}
        if "error" in answer:
            raise ChildError(answer["error"].rstrip("."))
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "no answer in time")
        return f"a process ended early ({said})"
