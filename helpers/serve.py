"""``python -m helpers.serve``: both servers in the foreground, for a terminal in place of a notebook.

The application's CLIENT_ID and CLIENT_SECRET come from the environment or ``.env``. When they are not set they are made
up, and written to ``.lab/credentials.env``, which git ignores and only its owner can read, until the servers stop.
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

from pydantic import SecretStr

from helpers import todo_api
from helpers.authorization_server import Application, AuthorizationServer, RegistryError
from helpers.lab import API_PORT, AUDIENCE, AUTHORIZATION_SERVER_PORT
from helpers.services import PortInUse, Service, ServiceError, listen, origin
from helpers.settings import Settings, reach_loopback_directly, state_dir
from helpers.tokens.verifier import AccessTokenVerifier


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted.

    :return: 0 after an interrupt, 1 when a port is taken or a server does not start, 2 for unusable settings.
    """
    options = _parse(arguments)
    reach_loopback_directly()
    settings = Settings()
    if bool(settings.client_id) != bool(settings.client_secret):
        return _fail("Set both CLIENT_ID and CLIENT_SECRET, or neither to have them made up.", 2)
    with contextlib.ExitStack() as running:
        try:
            server_socket = running.enter_context(listen(options.auth_port))
            api_socket = running.enter_context(listen(options.api_port))
        except PortInUse as error:
            return _fail(f"{error}: stop what uses it, or choose another with --auth-port and --api-port.", 1)
        issuer, api, audience = f"{origin(server_socket)}/", origin(api_socket), settings.audience or AUDIENCE
        server = AuthorizationServer(issuer, allowed_origins=(api,))
        try:
            application = _register(server, audience, settings.client_id, settings.client_secret)
        except RegistryError as error:
            return _fail(str(error), 2)
        verifier = AccessTokenVerifier(issuer=issuer, audience=audience)
        app = todo_api.create_app(
            verifier.verify_async, audience=audience, token_endpoint=f"{issuer}oauth/token"
        )
        try:
            running.callback(
                Service("The authorization server", server.app, server_socket, log_level="warning")
                .start()
                .stop
            )
            running.callback(Service("The Todo API", app, api_socket, log_level="warning").start().stop)
        except ServiceError as error:
            return _fail(str(error), 1)
        where = "as set in your environment"
        if settings.client_id is None:
            file = _write_credentials(issuer, audience, application.client_id, application.client_secret)
            running.callback(file.unlink, missing_ok=True)
            where = f"with its secret in {file}, until the servers stop"
        _say(f"Authorization server  {issuer}")
        _say(f"Todo API              {api}  (its page: {api}/docs)")
        _say(f"Audience              {audience}")
        _say(f"Application           {application.client_id}, {where}")
        _say(
            "Try it in another terminal: python -m helpers.client"
            + ("" if options.api_port == API_PORT else f" --api {api}")
        )
        _say("Stop with Ctrl-C.")
        _wait()
    _say("Stopped.")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.serve", description="Run the authorization server and the Todo API."
    )
    parser.add_argument(
        "--auth-port",
        type=int,
        default=AUTHORIZATION_SERVER_PORT,
        help="default %(default)s; 0 for any free one",
    )
    parser.add_argument(
        "--api-port", type=int, default=API_PORT, help="default %(default)s; 0 for any free one"
    )
    return parser.parse_args(arguments)


def _register(
    server: AuthorizationServer, audience: str, client_id: str | None, client_secret: SecretStr | None
) -> Application:
    registry = server.registry
    registry.create_api("Todo API", audience, todo_api.SCOPES)
    application = registry.create_application(
        "Command line", client_id=client_id, client_secret=client_secret
    )
    registry.create_grant(application.client_id, audience, todo_api.SCOPES)
    return application


def _write_credentials(issuer: str, audience: str, client_id: str, secret: SecretStr) -> Path:
    """The four variables, in a file made for its owner alone before anything is in it."""
    file = state_dir() / "credentials.env"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as stream:
        stream.write(f"ISSUER={issuer}\nAUDIENCE={audience}\nCLIENT_ID={client_id}\n")
        stream.write(f"CLIENT_SECRET={secret.get_secret_value()}\n")
    return file


def _wait() -> None:
    """Return on Ctrl-C, and on SIGTERM, so that the credentials file goes either way."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with contextlib.suppress(KeyboardInterrupt):
        while not stopped.wait(1.0):  # a wait without an end would not see Ctrl-C on Windows
            pass


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
