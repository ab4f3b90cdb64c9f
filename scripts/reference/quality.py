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
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# What each method is compared with: epochs, learning rate, and how far below the peer its mean may lie.
METHODS = {
    "lora": ("{uses: lora, with: {r: 8, lora_alpha: 16, target_modules: [query, value]}}", 3, 5.0e-4, 0.01),
    "prompt-tuning": ("{uses: prompt-tuning, with: {num_virtual_tokens: 20}}", 1, 3.0e-2, 0.0),
    "p-tuning": ("{uses: p-tuning, with: {num_virtual_tokens: 20, encoder_hidden_size: 128}}", 1, 3.0e-3, 0.0),
}

PIPELINE = """version: 1
name: quality
stages:
  sentences:
    uses: data
    with: {{source: data/train.tsv, validation: data/dev.tsv, header: false, columns: {{text: 0, label: 1}},
           labels: ["0", "1"], deduplicate: none}}
  tokens:
    uses: tokenize
    from: {{dataset: sentences}}
    with: {{tokenizer: model, max_length: 128}}
  method: {method}
  adapter:
    uses: train
    from: {{tokens: tokens, method: method}}
    with: {{model: model, epochs: {epochs}, batch_size: 32, learning_rate: {rate}, seed: {seed}}}
"""


def timed(command, folder):
    """Runs a command and gives its output, seconds, and the largest resident set of a process in it, in bytes."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=errors, text=True)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        output.seek(0), errors.seek(0)
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{errors.read()}")
        return output.read(), seconds, usage.ru_maxrss * 1024


def ours(options, method, seed, folder):
    stage, epochs, rate, _ = METHODS[method]
    (folder / "data").symlink_to(options.data.resolve())
    (folder / "model").symlink_to(options.model.resolve())
    (folder / "p.yaml").write_text(PIPELINE.format(method=stage, epochs=epochs, rate=rate, seed=seed))
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
    _, epochs, rate, _ = METHODS[method]
    output, wall, peak = timed([
        sys.executable, PROJECT / "scripts/reference/peer.py", "--model", options.model.resolve(),
        "--train", options.data.resolve() / "train.tsv", "--validation", options.data.resolve() / "dev.tsv",
        "--method", method, "--epochs", str(epochs), "--learning-rate", str(rate), "--seed", str(seed),
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
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
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
        bar = peers - METHODS[method][3]
        passed = mean >= bar and max(we["peak"] for we, _ in pairs) < min(they["peak"] for _, they in pairs)
        print(f"{method:14}  mean {mean:8.4f} {'':7} {peers:7.4f}  bar {bar:.4f}  {'pass' if passed else 'FAIL'}", flush=True)
        if not passed:
            failures.append(method)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
