"""Writes what bitsandbytes makes of a few matrices in 8 and in 4 bits, to quantization.json.

Run by a Python that has torch 2.11 and bitsandbytes 0.50:  python make_quantization.py

Of bitsandbytes the functions in PyTorch's own operations are taken, which find the nearest code as its functions for GPUs do. Its
compiled library for CPUs looks magnitudes up in a table and takes a neighbour of the nearest code about once in 800 times.
"""

import ctypes
import json
import pathlib
import sys

import torch


def refuse(*arguments, **options):
    raise OSError("the compiled library is not wanted")


ctypes.cdll.LoadLibrary = refuse
import bitsandbytes.functional as F  # noqa: E402

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "TestSupport"))
import hashed_weights  # noqa: E402

torch.set_num_threads(1)

# Whole blocks, a rest and an odd count, and more blocks than share a range.
SHAPES = {"blocks": [48, 80], "rest": [7, 13], "single": [1, 1], "ranges": [120, 144]}


def encoded(tensor):
    return tensor.contiguous().numpy().tobytes().hex()


def digest(tensor):
    """FNV-1a with 64 bits."""
    value = 0xCBF29CE484222325
    for byte in tensor.contiguous().numpy().tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def nf4(matrix):
    codes, state = F.quantize_4bit(matrix, blocksize=64, compress_statistics=True, quant_type="nf4")
    return {
        "parts": [encoded(p) for p in (codes, state.absmax, state.state2.absmax, state.offset)],
        "dequantized": digest(F.dequantize_4bit(codes, state)),
    }


def int8(matrix):
    codes, magnitudes, _ = F.int8_vectorwise_quant(matrix.clone())
    return {
        "parts": [encoded(codes), encoded(magnitudes)],
        "dequantized": digest(F.int8_vectorwise_dequant(codes, magnitudes)),
    }


def main():
    described = [{"name": n, "shape": s, "offset": 0.003, "scale": 0.1} for n, s in sorted(SHAPES.items())]
    matrices = hashed_weights.make(described)
    cases = []
    for weights in described:
        # The fifth power of even numbers: most are small, and a few are not, as weights are.
        x = matrices[weights["name"]] * 10
        matrix = x * x * x * x * x
        cases.append({"weights": weights, "int8": int8(matrix), "nf4": nf4(matrix)})
    (HERE / "quantization.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
