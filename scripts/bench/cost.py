"""How the cost of a training grows: with rows, length, rank, layers and threads; and what settings for memory cost.

    make bench-cost DATA=FOLDER PICTURES=docs/pictures

FOLDER holds train.tsv, as for `make bench-peer`. One thing changes at a time, the rest stays: MiniLM, LoRA r 8 on query and
value, batch 32, 640 rows. Each setting is trained --times over, all in turn, and the fastest counts, because others share
the machine. Prints a table for each, and with --pictures draws them as SVG. With `hidden-states` below the adapter its own time
counts with the training's.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tables import table

PROJECT = pathlib.Path(__file__).resolve().parents[2]
WORDS = 640 * 24

# What changes: its name, its values, and what stands beside the seconds.
AXES = {
    "rows": [160, 320, 640, 1280, 2560],
    "length": [8, 16, 32, 64, 128],
    "rank": [1, 4, 16, 64, 256],
    "layers": [1, 2, 3, 4, 5, 6],
    "threads": sorted({1, 2, os.cpu_count()}),
}
# Settings of `train`, and whether what is below the adapter is computed once.
SETTINGS = {
    "as it is": {},
    "gradient_checkpointing": {"gradient_checkpointing": "true"},
    "batch_size 8, gradient_accumulation_steps 4": {"batch_size": 8, "gradient_accumulation_steps": 4},
    "batch_size 128": {"batch_size": 128},
    "batch_size 128, gradient_checkpointing": {"batch_size": 128, "gradient_checkpointing": "true"},
    "two layers from the top, 3 epochs": {"layers": 2, "epochs": 3},
    "two layers from the top, 3 epochs, hidden-states": {"layers": 2, "epochs": 3, "states": True},
}
USUAL = {"rows": 640, "length": None, "rank": 8, "layers": 6, "threads": os.cpu_count()}
UNITS = {
    "rows": "rows of training", "length": "words a row, as many words in all", "rank": "rank of LoRA",
    "layers": "layers from the top with LoRA", "threads": "threads", "settings": "settings",
}


def pipeline(rank, layers, count, states=False, **settings):
    first = count - layers
    numbers = ", ".join(str(number) for number in range(first, count))
    training = {"model": "model", "batch_size": 32, "learning_rate": "5.0e-4", "epochs": 1, "seed": 42} | settings
    below = """  states:
    uses: hidden-states
    from: {tokens: tokens, method: method}
    with: {model: model}
""" if states else ""
    return f"""version: 1
name: cost
stages:
  sentences:
    uses: data
    with: {{source: train.tsv, header: false, columns: {{text: 0, label: 1}}, labels: ["0", "1"], deduplicate: none,
           split: {{train: 1}}}}
  tokens:
    uses: tokenize
    from: {{dataset: sentences}}
    with: {{tokenizer: model, max_length: 512}}
  method:
    uses: lora
    with: {{r: {rank}, lora_alpha: 16, target_modules: [query, value], layers_to_transform: [{numbers}]}}
{below}  adapter:
    uses: train
    from: {{tokens: tokens, method: method{", states: states" if states else ""}}}
    with: {{{", ".join(f"{name}: {value}" for name, value in training.items())}}}
"""


class Bench:
    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.count = 0
        self.layers = json.loads((options.model / "config.json").read_text())["num_hidden_layers"]
        self.rows = (options.data / "train.tsv").read_text(encoding="utf-8").splitlines()

    def texts(self, rows, length):
        """Rows as they are, or as many of one length as have the words of 640."""
        if length is None:
            return self.rows[:rows]
        words = [word for row in self.rows[:20_000] for word in row.split("\t")[0].split()]
        return [" ".join(words[length * n : length * (n + 1)]) + f"\t{n % 2}" for n in range(WORDS // length)]

    def measure(self, setting):
        self.count += 1
        folder = self.scratch / str(self.count)
        folder.mkdir()
        texts = self.texts(setting["rows"], setting["length"])
        (folder / "train.tsv").write_text("\n".join(texts) + "\n", encoding="utf-8")
        (folder / "model").symlink_to(self.options.model.resolve())
        more = SETTINGS.get(setting.get("settings"), {})
        (folder / "p.yaml").write_text(
            pipeline(**{"rank": setting["rank"], "layers": setting["layers"], "count": self.layers} | more))
        ended = subprocess.run(
            [PROJECT / ".build/release/peft-pipeline", "run", "p.yaml", "--json", "--threads", str(setting["threads"])],
            cwd=folder, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"the training with {setting} ended with {ended.returncode}:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        ends = {event["stage"]: event for event in events if event["event"] == "finished"}
        measured = ends["adapter"]["measurements"]
        seconds = more.get("epochs", 1) * len(texts) / measured["samples_per_second"]
        if "states" in ends:
            seconds += ends["states"]["seconds"]
        shutil.rmtree(folder, ignore_errors=True)
        return seconds, measured["peak_memory_bytes"] / 1e6


def drawn(folder, results):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "peft-pipeline"
    from matplotlib import pyplot

    figure, places = pyplot.subplots(1, len(results), figsize=(3.2 * len(results), 2.8), layout="constrained")
    for place, (axis, points) in zip(places if len(results) > 1 else [places], results.items()):
        values = [value for value, _, _ in points]
        place.plot(values, [seconds for _, seconds, _ in points], "o-", color="#2563eb", label="seconds")
        place.set_xlabel(UNITS[axis])
        place.set_ylim(bottom=0)
        if axis in {"rows", "length", "rank"}:
            place.set_xscale("log", base=2 if axis != "rank" else 4)
            place.set_xticks(values, [str(value) for value in values])
            place.minorticks_off()
        else:
            place.set_xticks(values)
        place.spines[["top", "right"]].set_visible(False)
    (places if len(results) == 1 else places[0]).set_ylabel("seconds of training")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "cost.svg", metadata={"Date": None})
    print(f"drawn: {folder / 'cost.svg'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, default=PROJECT / "models/minilm")
    parser.add_argument("--axes", nargs="+", choices=[*AXES, "settings"], default=[*AXES, "settings"])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for the drawing")
    options = parser.parse_args()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-cost-"))
    try:
        bench = Bench(options, scratch)
        usual = USUAL | {"layers": bench.layers}
        values = AXES | {"settings": list(SETTINGS)}
        settings = {axis: [(value, usual | {axis: value}) for value in values[axis]] for axis in options.axes}
        best = {}
        for _ in range(options.times):
            for axis, points in settings.items():
                for value, setting in points:
                    seconds, memory = bench.measure(setting)
                    before = best.get((axis, value), (float("inf"), 0))
                    best[axis, value] = (min(seconds, before[0]), max(memory, before[1]))
        results = {axis: [(value, *best[axis, value]) for value, _ in points] for axis, points in settings.items()}
        for axis, points in results.items():
            table(
                [UNITS[axis], "seconds", "peak MB"],
                [[str(value), f"{seconds:.2f}", f"{memory:.0f}"] for value, seconds, memory in points])
            print()
        if options.pictures:
            drawn(options.pictures, {axis: points for axis, points in results.items() if axis != "settings"})
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
