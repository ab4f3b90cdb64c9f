"""What a person would write instead: one training with PEFT and Trainer, on rows of text, a tab and 0 or 1.

usage: python scripts/reference/peer.py --model DIR --train FILE --validation FILE --method lora|prompt-tuning|p-tuning
Prints one JSON line: accuracy on the validation rows after the last epoch, seconds and rows a second of training.
Everything that is not an option is the library's default.
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
from peft import LoraConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding  # noqa: E402
from transformers import Trainer, TrainingArguments  # noqa: E402

METHODS = {
    "lora": lambda: LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules=["query", "value"]),
    "prompt-tuning": lambda: PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=20),
    "p-tuning": lambda: PromptEncoderConfig(task_type="SEQ_CLS", num_virtual_tokens=20, encoder_hidden_size=128),
}


def read(path, tokenizer, max_length):
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip()]
    data = Dataset.from_dict({"text": [row[0] for row in rows], "label": [int(row[1]) for row in rows]})
    return data.map(lambda batch: tokenizer(batch["text"], truncation=True, max_length=max_length), batched=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=int, help="only the first rows of training")
    parser.add_argument("--group", action="store_true", help="batches of rows of similar length")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    parser.add_argument("--merge", action="store_true", help="write the merged model as well (lora)")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    transformers.set_seed(options.seed)
    transformers.logging.set_verbosity_error()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    training = read(options.train, tokenizer, options.max_length)
    if options.limit:
        training = training.select(range(min(options.limit, len(training))))
    validation = read(options.validation, tokenizer, options.max_length)
    model = AutoModelForSequenceClassification.from_pretrained(options.model, num_labels=2)
    model = get_peft_model(model, METHODS[options.method]())
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=options.output, num_train_epochs=options.epochs, per_device_train_batch_size=options.batch_size,
            per_device_eval_batch_size=64, learning_rate=options.learning_rate, seed=options.seed, use_cpu=True,
            bf16=options.bf16, logging_strategy="no", save_strategy="no", report_to=[], disable_tqdm=True,
            **({"train_sampling_strategy": "group_by_length"} if options.group else {})),
        train_dataset=training, eval_dataset=validation, data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=lambda scored: {
            "accuracy": float((scored.predictions.argmax(-1) == scored.label_ids).mean())})
    start = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - start
    start = time.monotonic()
    accuracy = trainer.evaluate()["eval_accuracy"]
    evaluation = time.monotonic() - start
    model.save_pretrained(options.output)
    if options.merge:
        model.merge_and_unload().save_pretrained(os.path.join(options.output, "merged"))
        tokenizer.save_pretrained(os.path.join(options.output, "merged"))
    print(json.dumps({
        "accuracy": accuracy, "seconds": seconds, "rows_per_second": len(training) * options.epochs / seconds,
        "evaluated_per_second": len(validation) / evaluation}))


if __name__ == "__main__":
    main()
