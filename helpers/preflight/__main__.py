"""``python -m helpers.preflight``: the preflight of the environment and ``.env``, in a terminal."""

import sys

from helpers.preflight import preflight


def main() -> int:
    """Print the preflight.

    :return: 0 when nothing is missing, else 1.
    """
    result = preflight()
    print(result)
    return 0 if result.passed else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # for the arrows, on a terminal that cannot show them
    sys.exit(main())
