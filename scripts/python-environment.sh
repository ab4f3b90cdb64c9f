#!/usr/bin/env bash
# Builds a throw-away Python environment in .deps/NAME from scripts/NAME/requirements.txt, once.
#
#   scripts/python-environment.sh NAME WHAT
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1 what=$2
folder=.deps/$name
requirements=scripts/$name/requirements.txt
wanted=$(sha256sum "$requirements")
[ "$(cat "$folder/stamp" 2>/dev/null)" = "$wanted" ] && exit 0
echo "$name: installing $what into $folder"
rm -rf "$folder"
python3 -m venv "$folder" ||
  { echo "$name: python3 has no venv; help: apt-get install python3-venv" >&2; exit 1; }
"$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
printf '%s\n' "$wanted" >"$folder/stamp"
