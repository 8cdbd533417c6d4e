"""A fake key server in a process of its own, which counts who asks and can be slow, hang, be down or talk nonsense."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from verification import public_jwk


class KeyServer:
    """The one end of it, in the process that measures."""

    def __enter__(self) -> KeyServer:
        self._process = subprocess.Popen(  # noqa: S603 (this very file)
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url: str = self._hear()["url"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def set(
        self, mode: str = "good", kids: tuple[str, ...] = ("known", "other"), delay: float = 0.05
    ) -> None:
        """What it answers from now on, and count from zero.

        mode   "good", "hang" (no answer at all), "down" (the connection ends at once) or "garbage" (HTML)
        kids   of the keys that it publishes
        delay  seconds before each good answer
        """
        self._ask(mode=mode, kids=kids, delay=delay, reset=True)

    def fetches(self) -> int:
        """How often it was asked since it was set."""
        return self._ask()["fetches"]

    def _ask(self, **told: Any) -> dict[str, Any]:
        print(json.dumps(told), file=self._process.stdin, flush=True)
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        return json.loads(self._process.stdout.readline())  # type: ignore[union-attr]


def serve() -> None:
    """The other end: told in lines of JSON on stdin, it serves until stdin ends."""
    state: dict[str, Any] = {"mode": "good", "kids": [], "delay": 0.0}
    jwk = public_jwk(rsa.generate_private_key(65_537, 2048))
    counting, fetches = threading.Lock(), 0
    changed = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal fetches
            with counting:
                fetches += 1
                mode, kids, delay, until = state["mode"], state["kids"], state["delay"], changed
            if mode == "hang":
                until.wait()
            if mode in ("hang", "down"):
                self.close_connection = True
                return
            time.sleep(delay)
            body = json.dumps({"keys": [jwk | {"kid": kid} for kid in kids]})
            self._send("<html>Down for maintenance</html>" if mode == "garbage" else body)

        def _send(self, body: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.request_queue_size = 128
    server.socket.listen(128)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/jwks"}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        with counting:
            if told.pop("reset", False):
                state.update(told)
                fetches = 0
                changed.set()  # those that hang may go
                changed = threading.Event()
            counted = fetches
        print(json.dumps({"fetches": counted}), flush=True)


if __name__ == "__main__":
    serve()
