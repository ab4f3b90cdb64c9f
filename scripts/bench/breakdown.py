"""Where a row's time goes in training: ours and the peer's, by what the processor does.

    .deps/reference/bin/python scripts/bench/breakdown.py --data FOLDER

FOLDER holds train.tsv and dev.tsv, as for `make bench-peer`. Each side is sampled by Linux's `perf` over whole processes,
with few rows and with more; the difference is what the further rows cost, without what comes before and after them. All of
one thread, in milliseconds of the processor a row. The peer's attention is products of matrices and counts among these. On a
machine that others use, the difference of two runs may be more noise than figure, and even negative.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from tables import table  # noqa: E402
from training_runs import METHODS, PROJECT, pipeline  # noqa: E402

FREQUENCY = 199

# By what it is: patterns on a shared object with a symbol. The first that fits counts.
KINDS = [
    ("matrix products", r"gemm|gemv|sgemm|dnnl|mkl_blas"),
    ("attention, softmax", r"attend|softmax|flash|_scaled_dot"),
    ("GELU", r"gelu|vmlErf|Erf"),
    ("layer norm", r"bridge::.*norm|LayerNorm|layer_norm"),
    ("dropout, random numbers", r"dropout|random|bernoulli|Philox|mt19937"),
    ("optimizer, norms of gradients", r"adam|foreach|linalg|norm_kernel"),
    ("memory from the system", r"clear_page|page_fault|mmap|munmap|madvise|unmap|alloc_pages|folio|kallsyms.*(pte|lru|memcg)"),
    ("Python", r"libpython|python3|\.cpython"),
    ("other of LibTorch", r"libtorch|libc10"),
]


def kind(text):
    return next((name for name, pattern in KINDS if re.search(pattern, text, re.IGNORECASE)), "everything else")


class Profiler:
    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.count = 0

    def folder(self, rows):
        """A folder with that many rows of training, and few of validation."""
        self.count += 1
        folder = self.scratch / str(self.count)
        folder.mkdir()
        for name, limit in [("train.tsv", rows), ("dev.tsv", 32)]:
            lines = (self.options.data / name).read_text(encoding="utf-8").splitlines()[:limit]
            if len(lines) < limit:
                sys.exit(f"{self.options.data / name} has {len(lines)} rows, fewer than the {limit} that are needed")
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "model").symlink_to(self.options.model.resolve())
        return folder

    def ours(self, rows):
        folder = self.folder(rows)
        text = pipeline(self.options.method, "train.tsv", "dev.tsv", "model", epochs=1, seed=42)
        (folder / "p.yaml").write_text(text)
        return self.sampled([PROJECT / ".build/release/peft-pipeline", "run", "p.yaml", "--threads", 1], folder)

    def peer(self, rows):
        folder = self.folder(rows)
        return self.sampled(
            [sys.executable, PROJECT / "scripts/reference/peer.py", "--model", "model", "--train", "train.tsv",
             "--validation", "dev.tsv", "--method", self.options.method, "--learning-rate",
             METHODS[self.options.method][1], "--output", "out", "--threads", 1, "--group"], folder)

    def sampled(self, command, folder):
        """Milliseconds of the processor by kind."""
        record = ["perf", "record", "--quiet", "-F", FREQUENCY, "-o", "perf.data", *command]
        ended = subprocess.run([str(word) for word in record], cwd=folder, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"{' '.join(map(str, record))} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
        report = subprocess.run(
            ["perf", "report", "-i", "perf.data", "--stdio", "-F", "sample,dso,sym", "-t", "\t"], cwd=folder,
            capture_output=True, text=True, check=True).stdout
        plain = subprocess.run(["c++filt"], input=report, capture_output=True, text=True, check=True).stdout
        totals = {}
        for line in plain.splitlines():
            fields = line.strip().split("\t", 1)
            if len(fields) == 2 and fields[0].strip().isdigit():
                name = kind(fields[1])
                totals[name] = totals.get(name, 0) + int(fields[0]) * 1000 / FREQUENCY
        return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, default=PROJECT / "models/minilm")
    parser.add_argument("--method", choices=METHODS, default="lora")
    parser.add_argument("--rows", nargs=2, type=int, default=[320, 1280], help="few rows, and more")
    options = parser.parse_args()
    options.data = options.data.resolve()
    few, more = options.rows
    if shutil.which("perf") is None:
        sys.exit("there is no perf; help: apt-get install linux-perf")
    if not 0 < few < more:
        sys.exit("--rows wants two numbers, the second larger than the first")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-breakdown-"))
    try:
        profiler = Profiler(options, scratch)
        sides = []
        for side in [profiler.ours, profiler.peer]:
            before, after = side(few), side(more)
            sides.append({name: (after.get(name, 0) - before.get(name, 0)) / (more - few) for name in after})
        ours, peer = sides
        totals = [max(sum(side.values()), 1e-9) for side in sides]
        lines = []
        for name in [name for name, _ in KINDS] + ["everything else"]:
            line = [name]
            for side, total in zip(sides, totals):
                line += [f"{side.get(name, 0):.2f}", f"{100 * side.get(name, 0) / total:.0f} %"]
            lines.append(line)
        lines.append(["all", f"{totals[0]:.2f}", "", f"{totals[1]:.2f}", ""])
        table(["ms of the processor a row", "ours", "share", "peer", "share"], lines)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
