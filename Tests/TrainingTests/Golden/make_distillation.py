"""Makes distillation.json: the loss of Hinton, Vinyals and Dean (2015, arXiv:1503.02531) and its gradients by PyTorch, and
trainings with it in the loop of make_losses.py.

Needs torch, transformers and peft. The divergence is `torch.nn.functional.kl_div` of the student's softened
log-probabilities and the teacher's probabilities. Trainings begin with the LoRA adapter of the tests, and the teacher's
logits of each example are drawn.
"""
import json
import os

import make_losses as loop
import torch
from make_settings import WEIGHTS, counted_by_weight, lora, summary
from peft import get_peft_model_state_dict
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax


def divergence(student, teacher, temperature, reduction="sum"):
    return kl_div(log_softmax(student / temperature, -1), softmax(teacher / temperature, -1), reduction=reduction)


def losses():
    generator = torch.Generator().manual_seed(3)
    cases = []
    for temperature, weight, scale in [(1.0, 0.5, 1.0), (2.0, 0.9, 3.0), (4.0, 1.0, 10.0), (0.5, 0.25, 2.0)]:
        student = (torch.randn(5, 3, generator=generator) * scale).requires_grad_()
        teacher = torch.randn(5, 3, generator=generator) * scale
        labels = torch.randint(0, 3, (5,), generator=generator)
        loss = (1 - weight) * cross_entropy(student, labels) \
            + weight * temperature**2 * divergence(student, teacher, temperature, "batchmean")
        loss.backward()
        cases.append(dict(
            temperature=temperature, weight=weight, student=student.tolist(), teacher=teacher.tolist(),
            labels=labels.tolist(), divergence=divergence(student, teacher, temperature).item(), loss=loss.item(),
            gradient=student.grad.tolist()))
    return cases


def train(temperature, weight, teacher, class_weights=None):
    batch, step = [], []
    collate = loop.collate

    def noted(part):
        batch[:] = [loop.examples.index(row) for row in part]
        return collate(part)

    def count(rows):
        step[:] = rows
        return counted_by_weight(rows) if class_weights else len(rows)

    def loss(logits, labels, count):
        weights = torch.tensor(class_weights) if class_weights else None
        hard = cross_entropy(logits, labels, weight=weights, reduction="sum") / count
        soft = divergence(logits, teacher[batch], temperature) / len(step)
        return (1 - weight) * hard + weight * temperature**2 * soft

    loop.collate = noted
    try:
        model = lora()
        losses, _ = loop.train(model, loss_of=loss, count_of=count)
    finally:
        loop.collate = collate
    tensors = {name: summary(tensor) for name, tensor in get_peft_model_state_dict(model).items()}
    return dict(
        temperature=temperature, weight=weight, class_weights=class_weights, losses=losses, tensors=tensors)


def main():
    generator = torch.Generator().manual_seed(11)
    teacher = torch.randn(len(loop.examples), 3, generator=generator) * 2
    trainings = [
        train(2.0, 0.7, teacher), train(1.0, 1.0, teacher), train(3.0, 0.5, teacher, class_weights=WEIGHTS),
    ]
    for training in trainings:
        print(training["temperature"], training["weight"], training["losses"])
    with open(os.path.join(loop.folder, "distillation.json"), "w") as file:
        json.dump({"cases": losses(), "teacher": teacher.tolist(), "trainings": trainings}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
