#!/usr/bin/env python3
"""Compares our tokenizers with Hugging Face's: ids, offsets and decoded text of every row; and their speed.

usage: .deps/reference/bin/python scripts/reference/tokenizers_conformance.py [--data FOLDER] [--only NAME] [--time] [FILE …]

Tokenizers: MiniLM's and GPT-2's own, and one of each other family, trained on the spot with the reference library; or
those of the files, whatever tokenizer.json they are.
Texts: SST-2, E2E, ten thousand generated Unicode strings, and source code. FOLDER holds sst2/, e2e/ and
gpt2/tokenizer.json, by default ../shared/data beside the checkout. Needs `swift build -c release`.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import unicodedata
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(Path(__file__).resolve().parent))
from charsmap import charsmap

ROOT = Path(__file__).resolve().parents[2]
TOOL = Path(os.environ.get("TOKENIZE_LINES", ROOT / ".build/release/tokenize-lines"))

GPT4 = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = [
    r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
]


# Texts


def sst2(data):
    lines = [line for part in ["train", "dev"] for line in (data / f"sst2/{part}.tsv").read_text("utf-8").split("\n")]
    return [line.split("\t")[0] for line in lines if line]


def e2e(data):
    return [part for line in (data / "e2e/valid.txt").read_text("utf-8").split("\n") if line for part in line.split("||")]


def source_code():
    """Our Swift and Python, and the standard library's Python, in pieces of twenty lines."""
    files = sorted(ROOT.glob("Sources/**/*.swift")) + sorted(ROOT.glob("scripts/**/*.py"))
    files += sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:80]
    texts = []
    for file in files:
        lines = file.read_bytes().decode("utf-8", "replace").split("\n")
        texts += ["\n".join(lines[start : start + 20]) for start in range(0, len(lines), 20)]
    return texts


def unicode_strings(count=10_000):
    """Every general category, marks in and out of order, right to left, joined emoji, bytes that are no UTF-8."""
    choose = random.Random(11)
    categories = {}
    for value in [*range(0x20000), *range(0x20000, 0x34000, 7), *range(0xE0000, 0xE0200), *range(0xF0000, 0x110000, 997)]:
        if not 0xD800 <= value < 0xE000:
            categories.setdefault(unicodedata.category(chr(value)), []).append(chr(value))
    marks = [chr(value) for value in [*range(0x300, 0x370), 0x591, 0x64B, 0x670, 0x93C, 0x94D, 0x3099, 0x302E, 0x1D165]]
    joined = ["👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "🤷🏻‍♀️", "1️⃣", "क्षि", "각", "각\u11a8", "ﷺ", "ﬁ", "Å", "שָׁלוֹם", "السَّلامُ", "\r\n"]
    words = ["the", " film", "don't", " we'LL", "I'm", "123456", " 3.14", "\n\n", "  ", "\t", "▁", "<s>", "</s>", "<unk>", "[MASK]"]

    def piece():
        kind = choose.random()
        if kind < 0.3:
            return choose.choice(choose.choice(list(categories.values())))
        if kind < 0.4:
            return choose.choice("aeinoqszAÉü漢か한ا") + "".join(choose.choices(marks, k=choose.randrange(1, 4)))
        if kind < 0.5:
            return choose.choice(joined)
        if kind < 0.7:
            return choose.choice(words)
        if kind < 0.75:
            return bytes(choose.randrange(256) for _ in range(choose.randrange(1, 5))).decode("utf-8", "replace")
        if kind < 0.85:
            return choose.choice(" \u00a0\u3000\u2003 ")
        return "".join(choose.choices("abcdefghijklmnopqrstuvwxyz'.,!", k=choose.randrange(1, 6)))

    return ["".join(piece() for _ in range(choose.randrange(0, 14))) for _ in range(count)]


# Tokenizers


def bpe(corpus, size, pre_tokenizer, normalizer=None, **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<|begin|>", "<|end|>"],
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def split_layout(corpus, size, patterns, normalizer=None, **settings):
    """LLaMA-3's and Qwen's layout."""
    steps = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
    steps.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    tokenizer = bpe(corpus, size, pre_tokenizers.Sequence(steps), normalizer, **settings)
    begin = tokenizer.token_to_id("<|begin|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(
            single="<|begin|> $A", pair="<|begin|> $A <|begin|> $B:1", special_tokens=[("<|begin|>", begin)]),
    ])
    return tokenizer


def sentencepiece_bpe(corpus, size, metaspace=None):
    """LLaMA-2's layout: byte tokens for what is unknown; spaces by the normalizer or, later, by Metaspace."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, limit_alphabet=200,
        special_tokens=["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))],
    )
    tokenizer.train_from_iterator(corpus, trainer)
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = description["added_tokens"][:3]
    description["pre_tokenizer"] = metaspace
    if metaspace is None:
        description["normalizer"] = {
            "type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        }
    description["decoder"] = {
        "type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    }
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def nmt_nfkc():
    """Replacements much as SentencePiece's nmt_nfkc has them."""
    replacements = {chr(value): " " for value in [0x9, 0xA, 0xC, 0xD, 0x1680, 0x200B, 0x200E, 0x2028, 0xFEFF, 0xFFFD]}
    replacements |= {chr(value): "" for value in [*range(1, 9), 0xB, *range(0xE, 0x20), 0x7F, 0x8F, 0x9F]}
    for value in [*range(0xA0, 0xD800), *range(0xF900, 0xFFFE)]:
        normal = unicodedata.normalize("NFKC", chr(value))
        if normal != chr(value) and not 0xAC00 <= value < 0xD7A4:
            replacements[chr(value)] = normal
    for letter in "aeiounycAEIOUNYC":
        for mark in ["\u0300", "\u0301", "\u0302", "\u0303", "\u0308", "\u0327"]:
            normal = unicodedata.normalize("NFKC", letter + mark)
            if len(normal) == 1:
                replacements[letter + mark] = normal
    return {"type": "Precompiled", "precompiled_charsmap": charsmap(replacements)}


def unigram(corpus, size, steps, normalizer=None, byte_fallback=False):
    """T5's and XLM-R's layout."""
    tokenizer = Tokenizer(models.Unigram())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps) if len(steps) > 1 else steps[0]
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    if byte_fallback:
        special += [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.UnigramTrainer(vocab_size=size, show_progress=False, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ["<s>", "</s>"]])
    description = json.loads(tokenizer.to_str())
    description["model"]["byte_fallback"] = byte_fallback
    description["added_tokens"] = description["added_tokens"][:4] + [
        dict(description["added_tokens"][3], id=len(description["model"]["vocab"]), content="<mask>", lstrip=True)]
    return Tokenizer.from_str(json.dumps(description))


def word_level(corpus):
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.Lowercase(), normalizers.StripAccents(), normalizers.Strip(), normalizers.Nmt()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation("merged_with_next")])
    tokenizer.train_from_iterator(corpus, trainers.WordLevelTrainer(vocab_size=8000, special_tokens=["<unk>"], show_progress=False))
    tokenizer.add_tokens([AddedToken("Film Noir", single_word=True, normalized=True), AddedToken("The", normalized=True)])
    return tokenizer


def marked_bpe(corpus):
    """The layout of the first GPT and of CLIP: words end in `</w>`."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(
        Regex(r"<\|end\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    tokenizer.train_from_iterator(
        corpus, trainers.BpeTrainer(vocab_size=8000, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    return tokenizer


def trained(corpus):
    """Makers of one tokenizer a family, by name."""
    metaspace = lambda scheme, split: {
        "type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}
    space = pre_tokenizers.Metaspace
    precompiled = lambda: Tokenizer.from_str(json.dumps({
        "version": "1.0", "normalizer": nmt_nfkc(), "added_tokens": [], "model": {"type": "BPE", "vocab": {}, "merges": []},
    })).normalizer
    return {
        "LLaMA-2": lambda: sentencepiece_bpe(corpus, 8000),
        "Mistral": lambda: sentencepiece_bpe(corpus, 8000, metaspace("first", False)),
        "LLaMA-3": lambda: split_layout(corpus, 8000, [LLAMA3], ignore_merges=True),
        "Qwen2": lambda: split_layout(corpus, 8000, [QWEN2], normalizers.NFC()),
        "GPT-4": lambda: split_layout(corpus, 8000, [GPT4]),
        "GPT-4o": lambda: split_layout(corpus, 8000, [GPT4O]),
        "DeepSeek": lambda: split_layout(corpus, 8000, DEEPSEEK, normalizers.NFKC()),
        "XLM-R": lambda: unigram(corpus, 8000, [pre_tokenizers.WhitespaceSplit(), space()], precompiled()),
        "T5": lambda: unigram(corpus, 8000, [space(prepend_scheme="always")]),
        "Unigram, bytes": lambda: unigram(corpus, 8000, [space(prepend_scheme="first")], normalizers.NFKC(), True),
        "word level": lambda: word_level(corpus),
        "CLIP": lambda: marked_bpe(corpus),
    }


# Comparing


def write_texts(path, texts):
    path.write_text("".join(json.dumps(text) + "\n" for text in texts))


def compare(name, file, texts, folder):
    """How many rows differ in ids, in offsets, in decoded text."""
    reference = Tokenizer.from_file(str(file))
    reference.no_truncation()
    reference.no_padding()
    path = folder / "texts.jsonl"
    write_texts(path, texts)
    result = subprocess.run([TOOL, file, path], capture_output=True, text=True)
    if result.returncode != 0:
        print(f"{name}: {result.stderr.strip()[-400:]}", file=sys.stderr)
        return [len(texts)] * 3, None
    differing, example = [0, 0, 0], None
    for text, line in zip(texts, result.stdout.split("\n"), strict=False):
        ours = json.loads(line)
        theirs = reference.encode(text)
        differs = [
            ours["ids"] != theirs.ids, ours["offsets"] != [list(offset) for offset in theirs.offsets],
            ours["decoded"] != reference.decode(theirs.ids),
        ]
        differing = [count + difference for count, difference in zip(differing, differs)]
        if any(differs) and example is None:
            example = (text, ours, theirs.ids, theirs.offsets, theirs.tokens, reference.decode(theirs.ids))
    return differing, example


def seconds(file, texts, folder, pairs=7, offsets=False):
    """Medians of both sides' seconds, taken in turn on one core, and of their ratios."""
    reference = Tokenizer.from_file(str(file))
    reference.no_truncation()
    reference.no_padding()
    write_texts(folder / "texts.jsonl", texts)
    core = str(max(os.sched_getaffinity(0)))
    os.sched_setaffinity(0, {int(core)})
    tool = subprocess.Popen(
        [TOOL, file, folder / "texts.jsonl", "--time-offsets" if offsets else "--time"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    encode = reference.encode_batch if offsets else reference.encode_batch_fast
    rows = []
    for index in range(pairs + 1):
        tool.stdin.write("\n")
        tool.stdin.flush()
        ours, tokens = tool.stdout.readline().split()
        start = time.perf_counter()
        encodings = encode(texts)
        theirs = time.perf_counter() - start
        assert int(tokens) == sum(len(encoding.ids) for encoding in encodings)
        del encodings
        if index > 0:
            rows.append((float(ours), theirs, theirs / float(ours)))
    tool.stdin.close()
    tool.wait()
    return [statistics.median(column) for column in zip(*rows)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--only", help="the one tokenizer to look at")
    parser.add_argument("--time", action="store_true", help="measure seconds instead, for SST-2 twenty times")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--examples", action="store_true", help="print the first row that differs")
    parser.add_argument("--keep", type=Path, help="a folder for the tokenizers that are trained, to be used again")
    options = parser.parse_args()

    texts = {"SST-2": sst2(options.data), "E2E": e2e(options.data), "Unicode": unicode_strings(), "code": source_code()}
    corpus = texts["SST-2"] + texts["E2E"][:4000] + texts["Unicode"][:2000] + texts["code"][:1500]
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        files = {"MiniLM": ROOT / "models/minilm/tokenizer.json", "GPT-2": options.data / "gpt2/tokenizer.json"}
        if options.files:
            files = {f"{file.parent.name}/{file.name}"[-28:]: file for file in options.files}
        for name, make in ({} if options.files else trained(corpus)).items():
            if options.only and options.only != name:
                continue
            files[name] = folder / f"{name}.json"
            if not files[name].exists():
                make().save(str(files[name]))
        if options.only:
            files = {options.only: files[options.only]}
        if options.time:
            print(f"{'tokenizer':28}{'ours':>9}{'theirs':>9}{'faster by':>11}   (with offsets)")
            for name in files:
                plain = seconds(files[name], texts["SST-2"] * 20, Path(temporary))
                full = seconds(files[name], texts["SST-2"] * 20, Path(temporary), offsets=True)
                print(f"{name:28}{plain[0]:8.2f}s{plain[1]:8.2f}s{plain[2]:10.2f}×   {full[2]:.2f}×", flush=True)
            return 0
        print("rows that differ in ids / offsets / decoded text, of")
        print(f"{'':28}" + "".join(f"{f'{name} {len(rows)}':>18}" for name, rows in texts.items()))
        for name, file in files.items():
            cells, examples = [], []
            for rows in texts.values():
                differing, example = compare(name, file, rows, Path(temporary))
                failed |= any(differing)
                cells.append(" / ".join(map(str, differing)))
                examples.append(example)
            print(f"{name:28}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
            if options.examples:
                for example in filter(None, examples):
                    print(*map(repr, example), sep="\n    ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
