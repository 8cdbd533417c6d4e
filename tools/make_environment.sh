#!/bin/sh
# Make a virtual environment with uv in it: sh tools/make_environment.sh FOLDER uv==VERSION
# Takes the first Python of 3.11 or newer that can make one, python3 itself if it is new enough.
set -eu
folder=$1 uv=$2

for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "Making $folder with $("$python" --version)"
        "$python" -m venv --clear "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$uv"
        pwd -P >"$folder/made-in"
        exit
    fi
done

echo "The course needs Python 3.11 or newer, with its venv module, and found none." >&2
echo "Install one from python.org, or on Debian and Ubuntu: sudo apt-get install python3 python3-venv" >&2
exit 1
