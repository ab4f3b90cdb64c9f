#!/usr/bin/env python3
"""Makes classes.json, with which ScalarClassTests compares: what each component makes of each scalar.

usage: .deps/reference/bin/python Tests/TokenizersTests/Golden/classes.py

The text is `a`, a scalar and a line feed, for all scalars of some ranges, which leave out what is all of a kind, as
ideographs.
"""

import json
import sys

from make import FNV, ROOT, write

sys.path.insert(0, str(ROOT / "scripts/reference"))
from charsmap import charsmap
from tokenizers import Tokenizer

RANGES = [
    (0, 0x3420), (0x4DB0, 0x4E10), (0x9FE0, 0xAC20), (0xD780, 0xD800), (0xE000, 0xE010), (0xF8F0, 0x12600), (0x13420, 0x13470),
    (0x143F0, 0x14700), (0x16800, 0x17010), (0x187F0, 0x18B10), (0x18CC0, 0x18D90), (0x1AFE0, 0x1B310), (0x1BC00, 0x1FC00),
    (0x2A6D0, 0x2A710), (0x2B730, 0x2B750), (0x2CEA0, 0x2CEC0), (0x2EBD0, 0x2EC00), (0x2EE50, 0x2EE70), (0x2F800, 0x2FA30),
    (0x31340, 0x31360), (0x323A0, 0x323C0), (0xE0000, 0xE0200), (0xF0000, 0xF0010),
]
CATEGORIES = "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp Han".split()
FORMS = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]


def main():
    text = "".join(f"a{chr(value)}\n" for start, end in RANGES for value in range(start, end))
    steps = {name: {"type": name} for name in FORMS}
    for first, second in [("NFD", "NFC"), ("NFKD", "NFC"), ("NFD", "StripAccents")]:
        steps[f"{first}, {second}"] = {"type": "Sequence", "normalizers": [{"type": first}, {"type": second}]}
    steps["clusters"] = {"type": "Precompiled", "precompiled_charsmap": charsmap({"a": "x"})}
    patterns = [rf"\p{{{name}}}" for name in CATEGORIES] + [r"\w", r"[\w]", r"\W", r"\s", r"\S", r"[\S]", r"\d", r"\h", "(?i)[ks]", "."]
    for pattern in patterns:
        steps[pattern] = {"type": "Replace", "pattern": {"Regex": pattern}, "content": ""}
    rows = []
    empty = {"version": "1.0", "added_tokens": [], "model": {"type": "WordLevel", "vocab": {}, "unk_token": ""}}
    for name, step in steps.items():
        normalizer = Tokenizer.from_str(json.dumps(empty | {"normalizer": step})).normalizer
        digest = FNV()
        digest.add(normalizer.normalize_str(text).encode())
        rows.append({"name": name, "normalizer": step, "digest": str(digest)})
    cuts = [{"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "Punctuation"}, {"type": "Digits", "individual_digits": True}]
    for cut in cuts:
        splitter = Tokenizer.from_str(json.dumps(empty | {"pre_tokenizer": cut})).pre_tokenizer
        digest = FNV()
        for word, _ in splitter.pre_tokenize_str(text):
            digest.add(word.encode() + b"\xff")
        rows.append({"name": cut["type"], "pre_tokenizer": cut, "digest": str(digest)})
    write("classes.json", [{"ranges": RANGES}] + rows)


if __name__ == "__main__":
    main()
