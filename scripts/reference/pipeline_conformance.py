"""Compares peft-pipeline with transformers and PEFT: adapters and merged models, both ways, logit by logit.

usage: python scripts/reference/pipeline_conformance.py [--programs .build/release] [--model models/minilm] [--methods NAME …] [--json FILE]

For each method a short training runs through the built programs; PEFT loads what it left, and the logits of 64 rows are
compared with those that `evaluate` kept. Then PEFT makes an adapter, and ours computes with it. Prints one table: the
largest difference of a logit, and the largest logit beside it; ends with 1 if a difference is above 1e-4.
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
import torch  # noqa: E402
import transformers  # noqa: E402
from peft import LoraConfig, PeftModel, PromptEncoderConfig, PromptTuningConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: E402

BOUND = 1e-4
LABELS = ["negative", "positive"]
PROJECT = pathlib.Path(__file__).resolve().parents[2]

METHODS = {
    "lora": "{uses: lora, with: {r: 8, lora_alpha: 16, target_modules: [query, value]}}",
    "lora, all linear, rslora": "{uses: lora, with: {r: 4, lora_alpha: 8, use_rslora: true, target_modules: all-linear}}",
    "dora": "{uses: lora, with: {r: 4, lora_alpha: 8, use_dora: true, target_modules: [query, value]}}",
    "lora, pissa": "{uses: lora, with: {r: 4, lora_alpha: 4, init_lora_weights: pissa, target_modules: all-linear}}",
    "lora, olora": "{uses: lora, with: {r: 4, lora_alpha: 4, init_lora_weights: olora, target_modules: [query, value]}}",
    "adalora": "{uses: adalora, with: {target_r: 2, init_r: 4, lora_alpha: 16, target_modules: all-linear, tinit: 8, "
    "tfinal: 16, orth_reg_weight: 0.1}}",
    "vera": "{uses: vera, with: {r: 64, target_modules: [query, value, output.dense]}}",
    "vera, from its seed": "{uses: vera, with: {r: 64, save_projection: false, target_modules: [query, value]}}",
    "ia3": "{uses: ia3, with: {target_modules: [key, value, output.dense], feedforward_modules: [output.dense]}}",
    "bitfit": "{uses: bitfit}",
    "prefix tuning": "{uses: prefix-tuning, with: {num_virtual_tokens: 10}}",
    "prompt tuning, vocabulary": "{uses: prompt-tuning, with: {num_virtual_tokens: 20}}",
    "prompt tuning, random": "{uses: prompt-tuning, with: {num_virtual_tokens: 20, prompt_tuning_init: RANDOM}}",
    "prompt tuning, text": "{uses: prompt-tuning, with: {num_virtual_tokens: 8, prompt_tuning_init: TEXT, "
    "prompt_tuning_init_text: Is this review positive?, tokenizer_name_or_path: models/minilm}}",
    "p-tuning, mlp": "{uses: p-tuning, with: {num_virtual_tokens: 20, encoder_hidden_size: 128}}",
    "p-tuning, lstm": "{uses: p-tuning, with: {num_virtual_tokens: 20, encoder_hidden_size: 64, "
    "encoder_reparameterization_type: LSTM}}",
    "head": "{uses: head}",
    "full": "{uses: full}",
}

PEFT_CONFIGS = {
    "lora": lambda: LoraConfig(
        task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules=["query", "value"], init_lora_weights=False),
    "lora, regular expression": lambda: LoraConfig(
        task_type="SEQ_CLS", r=4, lora_alpha=4, use_rslora=True, target_modules=r".*layer\.[0-2]\..*dense",
        init_lora_weights=False),
    "prompt tuning": lambda: PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=20),
    "p-tuning, mlp": lambda: PromptEncoderConfig(task_type="SEQ_CLS", num_virtual_tokens=20, encoder_hidden_size=128),
    "p-tuning, lstm": lambda: PromptEncoderConfig(
        task_type="SEQ_CLS", num_virtual_tokens=20, encoder_hidden_size=64, encoder_reparameterization_type="LSTM"),
}

PIPELINE = """version: 1
name: conformance
stages:
  reviews:
    uses: data
    with:
      source: datasets/sentiment/reviews.jsonl
      columns: {{text: sentence}}
      labels: [negative, positive]
      limit: 320
      split: {{train: 0.8, test: 0.2}}
  tokens:
    uses: tokenize
    from: {{dataset: reviews}}
    with: {{tokenizer: models/minilm}}
  {method}
  scores:
    uses: evaluate
    from: {{adapter: adapter, tokens: tokens}}
  merged:
    {merged}
"""
TRAINED = """method: {method}
  adapter:
    uses: train
    from: {{tokens: tokens, method: method}}
    with: {{model: models/minilm, epochs: 8, learning_rate: 2.0e-3, seed: 7}}"""
TAKEN = """adapter:
    uses: adapter
    with: {source: adapter, model: models/minilm, labels: [negative, positive]}"""
MERGE = "{uses: merge, from: {adapter: adapter, tokens: tokens}}"
NO_MERGE = "{uses: data, with: {source: datasets/sentiment/reviews.jsonl, columns: {text: sentence}}}"


class Project:
    """A folder with the data, the model and a pipeline."""

    def __init__(self, programs, model):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-conformance-"))
        self.program = programs / "peft-pipeline"
        (self.folder / "models").mkdir()
        (self.folder / "models/minilm").symlink_to(model.resolve())
        (self.folder / "datasets").symlink_to(PROJECT / "datasets")

    def write(self, stage, merges):
        text = PIPELINE.format(method=stage, merged=MERGE if merges else NO_MERGE)
        (self.folder / "p.yaml").write_text(text)

    def call(self, *arguments):
        ended = subprocess.run(
            [self.program, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise RuntimeError(f"peft-pipeline {' '.join(map(str, arguments))}:\n{ended.stderr}")
        return ended.stdout

    def artifact(self, stage):
        return pathlib.Path(self.call("show", "p.yaml", stage, "--path").strip())

    def logits(self):
        """The logits that `evaluate` kept, with the texts they belong to."""
        rows = [json.loads(line) for line in (self.artifact("reviews") / "test.jsonl").open()]
        kept = [json.loads(line) for line in (self.artifact("scores") / "predictions.jsonl").open()]
        assert [row["id"] for row in rows] == [row["id"] for row in kept] and len(rows) == 64
        return [row["text"] for row in rows], torch.tensor([row["logits"] for row in kept])


def reference_logits(model, tokenizer, texts):
    """One row at a time: what padding does to the reference is no measure."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(**tokenizer(text, return_tensors="pt")).logits for text in texts]).float()


def base_model(path):
    return AutoModelForSequenceClassification.from_pretrained(path, num_labels=2)


def difference(left, right):
    """The largest difference, and the largest logit that it is seen against."""
    return float((left - right).abs().max()), float(left.abs().max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, default=PROJECT / ".build/release")
    parser.add_argument("--model", type=pathlib.Path, default=PROJECT / "models/minilm")
    parser.add_argument("--methods", nargs="+", metavar="NAME", help="those of the tables")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    project = Project(options.programs.resolve(), options.model)
    results = []

    def check(method, what, measure):
        try:
            (value, scale), problem = measure(), ""
        except Exception as error:  # noqa: BLE001: a failure of any kind is a cell of the table
            value, scale, problem = float("inf"), 0.0, str(error)
        passed = value <= BOUND
        results.append({
            "method": method, "check": what, "difference": value, "largest_logit": scale, "passed": passed,
            "problem": problem})
        print(f"{method:28} {what:30} {value:10.1e} {scale:6.2f}  {'pass' if passed else 'FAIL'}  {problem}", flush=True)

    print(f"transformers {transformers.__version__}, peft {peft.__version__}, torch {torch.__version__}")
    print(f"{'method':28} {'check':30} {'difference':>10} {'logit':>6}")
    def wanted(methods):
        return ((name, value) for name, value in methods.items() if not options.methods or name in options.methods)

    for method, stage in wanted(METHODS):
        merges = "tuning" not in method
        project.write(TRAINED.format(method=stage), merges)
        try:
            project.call("run", "p.yaml")
        except RuntimeError as error:
            check(method, "trains", lambda error=error: (_ for _ in ()).throw(error))
            continue
        texts, ours = project.logits()

        def loaded():
            if method == "full":
                model = AutoModelForSequenceClassification.from_pretrained(project.artifact("adapter"))
            else:
                model = PeftModel.from_pretrained(base_model(options.model), project.artifact("adapter"))
            return difference(reference_logits(model, tokenizer, texts), ours)

        def merged():
            model = AutoModelForSequenceClassification.from_pretrained(project.artifact("merged"))
            names = [model.config.id2label[index] for index in range(2)]
            assert names == LABELS, names
            merged_tokenizer = AutoTokenizer.from_pretrained(project.artifact("merged"))
            return difference(reference_logits(model, merged_tokenizer, texts), ours)

        check(method, "ours loads in PEFT", loaded)
        if merges:
            check(method, "merged loads in transformers", merged)

    for method, config in wanted(PEFT_CONFIGS):
        torch.manual_seed(11)
        folder = project.folder / "adapter"
        shutil.rmtree(folder, ignore_errors=True)
        model = get_peft_model(base_model(options.model), config())
        for name, parameter in model.named_parameters():
            if parameter.requires_grad and "classifier" in name:
                # A new head gives logits near zero, which would hide a difference.
                parameter.data.mul_(40)
        model.save_pretrained(folder)

        def taken():
            project.write(TAKEN, False)
            project.call("run", "p.yaml")
            texts, ours = project.logits()
            return difference(reference_logits(model, tokenizer, texts), ours)

        check(method, "PEFT's loads in ours", taken)

    failed = sum(not result["passed"] for result in results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    subprocess.run(["chmod", "-R", "u+w", project.folder], check=False)
    shutil.rmtree(project.folder, ignore_errors=True)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
