"""What measures a training of ours beside one of the peer's: the pipeline, and whole processes with seconds and memory."""
import os
import pathlib
import subprocess
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# By method: its stage, and the learning rate that it is measured with.
METHODS = {
    "lora": ("{uses: lora, with: {r: 8, lora_alpha: 16, target_modules: [query, value]}}", 5.0e-4),
    "prompt-tuning": ("{uses: prompt-tuning, with: {num_virtual_tokens: 20}}", 3.0e-2),
    "p-tuning": ("{uses: p-tuning, with: {num_virtual_tokens: 20, encoder_hidden_size: 128}}", 3.0e-3),
}


def pipeline(method, train, validation, model, **training):
    """A pipeline that trains on rows of text, a tab and 0 or 1."""
    stage, rate = METHODS[method]
    settings = {"model": model, "batch_size": 32, "learning_rate": rate, **training}
    return f"""version: 1
name: measured
stages:
  sentences:
    uses: data
    with: {{source: {train}, validation: {validation}, header: false, columns: {{text: 0, label: 1}},
           labels: ["0", "1"], deduplicate: none}}
  tokens:
    uses: tokenize
    from: {{dataset: sentences}}
    with: {{tokenizer: {model}, max_length: 128}}
  method: {stage}
  adapter:
    uses: train
    from: {{tokens: tokens, method: method}}
    with: {{{", ".join(f"{name}: {value}" for name, value in settings.items())}}}
"""


def timed(command, folder):
    """Runs a command and gives its output, seconds, and the largest resident set of a process in it, in bytes."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], cwd=folder, stdout=output, stderr=errors, text=True)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        output.seek(0), errors.seek(0)
        if process.returncode != 0:
            raise RuntimeError(
                f"{' '.join(map(str, command))} ended with {process.returncode}:\n{errors.read()[-3000:]}"
                f"{output.read()[-3000:]}")
        return output.read(), seconds, usage.ru_maxrss * 1024
