"""Compares what is learned on SST-2 with what PEFT and Trainer learn: the same model, rows, method, batch, learning rate
and epochs, and each side's own defaults in all else.

usage: python scripts/reference/quality.py --data FOLDER [--methods …] [--seeds …] [--json FILE]

FOLDER holds train.tsv and dev.tsv: a sentence, a tab and 0 or 1 a line. Both sides run in turn, whole processes each,
and are judged by their last epoch; ours of the best epoch, which `train` keeps, stands beside it. Memory is the most
that any one process held. Ends with 1 if a mean is below its bar or a peak is above the peer's.
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

from training_runs import METHODS, PROJECT, pipeline, timed

# What each method is compared with: epochs, and how far below the peer its mean may lie.
BARS = {"lora": (3, 0.01), "prompt-tuning": (1, 0.0), "p-tuning": (1, 0.0)}


def ours(options, method, seed, folder):
    epochs, _ = BARS[method]
    (folder / "data").symlink_to(options.data.resolve())
    (folder / "model").symlink_to(options.model.resolve())
    (folder / "p.yaml").write_text(
        pipeline(method, "data/train.tsv", "data/dev.tsv", "model", epochs=epochs, seed=seed))
    output, wall, peak = timed([
        options.programs / "peft-pipeline", "run", "p.yaml", "--json", "--threads", str(options.threads)], folder)
    events = [json.loads(line) for line in output.splitlines()]
    trained = next(event for event in events if event["event"] == "finished" and event["stage"] == "adapter")
    record = json.loads((pathlib.Path(trained["artifact"]) / "training.json").read_text())
    accuracies = [evaluation["accuracy"] for evaluation in record["evaluations"]]
    return {
        "accuracy": accuracies[-1], "best": max(accuracies), "wall": wall, "peak": peak,
        "rows_per_second": trained["measurements"]["samples_per_second"]}


def peer(options, method, seed, folder):
    epochs, _ = BARS[method]
    output, wall, peak = timed([
        sys.executable, PROJECT / "scripts/reference/peer.py", "--model", options.model.resolve(),
        "--train", options.data.resolve() / "train.tsv", "--validation", options.data.resolve() / "dev.tsv",
        "--method", method, "--epochs", str(epochs), "--learning-rate", str(METHODS[method][1]), "--seed", str(seed),
        "--threads", str(options.threads), "--output", folder / "out"], folder)
    return {**json.loads(output.splitlines()[-1]), "wall": wall, "peak": peak}


def in_new_folder(measure, *arguments):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-quality-"))
    try:
        return measure(*arguments, folder)
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, default=PROJECT / ".build/release")
    parser.add_argument("--model", type=pathlib.Path, default=PROJECT / "models/minilm")
    parser.add_argument("--methods", nargs="+", choices=BARS, default=list(BARS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[42, 43, 44])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.programs = options.programs.resolve()

    print(f"{'method':14} {'seed':>5} {'accuracy':>8} {'best':>7} {'peer':>7} {'rows/s':>7} {'peer':>6} {'ratio':>6}"
          f" {'wall s':>7} {'peer':>6} {'peak MB':>8} {'peer':>6}", flush=True)
    results, failures = [], []
    for method in options.methods:
        pairs = []
        for seed in options.seeds:
            we, they = in_new_folder(ours, options, method, seed), in_new_folder(peer, options, method, seed)
            pairs.append((we, they))
            results.append({"method": method, "seed": seed, "ours": we, "peer": they})
            print(f"{method:14} {seed:5} {we['accuracy']:8.4f} {we['best']:7.4f} {they['accuracy']:7.4f}"
                  f" {we['rows_per_second']:7.1f} {they['rows_per_second']:6.1f}"
                  f" {we['rows_per_second'] / they['rows_per_second']:6.2f}"
                  f" {we['wall']:7.1f} {they['wall']:6.1f} {we['peak'] / 1e6:8.0f} {they['peak'] / 1e6:6.0f}", flush=True)
        mean = statistics.mean(we["accuracy"] for we, _ in pairs)
        peers = statistics.mean(they["accuracy"] for _, they in pairs)
        bar = peers - BARS[method][1]
        passed = mean >= bar and max(we["peak"] for we, _ in pairs) < min(they["peak"] for _, they in pairs)
        print(f"{method:14}  mean {mean:8.4f} {'':7} {peers:7.4f}  bar {bar:.4f}  {'pass' if passed else 'FAIL'}", flush=True)
        if not passed:
            failures.append(method)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
