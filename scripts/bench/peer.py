"""How fast training is beside PEFT and Trainer: the same model, rows, method, batch, learning rate and epochs.

    make bench-peer DATA=FOLDER

FOLDER holds train.tsv and dev.tsv: a sentence, a tab and 0 or 1 a line. Both sides run in turn, whole processes each, as
often as --pairs says, and a figure is the median. Speed is rows a second of training without what comes before and after,
or of evaluation; a whole job is from the start of the first process to the merged model. The peer runs as it comes and at
its best settings. Accuracy stands beside, because a fast training that learns less is not faster.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import language

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from tables import table  # noqa: E402
from training_runs import METHODS, PROJECT, pipeline, timed  # noqa: E402

# Name, method, our dtype, the peer's options, and the ratio that we want at least.
CASES = [
    ("lora, float32, peer as it comes", "lora", "float32", [], 2.5),
    ("lora, float32, peer grouped", "lora", "float32", ["--group"], 1.4),
    ("lora, bfloat16, peer grouped, bfloat16", "lora", "bfloat16", ["--group", "--bf16"], 2.0),
    ("prompt tuning, float32, peer grouped", "prompt-tuning", "float32", ["--group"], 1.5),
    ("p-tuning, float32, peer grouped", "p-tuning", "float32", ["--group"], 1.5),
]

# The peer's options in a whole job.
WHOLE = [([], "peer as it comes"), (["--group"], "peer grouped")]

# What a step of LoRA on MiniLM computes in matrix products for a row, 23.9 tokens of SST-2 without padding: six layers of
# 4 d² weights in attention and 8 d² in feed-forward, once forward and once for the gradient of what a layer is given. Of the
# last layer only keys and values are computed at every place, the rest at the first; nothing is passed on below the first
# layer's query, key and value.
WIDTH, TOKENS = 384, 23.9
FORWARD = 5 * 12 + 2 + 10 / TOKENS
STEP_FLOPS = 2 * TOKENS * WIDTH**2 * (FORWARD + FORWARD - 3)

SCORED = """  scores:
    uses: evaluate
    from: {adapter: adapter, tokens: tokens}
    with: {split: validation}
"""
MERGED = """  merged:
    uses: merge
    from: {adapter: adapter, tokens: tokens}
"""


class Bench:
    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.count = 0
        rows = (options.data / "train.tsv").read_text(encoding="utf-8").splitlines()[:options.limit]
        (scratch / "train.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    def folder(self):
        self.count += 1
        folder = self.scratch / str(self.count)
        folder.mkdir()
        (folder / "train.tsv").symlink_to(self.scratch / "train.tsv")
        (folder / "dev.tsv").symlink_to((self.options.data / "dev.tsv").resolve())
        (folder / "model").symlink_to(self.options.model.resolve())
        return folder

    def ours(self, method, dtype, merge=False):
        folder = self.folder()
        training = {"epochs": 1, "seed": 42, **({} if dtype == "float32" else {"dtype": dtype})}
        (folder / "p.yaml").write_text(
            pipeline(method, "train.tsv", "dev.tsv", "model", **training) + SCORED + (MERGED if merge else ""))
        output, wall, peak = timed(
            [PROJECT / ".build/release/peft-pipeline", "run", "p.yaml", "--json", "--threads", self.options.threads,
             "--device", self.options.device], folder)
        ends = {}
        for line in output.splitlines():
            event = json.loads(line)
            if event["event"] == "finished":
                ends[event["stage"]] = event
        return {
            "rows": ends["adapter"]["measurements"]["samples_per_second"],
            "evaluated": ends["scores"]["measurements"]["samples_per_second"],
            "accuracy": ends["scores"]["metrics"]["accuracy"], "wall": wall,
            "peak": max(end["measurements"].get("peak_memory_bytes", 0) for end in ends.values()) or peak,
            "digest": ends["adapter"]["digest"]}

    def peer(self, method, settings, merge=False):
        folder = self.folder()
        output, wall, peak = timed(
            [sys.executable, PROJECT / "scripts/reference/peer.py", "--model", "model", "--train", "train.tsv",
             "--validation", "dev.tsv", "--method", method, "--learning-rate", METHODS[method][1], "--output", "out",
             "--threads", self.options.threads, *settings, *(["--merge"] if merge else [])], folder)
        record = json.loads(output.splitlines()[-1])
        return {
            "rows": record["rows_per_second"], "evaluated": record["evaluated_per_second"],
            "accuracy": record["accuracy"], "wall": wall, "peak": peak}

    def matrix_rate(self, dtype):
        """FLOP/s of a linear layer of the model's sizes in LibTorch: of all threads in one product, or each in its own,
        whichever is more."""
        code = (
            "import concurrent.futures, time, torch\n"
            "count = %d\n"
            "x = [torch.randn(800, 384, dtype=torch.%s) for _ in range(count)]\n"
            "w = torch.randn(1536, 384, dtype=torch.%s)\n"
            "def work(number, times=100):\n"
            "    for _ in range(times): torch.nn.functional.linear(x[number], w)\n"
            "def rate(numbers):\n"
            "    best = 0\n"
            "    with concurrent.futures.ThreadPoolExecutor(len(numbers)) as pool:\n"
            "        list(pool.map(lambda n: work(n, 20), numbers))\n"
            "        for _ in range(7):\n"
            "            start = time.monotonic()\n"
            "            list(pool.map(work, numbers))\n"
            "            best = max(best, len(numbers) * 100 * 2 * 800 * 384 * 1536 / (time.monotonic() - start))\n"
            "    return best\n"
            "torch.set_num_threads(count)\n"
            "together = rate([0])\n"
            "torch.set_num_threads(1)\n"
            "print(max(together, rate(range(count))))") % (self.options.threads, dtype, dtype)
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, default=PROJECT / "models/minilm")
    parser.add_argument("--limit", type=int, default=1600, help="rows of training")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--cases", nargs="+", type=int, help="numbers of cases, from 1; 6 is the whole job, 7 a language model")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    chosen = options.cases or range(1, len(CASES) + 3)
    results, lines, others = [], [], []
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-bench-"))
    try:
        bench = Bench(options, scratch)
        rates = {dtype: bench.matrix_rate(dtype) for dtype in ["float32", "bfloat16"]}
        for number, (name, method, dtype, settings, bar) in enumerate(CASES, 1):
            if number not in chosen:
                continue
            pairs = []
            for _ in range(options.pairs):
                pairs.append((bench.ours(method, dtype), bench.peer(method, settings)))
                print(f"{name}: {pairs[-1][0]['rows']:.0f} {pairs[-1][1]['rows']:.0f} rows/s", file=sys.stderr, flush=True)
            results.append({"case": name, "pairs": pairs})

            def median(figure, side):
                return statistics.median(pair[side][figure] for pair in pairs)

            ratio = statistics.median(we["rows"] / they["rows"] for we, they in pairs)
            same = len({we["digest"] for we, _ in pairs}) == 1
            lines.append([
                name, f"{median('rows', 0):.0f}", f"{median('rows', 1):.0f}", f"{ratio:.2f}", f"{bar:.1f}",
                f"{median('accuracy', 0):.4f}", f"{median('accuracy', 1):.4f}",
                f"{median('evaluated', 0):.0f}", f"{median('evaluated', 1):.0f}",
                f"{statistics.median(we['evaluated'] / they['evaluated'] for we, they in pairs):.2f}",
                f"{median('peak', 0) / 1e6:.0f}", f"{median('peak', 1) / 1e6:.0f}", "yes" if same else "NO"])
            if method == "lora":
                # Two passes, forward and to the inputs, of 10.6 million multiplications and additions a token.
                share = median("rows", 0) * STEP_FLOPS / rates[dtype]
                others.append([f"{name.split(', peer')[0]}: share of the matrix rate {rates[dtype] / 1e9:.0f} GFLOP/s",
                               f"{100 * share:.0f} %"])
        if len(CASES) + 1 in chosen:
            rounds = []
            for _ in range(options.pairs):
                rounds.append([bench.ours("lora", "float32", merge=True)]
                              + [bench.peer("lora", settings, merge=True) for settings, _ in WHOLE])
                print("whole job:", *(f"{side['wall']:.1f} s" for side in rounds[-1]), file=sys.stderr, flush=True)
            results.append({"case": "whole job", "rounds": rounds})

            def middle(figure, side):
                return statistics.median(sides[side][figure] for sides in rounds)

            for side, (_, name) in enumerate(WHOLE, 1):
                ratio = statistics.median(sides[side]["wall"] / sides[0]["wall"] for sides in rounds)
                others.append([
                    f"whole job to a merged model, {options.limit} rows: ours {middle('wall', 0):.1f} s, {name} "
                    f"{middle('wall', side):.1f} s; accuracy {middle('accuracy', 0):.4f}, {middle('accuracy', side):.4f}",
                    f"{ratio:.2f} times as fast"])
        if len(CASES) + 2 in chosen:
            pairs = language.measure(argparse.Namespace(
                program=PROJECT / ".build/release/peft-pipeline", steps=5, pairs=options.pairs, threads=options.threads,
                device=options.device, settings=[], peer=[], alone=False))
            results.append({"case": "gpt-2, lora on c_attn", "pairs": pairs})
            others += [["gpt-2, lora on c_attn", line] for line in language.lines(pairs)]
    finally:
        subprocess.run(["chmod", "-R", "u+w", scratch], check=False)
        shutil.rmtree(scratch, ignore_errors=True)
    if lines:
        table(["case", "rows/s", "peer", "ratio", "bar", "accuracy", "peer", "evaluated/s", "peer", "ratio", "peak MB",
               "peer", "same bytes"], lines)
        print()
    if others:
        table(["what", "figure"], others)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
