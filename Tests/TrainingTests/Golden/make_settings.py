"""Makes settings.json: trainings with other optimizers, losses and groups than the usual, in the loop of make_losses.py.

Needs torch, transformers and peft. Each begins with the LoRA adapter of the tests; `tables` has an adapter on a table of
words as well. Lion is written out from its paper (Chen et al. 2023, arXiv:2302.06675, algorithm 2). Of each tensor in the
end there is the sum of its elements, each times its place from 1 on by the number of elements, and its norm.
"""
import json
import os
import sys

import make_losses as loop
import peft
import torch
from peft.optimizers import create_loraplus_optimizer
from transformers.optimization import Adafactor
from transformers.trainer_pt_utils import LabelSmoother

sys.path.insert(0, os.path.join(loop.folder, "..", "..", "TestSupport"))
import hashed_weights  # noqa: E402

WEIGHTS = [0.5, 2.0, 1.25]


class Lion(torch.optim.Optimizer):
    def __init__(self, groups, lr, betas):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (beta1 * m + (1 - beta1) * p.grad).sign()
                p -= group["lr"] * (update + group["weight_decay"] * p)
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


def groups(named):
    plain = [p for name, p in named if "bias" in name or "LayerNorm" in name]
    decayed = [p for name, p in named if not ("bias" in name or "LayerNorm" in name)]
    return [dict(params=decayed, weight_decay=loop.decay), dict(params=plain, weight_decay=0.0)]


def smoothed(logits, labels, count):
    return LabelSmoother(epsilon=0.2)({"logits": logits}, labels) * len(labels) / count


def weighted(smoothing=0.0):
    """Each micro-batch's part in the weighted mean over the step, whose weights `batch_weight` has."""
    def loss(logits, labels, count):
        return torch.nn.functional.cross_entropy(
            logits, labels, weight=torch.tensor(WEIGHTS), reduction="sum", label_smoothing=smoothing) / count
    return loss


def counted_by_weight(train):
    """Divides by the sum of weights rather than by the number of rows."""
    return sum(WEIGHTS[row["label"]] for row in train)


def lora():
    return loop.attach(loop.tiny_bert(), os.path.join(loop.adapters, "lora"))


def tables():
    config = peft.LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=["query", "word_embeddings"], use_dora=True)
    model = peft.get_peft_model(loop.tiny_bert(), config)
    described = hashed_weights.describe(peft.get_peft_model_state_dict(model))
    for tensor in described:
        if "magnitude" in tensor["name"]:
            tensor.update(offset=1.0, scale=0.5)
        elif "lora_" in tensor["name"]:
            tensor.update(scale=0.1)
    peft.set_peft_model_state_dict(model, hashed_weights.make(described))
    return model, described


def summary(tensor):
    flat = tensor.detach().flatten().double()
    places = torch.arange(1, flat.numel() + 1) / flat.numel()
    return [float((flat * places).sum()), float(flat.norm())]


def loraplus(model, named):
    return create_loraplus_optimizer(
        model, torch.optim.AdamW, lr=loop.rate, loraplus_lr_ratio=4, loraplus_weight_decay=loop.decay,
        loraplus_lr_embedding=0.003)


CASES = {
    "sgd": dict(make_optimizer=lambda model, named: torch.optim.SGD(groups(named), lr=loop.rate)),
    "sgd-momentum": dict(
        make_optimizer=lambda model, named: torch.optim.SGD(groups(named), lr=loop.rate, momentum=0.9)),
    # As the Trainer's `optim: adafactor`.
    "adafactor": dict(make_optimizer=lambda model, named: Adafactor(
        groups(named), lr=loop.rate, scale_parameter=False, relative_step=False)),
    "lion": dict(make_optimizer=lambda model, named: Lion(groups(named), lr=loop.rate, betas=(0.9, 0.99))),
    "label-smoothing": dict(loss_of=smoothed),
    "class-weights": dict(loss_of=weighted(), count_of=counted_by_weight),
    "class-weights-smoothing": dict(loss_of=weighted(0.2), count_of=counted_by_weight),
    "loraplus": dict(make_optimizer=loraplus),
    "loraplus-tables": dict(make_optimizer=loraplus),
    "neftune": dict(neftune=5.0),
}


def main():
    result = {}
    for name, settings in CASES.items():
        model, described = tables() if name.endswith("tables") else (lora(), None)
        alpha = settings.pop("neftune", None)
        if alpha is not None:
            from transformers.integrations.neftune import activate_neftune

            activate_neftune(model, alpha)
            torch.manual_seed(loop.seed)
        losses, _ = loop.train(model, **settings)
        tensors = {
            key: summary(p) for key, p in peft.get_peft_model_state_dict(model).items() if "magnitude" not in key}
        result[name] = {"losses": losses, "tensors": tensors, "weights": described}
        print(name, losses)
    with open(os.path.join(loop.folder, "settings.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
