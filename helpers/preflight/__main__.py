"""``python -m helpers.preflight``: the preflight of the environment and ``.env``, in a terminal."""

import argparse
import sys
from collections.abc import Sequence

from helpers.preflight import preflight


def main(argv: Sequence[str] | None = None) -> int:
    """Print the preflight.

    :return: 0 when nothing is missing, else 1.
    """
    argparse.ArgumentParser(
        prog="python -m helpers.preflight",
        description="Go the way from the four variables to a token that the Todo API would let in, and say which step"
        " is missing. The variables are ISSUER, AUDIENCE, CLIENT_ID and CLIENT_SECRET, in the environment or in .env.",
        epilog="The exit code is 0 when nothing is missing, else 1.",
    ).parse_args(argv)
    result = preflight()
    print(result)
    return 0 if result.passed else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # for the arrows, on a terminal that cannot show them
    sys.exit(main())
