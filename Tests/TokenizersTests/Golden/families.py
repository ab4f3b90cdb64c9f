#!/usr/bin/env python3
"""Makes families.json, with which FamilyTests compares, and the small tokenizers that it is about: one a family.

usage: .deps/reference/bin/python Tests/TokenizersTests/Golden/families.py

Needs what make.py needs. A variant is a tokenizer with a change to its description; for each text there is one digest
of what the reference makes of it: ids and offsets, of a pair too, and the decoded text.
"""

import json
import sys
import unicodedata

from make import BYTE_TEXTS, FNV, HERE, ROOT, TINY_TEXTS, TORTURE, changed, write

sys.path.insert(0, str(ROOT / "scripts/reference"))
from charsmap import charsmap
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers_conformance import DEEPSEEK, GPT4, GPT4O, LLAMA3, QWEN2

TEXTS = TORTURE[::2] + BYTE_TEXTS + [
    "▁the▁film ▁ x", "<s>the</s> film<unk> <0x41>", "the  film   <mask> plays\r\n\r\n  on", "ﬁlm ﷺ Ａ① x²", "각\u11a8 가\u11a8",
    "I'LL WE'Re it'S 12345678 3.14159", "the-final--countdown -", "\x01a\x08b\u200bc", "\u0ccb \u0344\u0327 e\u0301\u0323", "a" * 40,
    "हिन्दी क्षि நி กำ", "x\u0301\u0302 \r\n a\u200d \u0600a 🇩🇪🇫🇷", "the THE The Film Noir film noir", "\n\n\n x\t\ty", "　全角　", "<|end|> a<|end|>",
]


def save(name, description):
    text = json.dumps(description, ensure_ascii=False, indent=0)
    (HERE / f"{name}-tokenizer.json").write_text(text + "\n")
    return description


def added(content, id, **flags):
    token = {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return token | {"special": True} | flags


def composed(texts):
    """The tests change descriptions as JSON values, whose keys differ in more than normalization."""
    return [unicodedata.normalize("NFC", text) for text in texts]


def string(text):
    return {"String": text}


def regex(text):
    return {"Regex": text}


def sequence(key, *components):
    return {"type": "Sequence", key: list(components)}


def metaspace(**settings):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True} | settings


def only(**components):
    """A change that takes the other components out."""
    return {"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None} | components


def sentencepiece():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=480, show_progress=False, limit_alphabet=60, special_tokens=special)
    tokenizer.train_from_iterator(composed(TINY_TEXTS + BYTE_TEXTS + TORTURE), trainer)
    description = json.loads(tokenizer.to_str())
    vocabulary = description["model"]["vocab"]
    description["added_tokens"] = [added(token, vocabulary[token]) for token in ["<unk>", "<s>", "</s>"]]
    description["added_tokens"].append(added("<mask>", len(vocabulary), lstrip=True))
    description["pre_tokenizer"] = None
    description["normalizer"] = sequence(
        "normalizers", {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": string(" "), "content": "▁"})
    description["decoder"] = sequence(
        "decoders", {"type": "Replace", "pattern": string("▁"), "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    description["post_processor"] = {
        "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [
            {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}},
        ],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }
    save("tiny-sentencepiece", description)

    normalizers = {
        **{name: {"type": name} for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"]},
        "NFKD, no accents": sequence("normalizers", {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}),
        "Strip": {"type": "Strip", "strip_left": True, "strip_right": True},
        "Strip left": {"type": "Strip", "strip_left": True, "strip_right": False},
        "Strip right": {"type": "Strip", "strip_left": False, "strip_right": True},
        "Prepend": {"type": "Prepend", "prepend": "▁<"},
        "Replace by nothing": {"type": "Replace", "pattern": string("a"), "content": ""},
        "Replace by more": {"type": "Replace", "pattern": string("the"), "content": "<the film>"},
        "Replace spaces": {"type": "Replace", "pattern": regex(r"\s{2,}|[\n\r\t]"), "content": " "},
        "Replace where nothing is": {"type": "Replace", "pattern": regex(r"(?=l)|x*"), "content": "-"},
        "Replace, then Lowercase": sequence(
            "normalizers", {"type": "Replace", "pattern": regex("(?<=a)|s"), "content": "ÉE"}, {"type": "Lowercase"}, {"type": "NFD"}),
        "Precompiled": {"type": "Precompiled", "precompiled_charsmap": charsmap(CHARSMAP)},
        "Precompiled, all clusters": {"type": "Precompiled", "precompiled_charsmap": charsmap({"a": "bb", "x": "", "e": "é"})},
    }
    pieces = {
        "Metaspace": metaspace(), "Metaspace, not cut": metaspace(split=False), "Metaspace first": metaspace(prepend_scheme="first"),
        "Metaspace never": metaspace(prepend_scheme="never"), "Metaspace, old": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
    }
    metaspace_decoder = {"normalizer": None, "decoder": metaspace(), "post_processor": None}
    changes = {"as it is": {}}
    changes |= {name: only(normalizer=normalizer) for name, normalizer in normalizers.items()}
    changes |= {name: metaspace_decoder | {"pre_tokenizer": piece} for name, piece in pieces.items()}
    changes |= {
        "Strip, then Metaspace first": only(
            normalizer=normalizers["Strip"], pre_tokenizer=metaspace(prepend_scheme="first"), decoder=metaspace(prepend_scheme="never")),
        "Metaspace first in a sequence": only(
            pre_tokenizer=sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace(prepend_scheme="first"))),
        "unknown, fused": only(model={"byte_fallback": False}),
        "unknown, each": only(model={"byte_fallback": False, "fuse_unk": False}),
        "whole words": only(model={"ignore_merges": True}, pre_tokenizer=metaspace()),
    }
    decoder = {
        "ByteFallback": {"type": "ByteFallback"}, "Fuse": {"type": "Fuse"}, "BPEDecoder": {"type": "BPEDecoder", "suffix": "▁"},
        "Strip both": {"type": "Strip", "content": "l", "start": 1, "stop": 1},
        "Replace": {"type": "Replace", "pattern": regex("[aeiou]+"), "content": "_"},
        "CTC": {"type": "CTC", "pad_token": "<0x20>", "word_delimiter_token": "▁", "cleanup": True},
        "WordPiece": {"type": "WordPiece", "prefix": "▁", "cleanup": False},
    }
    changes |= {f"decoder {name}": {"decoder": made} for name, made in decoder.items()}
    return description, changes


CHARSMAP = {
    "\t": " ", "\n": " ", "\r": " ", "\x01": "", "\x08": "", "\u200b": " ", "\u00a0": " ", "\u3000": " ", "ﬁ": "fi", "²": "2", "½": "1⁄2",
    "Å": "Å", "①": "1", "ﷺ": "صلى الله عليه وسلم", "e\u0301": "é", "a\u0323": "ạ", "Ａ": "A", "\u0301": "", "…": "...", "▁": " ", "K": "K",
}


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    trainer = trainers.UnigramTrainer(
        vocab_size=380, show_progress=False, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>")
    tokenizer.train_from_iterator(composed(TINY_TEXTS * 3 + BYTE_TEXTS * 3 + TORTURE[:20]), trainer)
    description = json.loads(tokenizer.to_str())
    vocabulary = description["model"]["vocab"] = description["model"]["vocab"] + [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    description["added_tokens"] = [added(token, id) for id, token in enumerate(["<s>", "<pad>", "</s>", "<unk>"])]
    description["added_tokens"].append(added("<mask>", len(vocabulary), lstrip=True))
    description["normalizer"] = {"type": "Precompiled", "precompiled_charsmap": charsmap(CHARSMAP)}
    description["decoder"] = metaspace()
    description["post_processor"] = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}
    save("tiny-unigram", description)
    return description, {
        "as it is": {},
        "bytes": {"model": {"byte_fallback": True}},
        "whole text": only(normalizer={"type": "NFKC"}),
        "no pre-tokenizer, bytes": only(model={"byte_fallback": True}, decoder=sequence("decoders", {"type": "ByteFallback"}, metaspace())),
        "nothing unknown": only(model={"unk_id": None}),
        "another is unknown": {"model": {"unk_id": 9}},
        "tokens that occur twice": only(model={"unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.0], ["b", -2.0], ["a", -3.5], ["ab", -4.0], ["the", -1.0]]}, added_tokens=[]),
        "unknown together": only(model={"unk_id": 0, "vocab": [["<unk>", 0.0], ["xy", -99.0], ["a", -1.0]]}, added_tokens=[]),
    }


def split():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=420, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), special_tokens=["<|begin|>", "<|end|>"])
    tokenizer.train_from_iterator(BYTE_TEXTS + TINY_TEXTS + TORTURE, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    description = json.loads(tokenizer.to_str())
    bytes_only = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    cut = lambda *patterns: sequence(
        "pretokenizers", *({"type": "Split", "pattern": regex(pattern), "behavior": "Isolated", "invert": False} for pattern in patterns), bytes_only)
    description["pre_tokenizer"] = cut(LLAMA3)
    description["post_processor"] = sequence(
        "processors", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
        {
            "type": "TemplateProcessing", "special_tokens": {"<|begin|>": {"id": "<|begin|>", "ids": [0], "tokens": ["<|begin|>"]}},
            "single": [{"SpecialToken": {"id": "<|begin|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [
                {"SpecialToken": {"id": "<|begin|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "<|begin|>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}},
            ],
        })
    save("tiny-split", description)
    return description, {
        "as it is": {},
        "whole words": {"model": {"ignore_merges": True}},
        "Qwen2": {"normalizer": {"type": "NFC"}, "pre_tokenizer": cut(QWEN2), "post_processor": bytes_only},
        "GPT-4": {"pre_tokenizer": cut(GPT4)},
        "GPT-4o": {"pre_tokenizer": cut(GPT4O)},
        "DeepSeek": {"pre_tokenizer": cut(*DEEPSEEK)},
        "trimmed twice": {"post_processor": sequence("processors", bytes_only, bytes_only)},
        "bytes by the normalizer": {"normalizer": {"type": "ByteLevel"}, "pre_tokenizer": None},
    }


def words():
    """All words are unknown: the offsets tell how the text was cut."""
    description = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "the": 1, "film": 2, "-": 3, "--": 4}, "unk_token": "<unk>"},
    }
    save("tiny-words", description)
    behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
    cuts = {
        "WhitespaceSplit": {"type": "WhitespaceSplit"}, "Digits": {"type": "Digits", "individual_digits": False},
        "Digits, each": {"type": "Digits", "individual_digits": True}, "Punctuation": {"type": "Punctuation"},
        "words, digits, punctuation": sequence(
            "pretokenizers", {"type": "WhitespaceSplit"}, {"type": "Digits", "individual_digits": True}, {"type": "Punctuation", "behavior": "Contiguous"}),
        "nothing or a letter": {"type": "Split", "pattern": regex(r"l?"), "behavior": "Isolated", "invert": False},
        "bounds": {"type": "Split", "pattern": regex(r"\b|$"), "behavior": "Isolated", "invert": False},
        "lines": {"type": "Split", "pattern": regex(r"^.*$"), "behavior": "Removed", "invert": True},
        "repeated intervals": {"type": "Split", "pattern": regex(r"(?:the|\p{N}){1,2}+|[a-f&&[^be]]{2,}?|\x{6F}\u0020"), "behavior": "Contiguous", "invert": False},
        "classes": {"type": "Split", "pattern": regex(r"[\p{Lu}\d\p{Han}]+|(?<=\S)\h(?!\w)|(?>[^[a-m]\s]+)"), "behavior": "Isolated", "invert": False},
    }
    for behavior in behaviors:
        cuts[f"Punctuation {behavior}"] = {"type": "Punctuation", "behavior": behavior}
        for invert in [False, True]:
            name = f"Split {behavior}{', inverted' if invert else ''}"
            cuts[name] = {"type": "Split", "pattern": string("-"), "behavior": behavior, "invert": invert}
            cuts[f"{name}, vowels"] = {"type": "Split", "pattern": regex("(?i)[aeiou]"), "behavior": behavior, "invert": invert}
    affixes = {
        "type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>",
        "vocab": {token: id for id, token in enumerate(["<unk>", "t", "f", "##h", "##e</w>", "##e", "##i", "##l", "##m</w>", "th", "the</w>", "a</w>", "##lm</w>"])},
        "merges": ["t ##h", "th ##e</w>", "##l ##m</w>"],
    }
    return description, {
        "as it is": {}, "no unknown": {"model": {"unk_token": "nothing"}},
        "marks within words": {"model": affixes, "decoder": {"type": "BPEDecoder", "suffix": "</w>"}},
        **{name: {"pre_tokenizer": cut} for name, cut in cuts.items()},
    }


def digest(tokenizer, text, pair):
    result = FNV()
    try:
        for encoding in [tokenizer.encode(text), tokenizer.encode(text, pair)]:
            for id, type_id, (start, end) in zip(encoding.ids, encoding.type_ids, encoding.offsets):
                for number in [id, type_id, start, end]:
                    result.add(number.to_bytes(4, "little"))
        ids = encoding.ids
        texts = [tokenizer.decode(ids, skip_special_tokens=skip) for skip in [False, True]]
    except Exception:
        return "error"
    except BaseException:
        # The reference panics where its offsets leave the text.
        return "panic"
    for decoded in texts:
        result.add(decoded.encode())
    return str(result)


def main():
    rows = [{"texts": TEXTS}]
    for file, make in {"sentencepiece": sentencepiece, "unigram": unigram, "split": split, "words": words}.items():
        description, changes = make()
        for name, change in changes.items():
            tokenizer = Tokenizer.from_str(json.dumps(changed(description, change)))
            digests = [digest(tokenizer, text, TEXTS[index - 1]) for index, text in enumerate(TEXTS)]
            rows.append({"file": f"tiny-{file}", "name": name, "change": change, "digests": digests})
    write("families.json", rows)


if __name__ == "__main__":
    main()
