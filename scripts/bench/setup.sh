#!/usr/bin/env bash
# Builds the environment of the runners that ours is measured against in .deps/bench, once.
set -euo pipefail
cd "$(dirname "$0")/../.."
stamp=.deps/bench/stamp
wanted=$(sha256sum scripts/bench/requirements.txt)
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0
echo "bench: installing DVC and Snakemake into .deps/bench"
rm -rf .deps/bench
python3 -m venv .deps/bench ||
  { echo "bench: python3 has no venv; help: apt-get install python3-venv" >&2; exit 1; }
.deps/bench/bin/pip install --quiet --disable-pip-version-check --requirement scripts/bench/requirements.txt
printf '%s\n' "$wanted" >"$stamp"
