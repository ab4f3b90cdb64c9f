#!/usr/bin/env bash
# Builds the environment of the reference libraries in .deps/reference, once.
set -euo pipefail
cd "$(dirname "$0")/../.."
stamp=.deps/reference/stamp
wanted=$(sha256sum scripts/reference/requirements.txt)
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0
echo "reference: installing transformers, PEFT and PyTorch into .deps/reference (about 5 GB)"
rm -rf .deps/reference
python3 -m venv .deps/reference ||
  { echo "reference: python3 has no venv; help: apt-get install python3-venv" >&2; exit 1; }
.deps/reference/bin/pip install --quiet --disable-pip-version-check --requirement scripts/reference/requirements.txt
printf '%s\n' "$wanted" >"$stamp"
