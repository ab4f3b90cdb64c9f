"""Writes what torch and safetensors give for the inputs that the tests beside this folder use.

Run by a Python that has torch 2.11 and safetensors:  python make_goldens.py
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
torch.set_num_threads(1)


def encoded(tensor):
    """Fractions to 8 digits; whole numbers and truth values as they are."""
    values = tensor.detach().flatten().tolist()
    return {"shape": list(tensor.shape), "values": [round(v, 8) if isinstance(v, float) else v for v in values]}


def ramp(*shape, scale=1.0, shift=0.0):
    """Numbers without a pattern that an error could hide behind, exact in float32."""
    count = math.prod(shape)
    values = [((i * 37 + 11) % 101 - 50) / 32 * scale + shift for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def write(name, value):
    text = json.dumps(value, indent=None, separators=(",", ":"), sort_keys=True)
    (HERE / name).write_text(text.replace("},", "},\n") + "\n")


def operations():
    x, y = ramp(3, 4), ramp(3, 4, shift=0.25)
    row, square = ramp(4, scale=0.5), ramp(4, 4)
    ids = torch.tensor([[2, 0], [1, 2]])
    q, k, v = ramp(1, 4, 3, 2), ramp(1, 2, 3, 2, shift=0.5), ramp(1, 2, 3, 2, shift=-0.5)
    mask = x > 0
    positive = x.abs() + 0.5
    targets = torch.tensor([1, -100, 3])
    inputs = dict(x=x, y=y, row=row, square=square, ids=ids, q=q, k=k, v=v, targets=targets)
    outputs = {
        "x + y": x + y, "x - row": x - row, "x * y": x * y, "x / y": x / y, "-x": -x,
        "x + 2": x + 2, "x - 2": x - 2, "x * 0.5": x * 0.5, "x / 4": x / 4,
        "2 + x": 2 + x, "2 - x": 2 - x, "0.5 * x": 0.5 * x, "2 / x": 2 / x,
        "x matmul square": x @ square, "batched matmul": q @ v.transpose(-1, -2).repeat(1, 2, 1, 1),
        "exp": x.exp(), "log": positive.log(), "sqrt": positive.sqrt(), "rsqrt": positive.rsqrt(), "abs": x.abs(),
        "sin": x.sin(), "cos": x.cos(), "tanh": x.tanh(), "sigmoid": x.sigmoid(), "relu": x.relu(),
        "silu": F.silu(x), "gelu": F.gelu(x), "gelu tanh": F.gelu(x, approximate="tanh"), "pow": x.pow(3),
        "clamp": x.clamp(-0.5, 0.75), "clamp min": x.clamp(min=0.1),
        "transposed": x.t(), "permuted": q.permute(2, 0, 3, 1), "reshaped": x.reshape(2, -1),
        "expanded": row.expand(2, 4), "narrowed": x.narrow(1, 1, 2), "selected": x.select(0, -1),
        "concatenated": torch.cat([x, y], 1), "stacked": torch.stack([x, y], 1), "triu": square.triu(1),
        "tril": square.tril(), "flattened": q.flatten(1, 2), "second split": x.split([1, 3], 1)[1],
        "indexSelected": x.index_select(0, torch.tensor([2, 0])), "gathered": x.gather(1, ids.clamp(max=3)),
        "maskedFill": x.masked_fill(mask, -7), "where": torch.where(mask, x, y),
        "equal": x == x.clamp(min=0), "less": x < y, "greater": x > 0.1,
        "and": (x > 0) & (y > 0), "or": (x > 0) | (y > 0), "not": ~(x > 0),
        "sum": x.sum(), "sum rows": x.sum(0), "sum kept": x.sum((0, 1), keepdim=True), "mean": x.mean(-1),
        "max": x.max(1).values, "max indices": x.max(1).indices, "argmax": x.argmax(0), "cumulative": x.cumsum(1),
        "softmax": x.softmax(-1), "logSoftmax": x.log_softmax(0),
        "linear": F.linear(x, square, row), "embedding": F.embedding(ids, x),
        "layerNorm": F.layer_norm(x, (4,), row, y[0], 1e-12), "rmsNorm": F.rms_norm(x, (4,), row, 1e-6),
        "attention": F.scaled_dot_product_attention(q, q + 1, q - 1),
        "attention scaled": F.scaled_dot_product_attention(q, q + 1, q - 1, scale=0.3),
        "attention causal": F.scaled_dot_product_attention(q, q, q, is_causal=True),
        "attention mask": F.scaled_dot_product_attention(
            q, q, q, attn_mask=torch.tensor([True, True, False]).reshape(1, 1, 1, 3)),
        "attention grouped": F.scaled_dot_product_attention(q, k, v, enable_gqa=True),
        "crossEntropy": F.cross_entropy(x, targets), "crossEntropy sum": F.cross_entropy(x, targets, reduction="sum"),
        "crossEntropy none": F.cross_entropy(x, targets, reduction="none"),
        "crossEntropy smooth": F.cross_entropy(x, targets, label_smoothing=0.1),
        "crossEntropy weight": F.cross_entropy(x, targets, weight=row.abs() + 0.1),
        "meanSquaredError": F.mse_loss(x, y), "binaryCrossEntropy": F.binary_cross_entropy_with_logits(x, mask.float()),
        "bfloat16 matmul": (x.bfloat16() @ square.bfloat16()).float(),
        "float16": x.half().float(), "int64": (x * 4).long(),
    }
    write("operations.json", {
        "inputs": {name: encoded(value) for name, value in inputs.items()},
        "outputs": {name: encoded(value) for name, value in outputs.items()},
    })


def parameters(**shapes):
    return {name: ramp(*shape, scale=0.3, shift=0.01 * i).requires_grad_() for i, (name, shape) in enumerate(shapes.items())}


def block():
    """One layer of a transformer with a loss on top: every kind of operation that a model is made of."""
    p = parameters(table=(7, 4), wq=(4, 4), wk=(4, 4), wv=(4, 4), gain=(4,), bias=(4,), up=(6, 4), down=(4, 6), head=(3, 4))
    ids = torch.tensor([[1, 2, 6], [0, 5, 5]])
    x = F.embedding(ids, p["table"])
    def heads(w): return F.linear(x, w).reshape(2, 3, 2, 2).transpose(1, 2)
    mixed = F.scaled_dot_product_attention(heads(p["wq"]), heads(p["wk"]), heads(p["wv"]))
    x = F.layer_norm(x + mixed.transpose(1, 2).reshape(2, 3, 4), (4,), p["gain"], p["bias"], 1e-5)
    x = x + F.linear(F.gelu(F.linear(x, p["up"])), p["down"])
    logits = F.linear(x.select(1, 0).tanh(), p["head"])
    return p, F.cross_entropy(logits, torch.tensor([2, 0]))


def low_rank():
    """DoRA: the weight's direction and magnitude apart, the low-rank product inside a norm."""
    p = parameters(a=(2, 4), b=(3, 2), magnitude=(3,))
    x, weight = ramp(5, 4), ramp(3, 4, shift=0.1)
    merged = weight + 0.5 * p["b"] @ p["a"]
    norm = merged.pow(2).sum(1, keepdim=True).sqrt()
    output = x @ (p["magnitude"].unsqueeze(1) * merged / norm).t()
    return p, F.mse_loss(output, ramp(5, 3))


def recurrent():
    """P-tuning's encoder: a bidirectional LSTM of two layers over trained vectors."""
    shapes = {"x": (1, 3, 2)}
    for layer in range(2):
        for direction in range(2):
            width = 2 if layer == 0 else 6
            key = f"{layer}{direction}"
            shapes |= {f"wi{key}": (12, width), f"wh{key}": (12, 3), f"bi{key}": (12,), f"bh{key}": (12,)}
    p = parameters(**shapes)
    weights = [value for name, value in p.items() if name != "x"]
    zero = torch.zeros(4, 1, 3)
    output = torch.lstm(p["x"], (zero, zero), weights, True, 2, 0.0, False, True, True)[0]
    return p, output.pow(2).sum()


def gradients():
    cases = {}
    for make in (block, low_rank, recurrent):
        p, loss = make()
        loss.backward()
        cases[make.__name__] = {
            "parameters": {name: encoded(value) for name, value in p.items()},
            "loss": loss.item(),
            "gradients": {name: encoded(value.grad) for name, value in p.items()},
        }
    write("gradients.json", cases)


def optimizer():
    """Three steps of AdamW, each clipped to the norm 1."""
    p = parameters(a=(2, 3), b=(4,))
    adamw = torch.optim.AdamW(p.values(), lr=0.01, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.1, fused=True)
    steps = []
    for step in range(3):
        p["a"].grad = ramp(2, 3, scale=0.2 * (step + 1))
        p["b"].grad = ramp(4, shift=step)
        norm = torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        adamw.step()
        steps.append({"norm": norm.item(), "parameters": {name: encoded(value) for name, value in p.items()}})
    write("adamw.json", {"parameters": {n: encoded(v) for n, v in parameters(a=(2, 3), b=(4,)).items()}, "steps": steps})


def random():
    values = {}
    torch.manual_seed(17)
    values["normal"] = torch.empty(5).normal_(1, 2)
    values["uniform"] = torch.empty(3).uniform_(-1, 1)
    values["dropout"] = F.dropout(torch.ones(12), 0.25, True)
    own = torch.Generator().manual_seed(17)
    values["permutation"] = torch.randperm(8, generator=own)
    values["own normal"] = torch.empty(20).normal_(0, 1, generator=own)
    write("random.json", {name: encoded(value) for name, value in values.items()})


def files():
    half = ramp(3)
    tensors = {
        "z.float32": ramp(2, 3), "a.float32": ramp(1), "float16": half.half(), "bfloat16": half.bfloat16(),
        "float64": half.double(), "int64": torch.tensor([1, -2, 2**40]), "int32": torch.tensor([[7]], dtype=torch.int32),
        "int16": torch.tensor([-300, 300], dtype=torch.int16), "int8": torch.tensor([-128], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), "“Größe”\t\\\"/\x7f\x01": ramp(2),
    }
    save_file(tensors, HERE / "reference.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    for write_goldens in (operations, gradients, optimizer, random, files):
        write_goldens()
