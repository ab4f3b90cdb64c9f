"""Makes losses.json: the losses of a plain PyTorch loop over the tiny BERT of the tests, for each of its adapters.

Needs torch, transformers and peft. The loop is written out here, so that it says what the trainer must do: the order
of the examples, the loss of an effective batch, clipping, AdamW without decay on biases, a warm-up and a linear decay.
Dropout is off.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from peft import PeftConfig, get_peft_model, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import BertForSequenceClassification, get_linear_schedule_with_warmup

folder = os.path.dirname(os.path.abspath(__file__))
tiny = os.path.join(folder, "..", "..", "TestSupport", "TinyBERT")
adapters = os.path.join(folder, "..", "..", "PEFTTests", "Golden")
seed, epochs, batch_size, accumulation, rate, decay, warmup = 7, 2, 3, 2, 0.02, 0.1, 2

generator = torch.Generator().manual_seed(99)
examples = []
for _ in range(20):
    length = int(torch.randint(3, 12, (1,), generator=generator))
    ids = [2] + torch.randint(4, 50, (length - 2,), generator=generator).tolist() + [3]
    second = int(torch.randint(1, length + 1, (1,), generator=generator))
    examples.append({
        "ids": ids, "types": [0] * second + [1] * (length - second),
        "label": int(torch.randint(0, 3, (1,), generator=generator))})


def epoch_batches(generator, size):
    """Shuffled pools of 50 batches, each sorted by length, cut into batches, which are shuffled."""
    order = torch.randperm(len(examples), generator=generator).tolist()
    batches = []
    for start in range(0, len(order), 50 * size):
        pool = sorted(order[start:start + 50 * size], key=lambda i: -len(examples[i]["ids"]))
        batches += [pool[first:first + size] for first in range(0, len(pool), size)]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def collate(part):
    length = max(len(row["ids"]) for row in part)
    pad = lambda row, key: row[key] + [0] * (length - len(row["ids"]))
    return dict(
        input_ids=torch.tensor([pad(row, "ids") for row in part]),
        token_type_ids=torch.tensor([pad(row, "types") for row in part]),
        attention_mask=torch.tensor([[1] * len(row["ids"]) + [0] * (length - len(row["ids"])) for row in part]))


def cross_entropy(logits, labels, count):
    """The part that some rows have in the mean over `count`."""
    return torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / count


def adamw(model, named):
    plain = [p for name, p in named if "bias" in name or "LayerNorm" in name]
    decayed = [p for name, p in named if not ("bias" in name or "LayerNorm" in name)]
    return torch.optim.AdamW(
        [dict(params=decayed, weight_decay=decay), dict(params=plain, weight_decay=0.0)], lr=rate)


def train(model, make_optimizer=adamw, loss_of=cross_entropy, count_of=len, regularization=None, after_step=None):
    """Trains a model, and gives the losses and the rates of its steps.

    `loss_of` takes logits, labels and what its sum is divided by, which `count_of` makes of a step's rows; `regularization` takes a batch with labels and gives
    what the model adds to its loss; `after_step` is called with a step's number, from 1, before gradients are cleared.
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    optimizer = make_optimizer(model, named)
    size = batch_size * accumulation
    steps = epochs * -(-len(examples) // size)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, steps)
    generator = torch.Generator().manual_seed(seed)
    losses, rates = [], []
    model.train()
    for _ in range(epochs):
        for indices in epoch_batches(generator, size):
            rows = [examples[i] for i in indices]
            count = count_of(rows)
            total = 0.0
            for start in range(0, len(rows), batch_size):
                part = rows[start:start + batch_size]
                labels = torch.tensor([row["label"] for row in part])
                loss = loss_of(model(**collate(part)).logits, labels, count)
                if regularization is not None:
                    loss = loss + regularization(dict(collate(part), labels=labels)) * len(part) / len(rows)
                loss.backward()
                total += loss.item()
            torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
            rates.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
            if after_step is not None:
                after_step(len(losses) + 1)
            optimizer.zero_grad()
            losses.append(total)
    return losses, rates


def attach(model, path):
    """The adapter in a folder, to be trained further. PEFT itself only loads those of LoRA so."""
    config = PeftConfig.from_pretrained(path)
    config.inference_mode = False
    model = get_peft_model(model, config)
    set_peft_model_state_dict(model, load_file(os.path.join(path, "adapter_model.safetensors")))
    encoder = os.path.join(path, "prompt_encoder.safetensors")
    if os.path.exists(encoder):
        model.prompt_encoder["default"].load_state_dict(load_file(encoder))
    return model


def tiny_bert():
    return BertForSequenceClassification.from_pretrained(
        tiny, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def main():
    result = {"examples": examples, "losses": {}}
    for name in ["full", "lora", "prompt-tuning", "p-tuning-mlp", "p-tuning-lstm"]:
        model = tiny_bert()
        if name != "full":
            model = attach(model, os.path.join(adapters, name))
        result["losses"][name], result["rates"] = train(model)
    with open(os.path.join(folder, "losses.json"), "w") as file:
        json.dump(result, file)
        file.write("\n")


if __name__ == "__main__":
    main()
