"""Weights that need no file: every number follows from its tensor's place in the sorted names and its own place in it.

`HashedWeights.swift` beside this file makes the same numbers, to the bit.
"""
import numpy
import torch


def uniform(index, count):
    """`count` numbers from -1 to 1 for the tensor number `index`: SplitMix64 of 2³² · index + place."""
    with numpy.errstate(over="ignore"):
        x = numpy.arange(count, dtype=numpy.uint64) + (numpy.uint64(index) << numpy.uint64(32))
        x += numpy.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        x = x ^ (x >> numpy.uint64(31))
    return (x >> numpy.uint64(11)).astype(numpy.float64) / 2.0**52 - 1


def describe(tensors, gain=1.0):
    """Name, shape, offset and scale of each tensor: gains lie around `gain`, matrices keep the scale of their input."""
    described = []
    for name in sorted(tensors):
        shape = list(tensors[name].shape)
        is_gain = len(shape) == 1 and name.endswith("weight")
        scale = 0.2 if len(shape) == 1 else 2.0 / max(shape[-1], 1) ** 0.5
        described.append({"name": name, "shape": shape, "offset": gain if is_gain else 0.0, "scale": scale})
    return described


def make(described):
    """The tensors of a description."""
    tensors = {}
    for index, tensor in enumerate(described):
        count = int(numpy.prod(tensor["shape"])) if tensor["shape"] else 1
        values = tensor["offset"] + tensor["scale"] * uniform(index, count)
        tensors[tensor["name"]] = torch.from_numpy(values.astype(numpy.float32).reshape(tensor["shape"]))
    return tensors
