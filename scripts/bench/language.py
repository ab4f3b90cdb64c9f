"""How fast a language model is trained beside PEFT and Trainer, and in how much memory: GPT-2 of 124 million random weights,
rows of 256 tokens, LoRA on c_attn, a batch of 8, a few steps.

    python scripts/bench/language.py             # or scripts/bench/peer.py --cases 7

Nothing is learned and nothing is asked for but rows a second and memory, so weights and words are drawn at random and no
file is needed. Both sides run in turn, whole processes each.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from training_runs import PROJECT, timed  # noqa: E402

WORDS, LENGTH, BATCH = 50257, 256, 8

PIPELINE = """version: 1
name: language
stages:
  texts:
    uses: data
    with: {{source: train.jsonl, test: test.jsonl, target: none, deduplicate: none}}
  tokens:
    uses: tokenize
    from: {{dataset: texts}}
    with: {{tokenizer: model, max_length: {length}}}
  method: {{uses: lora, with: {{r: 8, lora_alpha: 16, target_modules: [c_attn]}}}}
  adapter:
    uses: train
    from: {{tokens: tokens, method: method}}
    with: {{task: causal-language-modelling, model: model, epochs: 1, batch_size: {batch}, learning_rate: 1.0e-4{settings}}}
  scores:
    uses: evaluate
    from: {{adapter: adapter, tokens: tokens}}
"""


def prepare(folder, steps):
    """The model with a tokenizer of a token a word, and rows of words, in a folder."""
    code = (
        "import sys, torch, transformers\n"
        "torch.manual_seed(0)\n"
        "transformers.GPT2LMHeadModel(transformers.GPT2Config()).save_pretrained(sys.argv[1])\n")
    subprocess.run([sys.executable, "-c", code, folder / "model"], check=True, capture_output=True)
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {f"w{i}": i for i in range(WORDS)}, "unk_token": "w0"}}
    (folder / "model/tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "model/tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "w0", "pad_token": "w0"}))
    words = random.Random(0)
    for name, rows in [("train", steps * BATCH), ("test", 2 * BATCH)]:
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as file:
            for _ in range(rows):
                text = " ".join(f"w{words.randrange(1, WORDS)}" for _ in range(LENGTH))
                file.write(json.dumps({"text": text}) + "\n")


def ours(folder, options):
    settings = "".join(f", {setting}" for setting in options.settings)
    (folder / "p.yaml").write_text(PIPELINE.format(length=LENGTH, batch=BATCH, settings=settings))
    shutil.rmtree(folder / ".peft-pipeline", ignore_errors=True)
    output, _, _ = timed(
        [options.program, "run", "p.yaml", "--json", "--threads", options.threads, "--device", options.device], folder)
    ends = {}
    for line in output.splitlines():
        event = json.loads(line)
        if event["event"] == "finished":
            ends[event["stage"]] = event
    measured = {stage: ends[stage]["measurements"] for stage in ("adapter", "scores")}
    return {
        "rows": measured["adapter"]["samples_per_second"], "peak": measured["adapter"]["peak_memory_bytes"],
        "evaluated": measured["scores"]["samples_per_second"], "evaluation_peak": measured["scores"]["peak_memory_bytes"],
        "loss": ends["adapter"]["metrics"]["loss"], "digest": ends["adapter"]["digest"]}


def peer(folder, options):
    output, _, peak = timed(
        [sys.executable, PROJECT / "scripts/reference/peer_language.py", "--model", "model", "--train", "train.jsonl",
         "--length", LENGTH, "--batch-size", BATCH, "--output", "out", "--threads", options.threads, *options.peer],
        folder)
    record = json.loads(output.splitlines()[-1])
    return {"rows": record["rows_per_second"], "peak": peak, "loss": record["loss"]}


def measure(options):
    """Pairs of ours and the peer's, in turn."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="peft-pipeline-language-"))
    try:
        prepare(folder, options.steps)
        return [(ours(folder, options), peer(folder, options) if not options.alone else None)
                for _ in range(options.pairs)]
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def lines(pairs):
    """What to print of pairs."""

    def median(side, figure):
        return statistics.median(pair[side][figure] for pair in pairs)

    found = [
        f"ours: {median(0, 'rows'):.2f} rows/s, {median(0, 'peak') / 1e6:.0f} MB, loss {median(0, 'loss'):.4f}; evaluation "
        f"{median(0, 'evaluated'):.2f} rows/s, {median(0, 'evaluation_peak') / 1e6:.0f} MB; same bytes "
        + ("yes" if len({we['digest'] for we, _ in pairs}) == 1 else "NO")]
    if pairs[0][1]:
        ratio = statistics.median(we["rows"] / they["rows"] for we, they in pairs)
        found.append(f"peer: {median(1, 'rows'):.2f} rows/s, {median(1, 'peak') / 1e6:.0f} MB, loss {median(1, 'loss'):.4f}")
        found.append(f"{ratio:.2f} times as fast, {median(0, 'peak') / median(1, 'peak'):.2f} of the memory")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=PROJECT / ".build/release/peft-pipeline")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--settings", nargs="*", default=[], help="of our stage `train`: gradient_checkpointing:\\ true")
    parser.add_argument("--peer", nargs="*", default=[], help="options of peer_language.py, without their dashes")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args()
    options.peer = [f"--{option}" for option in options.peer]
    print("\n".join(lines(measure(options))))


if __name__ == "__main__":
    main()
