"""What a person would write instead: LoRA on a causal language model with PEFT and Trainer, on texts of one length.

usage: python scripts/reference/peer_language.py --model DIR --train FILE --length 256 --batch-size 8 --output DIR
Prints one JSON line: rows a second of training, and the loss of the last step. Everything that is not an option is the
library's default.
"""
import argparse
import json
import os
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch  # noqa: E402
import transformers  # noqa: E402
from datasets import Dataset  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling  # noqa: E402
from transformers import Trainer, TrainingArguments  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--recompute", action="store_true", help="gradient checkpointing")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    transformers.set_seed(42)
    transformers.logging.set_verbosity_error()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    with open(options.train, encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    data = Dataset.from_dict({"text": texts}).map(
        lambda batch: tokenizer(batch["text"], truncation=True, max_length=options.length), batched=True,
        remove_columns=["text"])
    model = AutoModelForCausalLM.from_pretrained(options.model)
    model = get_peft_model(
        model, LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, target_modules=["c_attn"], fan_in_fan_out=True))
    if options.recompute:
        model.enable_input_require_grads()
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=options.output, num_train_epochs=1, per_device_train_batch_size=options.batch_size,
            learning_rate=1e-4, use_cpu=True, bf16=options.bf16, gradient_checkpointing=options.recompute,
            logging_steps=1, save_strategy="no", report_to=[], disable_tqdm=True),
        train_dataset=data, data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False))
    start = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - start
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps({"rows_per_second": len(data) / seconds, "loss": float(losses[-1])}))


if __name__ == "__main__":
    main()
