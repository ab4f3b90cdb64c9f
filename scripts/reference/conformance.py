"""Compares every architecture, task and method with transformers and PEFT, on small random models.

usage: python scripts/reference/conformance.py [--tool .build/release/conformance-tool] [--fast] [--methods NAME …] [--json FILE] [NAME …]

For each cell the reference makes a model and an adapter and saves both; our side reads them, computes logits, loss and
every gradient, takes ten optimizer steps, saves the adapter and the merged model; the reference reads these back.
Differences are relative: to the largest logit, to the largest gradient, to the largest weight of each tensor. Prints a
line a cell; ends with 1 if a difference is above its bound. NAME limits it to families; --fast takes two of them, --methods
some methods.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import peft  # noqa: E402
import safetensors.torch  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

from architectures import ANSWERS, FAMILIES, ROWS, make_batch  # noqa: E402
from methods import METHODS  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parents[2]
STEPS, BATCHES, RATE = 10, 3, 1e-3
BOUNDS = {"logits": 1e-4, "loss": 1e-4, "gradients": 1e-4, "weights": 1e-3, "saved": 1e-4, "merged": 1e-4, "padding": 1e-5}


def relative(found, expected):
    """The largest difference, relative to the largest expected value."""
    if found.shape != expected.shape:
        raise ValueError(f"shape {tuple(found.shape)}, expected {tuple(expected.shape)}")
    scale = float(expected.abs().max())
    return float((found - expected).abs().max()) / (scale if scale > 0 else 1.0)


def at_tokens(logits, batch, task):
    """The logits where something is promised: at tokens, in front of which there may be a soft prompt's."""
    if task in (ROWS, ANSWERS):
        return logits
    width = batch["attention_mask"].shape[1]
    return logits[:, -width:][batch["attention_mask"] == 1]


class Cell:
    """One family, task and method."""

    def __init__(self, family, task, method, folder):
        self.family, self.task, self.method = family, task, method
        self.folder = folder / f"{family.name} {task} {method.name}".replace(" ", "-").replace(",", "")
        # PEFT's own logits depend on padding under a soft prompt.
        self.batches = [make_batch(task, seed, method.allows_padding) for seed in range(1, BATCHES + 1)]

    def prepare(self):
        """Saves the model and the adapter, and trains the reference."""
        model = self.family.make(self.task, seed=5)
        model.save_pretrained(self.folder / "model")
        tuned = self.method.attach(model, self.family, self.task)
        if tuned is not model:
            self.method.save(tuned, self.folder / "adapter")
        self.tuned = tuned.eval()
        with torch.no_grad():
            self.logits = self.forward(tuned, self.batches[0]).logits
        trainable = {name: p for name, p in tuned.named_parameters() if p.requires_grad}
        optimizer = torch.optim.AdamW(trainable.values(), lr=RATE, weight_decay=0, eps=self.method.epsilon)
        for step in range(STEPS):
            loss = self.forward(tuned, self.batches[step % BATCHES]).loss
            loss.backward()
            if step == 0:
                self.loss = loss.detach()
                self.gradients = {
                    self.our_name(name): (torch.zeros_like(p) if p.grad is None else p.grad.clone())
                    for name, p in trainable.items()}
            optimizer.step()
            optimizer.zero_grad()
        self.weights = {self.our_name(name): p.detach().clone() for name, p in trainable.items()}

    def our_name(self, name):
        name = self.method.our_name(name)
        for memory, file in self.family.file_names.items():
            name = name.replace(memory, file)
        return name

    @staticmethod
    def forward(model, batch):
        return model(**batch)

    def request(self, batches=None, steps=STEPS, name="ours"):
        def rows(batch, key):
            return batch[key].tolist() if key in batch else None

        return {
            "model": str(self.folder / "model"), "task": self.task,
            "adapter": str(self.folder / "adapter") if (self.folder / "adapter").exists() else None,
            "batches": [
                {"ids": rows(b, "input_ids"), "mask": rows(b, "attention_mask"), "decoder_ids": rows(b, "decoder_input_ids"),
                 "targets": b["labels"].flatten().tolist(), "target_shape": list(b["labels"].shape)}
                for b in (batches or self.batches)],
            "steps": steps, "learning_rate": RATE, "epsilon": self.method.epsilon,
            "output": str(self.folder / name), "saves": steps > 0, "merges": steps > 0 and self.method.merges}

    def padded_request(self):
        """The first batch with padding on the left and more on the right."""
        batch = {}
        for key, value in self.batches[0].items():
            fill = {"input_ids": 0, "attention_mask": 0, "labels": -100}.get(key)
            if fill is None or value.dim() == 1 or (self.task == ANSWERS and key == "labels"):
                batch[key] = value
            else:
                batch[key] = torch.nn.functional.pad(value, (3, 2), value=fill)
        return batch, self.request([batch], steps=0, name="padded")

    def check(self, padded_batch):
        """The largest relative difference of each check, or a reason why there is none."""
        error = self.folder / "ours/error.txt"
        if error.exists():
            return {"logits": error.read_text().strip()}
        ours = safetensors.torch.load_file(self.folder / "ours/results.safetensors")
        found = {"logits": relative(
            at_tokens(ours["logits"], self.batches[0], self.task), at_tokens(self.logits, self.batches[0], self.task))}
        found["loss"] = relative(ours["loss"], self.loss)
        missing = set(self.gradients) ^ {name[9:] for name in ours if name.startswith("gradient:")}
        if missing:
            found["gradients"] = f"only one side trains {', '.join(sorted(missing))}"
        else:
            scale = max(float(g.abs().max()) for g in self.gradients.values())
            found["gradients"] = max(
                float((self.method.ours_as_reference(name, ours[f"gradient:{name}"]) - g).abs().max()) / scale
                for name, g in self.gradients.items())
            found["weights"] = max(
                relative(self.method.ours_as_reference(name, ours[f"weight:{name}"]), w) for name, w in self.weights.items())
        after = at_tokens(ours["trained_logits"], self.batches[0], self.task)
        with torch.no_grad():
            read = self.method.read(self.family, self.task, self.folder)
            found["saved"] = relative(
                after, at_tokens(self.forward(read.eval(), self.batches[0]).logits, self.batches[0], self.task))
            if self.method.merges:
                merged = self.family.model_class(self.task).from_pretrained(self.folder / "ours/merged").eval()
                found["merged"] = relative(
                    after, at_tokens(self.forward(merged, self.batches[0]).logits, self.batches[0], self.task))
        padded = safetensors.torch.load_file(self.folder / "padded/results.safetensors")["logits"]
        found["padding"] = relative(
            at_tokens(padded, padded_batch, self.task), at_tokens(ours["logits"], self.batches[0], self.task))
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="NAME")
    parser.add_argument("--tool", type=pathlib.Path, default=PROJECT / ".build/release/conformance-tool")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--methods", nargs="+", metavar="NAME")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    wanted = options.families or (["bert", "llama 3"] if options.fast else [family.name for family in FAMILIES])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-conformance-"))
    print(f"transformers {transformers.__version__}, peft {peft.__version__}, torch {torch.__version__}")
    columns = list(BOUNDS)
    print(f"{'family':11} {'task':26} {'method':18}" + "".join(f"{column:>10}" for column in columns))
    results, failed, skipped = [], 0, 0
    for family in (family for family in FAMILIES if family.name in wanted):
        cells = [Cell(family, task, method, folder) for task in family.tasks for method in METHODS
                 if method.applies(family, task) and (not options.methods or method.name in options.methods)]
        requests, padded, impossible = [], {}, {}
        for cell in cells:
            try:
                cell.prepare()
            except Exception as error:  # noqa: BLE001: what the reference can't do is no measure
                impossible[cell] = f"{type(error).__name__}: {error}".splitlines()[0]
                continue
            padded[cell], request = cell.padded_request()
            requests += [cell.request(), request]
        (folder / "requests.json").write_text(json.dumps(requests))
        subprocess.run([options.tool, folder / "requests.json"], check=True)
        for cell in cells:
            if cell in impossible:
                skipped += 1
                results.append({
                    "family": family.name, "task": cell.task, "method": cell.method.name,
                    "reference_fails": impossible[cell]})
                print(f"{family.name:11} {cell.task:26} {cell.method.name:18}  the reference fails: {impossible[cell][:60]}")
                continue
            try:
                found = cell.check(padded[cell])
            except Exception as error:  # noqa: BLE001: a failure of any kind is a cell of the table
                found = {"logits": f"{type(error).__name__}: {error}"}
            passed = all(not isinstance(v, str) and v <= BOUNDS[name] for name, v in found.items())
            failed += not passed
            results.append({
                "family": family.name, "task": cell.task, "method": cell.method.name, "checks": found, "passed": passed})
            text = "".join(
                f"{'-':>10}" if name not in found else f"{'error':>10}" if isinstance(found[name], str)
                else f"{found[name]:10.1e}" for name in columns)
            print(f"{family.name:11} {cell.task:26} {cell.method.name:18}{text}  {'pass' if passed else 'FAIL'}", flush=True)
            for name, value in found.items():
                if isinstance(value, str):
                    print(f"  {name}: {value}")
        shutil.rmtree(folder)
        folder.mkdir()
    shutil.rmtree(folder)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    print(f"{len(results) - failed - skipped} passed, {failed} failed; {skipped} that the reference itself can't compute")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
