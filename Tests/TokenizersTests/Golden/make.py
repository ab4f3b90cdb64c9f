"""Makes the golden files in this folder with the reference libraries.

    python make.py [DATA-FOLDER]

Needs tokenizers 0.23 and transformers 5.23, the model in models/minilm (`make setup`), and for `corpora.json` the
folder that holds sst2/train.tsv, sst2/dev.tsv, e2e/valid.txt and gpt2/tokenizer.json, by default ../shared/data beside
the checkout.
"""

import json
import os
import random
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertTokenizer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MINILM = ROOT / "models/minilm/tokenizer.json"
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/data"


def write(name, value):
    """One element a line, so that a change shows."""
    line = lambda element: json.dumps(element, ensure_ascii=True, separators=(",", ":"))
    if isinstance(value, list):
        text = "[\n" + ",\n".join(map(line, value)) + "\n]\n"
    else:
        text = "{\n" + ",\n".join(f"{line(key)}: {line(element)}" for key, element in value.items()) + "\n}\n"
    (HERE / name).write_text(text)


def load(path):
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class FNV:
    """FNV-1a with 64 bits, over bytes."""

    def __init__(self):
        self.hash = 0xCBF29CE484222325

    def add(self, data):
        for byte in data:
            self.hash = (self.hash ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF

    def __str__(self):
        return f"{self.hash:016x}"


def row(text, encoding, **rest):
    return {"text": text, "ids": encoding.ids, "offsets": encoding.offsets, **rest}


# Texts that are hard to normalize

TORTURE = [
    "", " ", "\t\n\r", "a", "Hello, World!", "it's don't can't we've I'm you're", "...!?,;:", "$9.99 + 5% ~ `x` ^_^ <b>|</b>",
    # Combining marks, composed and decomposed, in and out of canonical order
    "café", "cafe\u0301", "Ünïcödé", "U\u0308ni\u0308co\u0308de\u0301", "\u0301abc", "a\u0323\u0302", "a\u0302\u0323",
    "\u1ea5 \u1ead \u01d6", "q\u0307\u0323", "\u0344\u0327x", "Z\u0351\u036b\u0343a\u0363\u0308l\u0348\u034bg\u0358o\u0360",
    "\u1b44\u302e", "\u302e\u302fx", "x\u302f\u302e", "\U0001d15e\u0327x", "\U0001d160", "\u0345\u0301", "a\u034f\u0301",
    "\u0915\u094d\u0937 \u0928\u092e\u0938\u094d\u0924\u0947", "\u0958\u09dc", "\u0f73\u0f75\u0f81",
    # Hangul and kana
    "한국어 문장", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "각\u11a8", "ﾊﾟｰｼﾞ パージ", "か\u3099 が",
    # Ideographs, also beyond the first plane and between the blocks that BERT lists
    "漢字かな交じり文", "中文 and English混合text", "\u3400\u4dbf\u4e00\u9fff", "\uf900\ufaff", "\U00020000\U0002a6df",
    "\U0002a700\U0002b81f", "\U0002b820\U0002b91f\U0002b920\U0002ceaf", "\U0002ceb0\U0002f800\U0002fa1f", "\U00030000",
    # Controls, formats, spaces, U+FFFD, private use, unassigned, noncharacters
    "a\u0000b\u0001c\u007fd\u0080e\u0085f", "a\ufffdb", "a\u200bb\u200cc\u200dd\u2060e\ufefff", "soft\u00adhyphen",
    "no\u00a0break\u2007space\u202fhere\u3000wide\u2028line\u2029par\u1680ogham", "\ue000\uf8ff\U000f0000\U0010fffd",
    "\u0378\u0379\U0001fffe\U000e0fff", "\ufdd0\uffff", "\u0600\u06dd\u070f\u180e", "\u202ertl\u202c \u2066x\u2069",
    "\U000e0001\U000e0067\U000e007f", "\u0890\u08e2\U000110cd\U00013430", "vt\u000bff\u000cfs\u001cus\u001f",
    # Emoji
    "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ☺️ ☺ 1️⃣", "🤷🏻‍♀️!", "😀😀😀", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    # Right to left
    "שָׁלוֹם עוֹלָם", "السَّلامُ عَلَيْكُم", "مرحبا، كيف؟", "abc שלום def",
    # Case
    "İstanbul ISTANBUL ıstanbul", "ΣΊΣΥΦΟΣ Σ ς σ", "STRASSE Straße ẞ", "ǅ ǆ Ǆ ǈ ǋ ǲ", "ﬁ ﬃ Ⅷ ⅷ Ⓐ ⓐ", "ᏣᎳᎩ Ꭰ ꭰ",
    "K Å Ω", "Ჰ Ა ა", "Ⱥ Ⱦ ɫ", "ＡＢＣ ａｂｃ", "Ĳ ŉ ǰ ΐ",
    # Punctuation that is, that is no more, and that is not yet in the reference's Unicode
    "«a» “b” ‘c’ „d“ –—…·•†", "a。b、c「d」e！f？", "\u166d\U000111c9x", "\u061d\u2e43\U00010ead\U00011660", "£€¥©®™°±×÷",
    "\u1734\U0001171e\u1885\u1886\ua9bd", "a\u0897\u1ac1\U0001e130b",
    # Words that are long or cannot be spelled
    "x" * 99, "x" * 100, "x" * 101, "a" * 200, "é" * 100, "é" * 101, "e\u0301" * 120, "\u2603\u0e01\u0e02", "word" * 50,
    "supercalifragilisticexpialidocious antidisestablishmentarianism", "##ing ing ##", "[unused1] ##s",
    # Special tokens in the text
    "[MASK]", "the [MASK] sat", "[mask] [Mask]", "[CLS][SEP]x[PAD]", "a[UNK]b", "[MASK[MASK]]", "[ MASK ]", "[MASK] ,",
]


def generated(count, tokens):
    """Texts of scalars from all over Unicode, tokens and letters."""
    choose = random.Random(2018)
    ranges = [
        (0, 0x80), (0x80, 0x250), (0x250, 0x590), (0x300, 0x370), (0x590, 0x900), (0x900, 0x1100), (0x1100, 0x1200),
        (0x1200, 0x2000), (0x2000, 0x2100), (0x2100, 0x3000), (0x3000, 0x3400), (0x3400, 0xA000), (0xA000, 0xAC00),
        (0xAC00, 0xD7B0), (0xF900, 0x10000), (0x10000, 0x12000), (0x1D000, 0x1D800), (0x1E000, 0x20000),
        (0x20000, 0x32000), (0xE0000, 0xE0200),
    ]
    marks = [0x300, 0x301, 0x323, 0x327, 0x345, 0x302E, 0x1B44, 0x1D165, 0x94D, 0x34F, 0x8D4, 0x344, 0x1D15E, 0x1171E]
    texts = []
    for _ in range(count):
        text = ""
        for _ in range(choose.randrange(1, 16)):
            kind = choose.random()
            if kind < 0.35:
                text += chr(choose.randrange(*choose.choice(ranges)))
            elif kind < 0.5:
                text += chr(choose.choice(marks))
            elif kind < 0.65:
                text += choose.choice(tokens)
            elif kind < 0.75:
                text += " "
            else:
                text += choose.choice("abcdefghijklmnopqrstuvwxyzABC.,'")
        texts.append(text)
    return texts


def minilm():
    tokenizer = load(MINILM)
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    texts = TORTURE + generated(300 - len(TORTURE), tokens)
    rows = [row(text, tokenizer.encode(text)) for text in texts]
    for made in rows:
        made["decoded"] = tokenizer.decode(made["ids"], skip_special_tokens=True)
    write("minilm.json", rows)


def corpora():
    """A digest of the ids and offsets of whole files."""
    digests = []
    # families.py makes the small ones.
    tiny = [(name, HERE / f"{name}-tokenizer.json") for name in ["tiny-sentencepiece", "tiny-unigram", "tiny-split"]]
    for tokenizer_name, path in [("minilm", MINILM), ("gpt2", DATA / "gpt2/tokenizer.json")] + tiny:
        tokenizer = load(path)
        files = []
        for name in ["sst2/train.tsv", "sst2/dev.tsv"] + ([] if path.parent == HERE else ["e2e/valid.txt"]):
            lines = (DATA / name).read_text(encoding="utf-8").split("\n")
            texts = [line.split("\t")[0] for line in lines if line]
            digest, count = FNV(), 0
            for encoding in tokenizer.encode_batch(texts):
                count += len(encoding.ids)
                for id, (start, end) in zip(encoding.ids, encoding.offsets):
                    digest.add(id.to_bytes(4, "little") + start.to_bytes(4, "little") + end.to_bytes(4, "little"))
            files.append({"name": name, "rows": len(texts), "tokens": count, "digest": str(digest)})
        digests.append({"tokenizer": tokenizer_name, "files": files})
    write("corpora.json", digests)


# A tokenizer small enough to be read: every kind of added token, a text of its own for each step

WORDS = ["the", "a", "film", "play", "good", "bad", "un", "re", "straße", "strasse", "cafe", "café", "中", "文"]
ENDS = ["ing", "ed", "s", "ly", "ness", "文"]


def tiny_description():
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFG0123456789.,!?'-"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS + ["##" + end for end in ENDS]
    tokens = list(dict.fromkeys([*tokens, *letters, *("##" + letter for letter in letters)]))
    added = [{"id": tokens.index(token), "content": token} for token in tokens[:5]]
    for token in added:
        token |= {"single_word": False, "lstrip": token["content"] == "[MASK]", "rstrip": False, "normalized": False}
        token["special"] = True
    extra = [
        ("Film Noir", {"normalized": True}),
        ("<left>", {"lstrip": True}),
        ("<right>", {"rstrip": True}),
        ("<both>", {"lstrip": True, "rstrip": True, "special": True}),
        ("word", {"single_word": True}),
        ("wordy", {}),
        ("Ärger", {"normalized": True, "single_word": True}),
    ]
    for content, flags in extra:
        token = {"id": len(tokens) + len(added) - 5, "content": content, "single_word": False, "lstrip": False}
        added.append(token | {"rstrip": False, "normalized": False, "special": False} | flags)
    special = {token: {"id": token, "ids": [tokens.index(token)], "tokens": [token]} for token in ["[CLS]", "[SEP]"]}
    cls, sep = [lambda type_id, id=id: {"SpecialToken": {"id": id, "type_id": type_id}} for id in special]
    text = lambda id, type_id: {"Sequence": {"id": id, "type_id": type_id}}
    return {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]",
        },
        "added_tokens": added,
        "normalizer": {
            "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [cls(0), text("A", 0), sep(0)],
            "pair": [cls(0), text("A", 0), sep(0), text("B", 1), sep(1)],
            "special_tokens": special,
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 20, "vocab": {token: id for id, token in enumerate(tokens)},
        },
    }


TINY_TEXTS = [
    "The playing films, reunplayed!", "Film Noir film noir FILM  NOIR", "a <left> b   <left>c", "a<right>   b <right>",
    "<right>   <left> <both>  <both>a",
    "x  <both>  y<both><both> z", "word wordy words sword word. WORD _word word_ éword", "Ärger arger ÄRGER Arger. argers",
    "good [MASK]   [MASK] bad", "中文文中 film文", "Straße STRASSE ẞ café CAFE\u0301", "it ' s do not 's n't", "a" * 20, "a" * 21,
    " [CLS] film [SEP] ", "unknown ☃ film", "",
]

VARIANTS = {
    "as it is": {},
    "cased": {"normalizer": {"lowercase": False}},
    "cased, without accents": {"normalizer": {"lowercase": False, "strip_accents": True}},
    "lower case with accents": {"normalizer": {"strip_accents": False}},
    "not cleaned": {"normalizer": {"clean_text": False}},
    "ideographs not apart": {"normalizer": {"handle_chinese_chars": False}},
    "no normalizer": {"normalizer": None},
    "no pre-tokenizer": {"pre_tokenizer": None},
    "BertProcessing": {"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}},
    "no post-processor": {"post_processor": None},
    "no decoder": {"decoder": None},
    "decoder without clean-up": {"decoder": {"cleanup": False}},
    "another prefix": {"model": {"continuing_subword_prefix": "u"}},
}


def changed(description, change):
    description = dict(description)
    for key, value in change.items():
        merged = isinstance(value, dict) and "type" not in value
        description[key] = {**description[key], **value} if merged else value
    return description


# Here the reference leaves characters out, or puts them behind others, and from there on its offsets are another
# character's. Ids are compared, offsets not.
WITHOUT_OFFSETS = ["characters, bytes", "characters, none unknown"]


def variants(description, changes, texts, more_texts):
    made = []
    for name, change in changes.items():
        tokenizer = Tokenizer.from_str(json.dumps(changed(description, change)))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        rows = []
        for index, text in enumerate(texts + (more_texts if name == "as it is" else [])):
            pair = texts[index - 1] if index < len(texts) else texts[0]
            both = tokenizer.encode(text, pair)
            rows.append(
                row(
                    text, tokenizer.encode(text), pair=pair, pair_ids=both.ids, pair_type_ids=both.type_ids,
                    pair_offsets=both.offsets, pair_mask=both.special_tokens_mask,
                    bare_ids=tokenizer.encode(text, pair, add_special_tokens=False).ids,
                    bare_type_ids=tokenizer.encode(text, pair, add_special_tokens=False).type_ids,
                    decoded=tokenizer.decode(both.ids, skip_special_tokens=False),
                    decoded_text=tokenizer.decode(both.ids, skip_special_tokens=True),
                )
            )
        if name in WITHOUT_OFFSETS:
            for made_row in rows:
                made_row["offsets"] = made_row["pair_offsets"] = None
        made.append({"name": name, "change": change, "rows": rows})
    return made


def tiny():
    description = tiny_description()
    (HERE / "tiny-wordpiece-tokenizer.json").write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n")
    write("tiny-wordpiece.json", variants(description, VARIANTS, TINY_TEXTS, TORTURE[:24]))

    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.no_padding()
    rows = []
    for first in [0, 1, 2, 3, 5, 9]:
        for second in [None, 0, 1, 2, 3, 5, 9]:
            for length in [3, 4, 5, 6, 7, 8, 12, 30]:
                tokenizer.enable_truncation(length)
                text, pair = "a " * first, None if second is None else "b " * second
                encoding = tokenizer.encode(text) if pair is None else tokenizer.encode(text, pair)
                rows.append({"text": text, "pair": pair, "length": length, "ids": encoding.ids})
    write("truncation.json", rows)


# Byte pair encoding


BYTE_TEXTS = [
    "The films' best: isn't it? We've seen 3 of them, they'll play I'm sure 'S 'RE don''t", " leading and trailing ",
    "two  spaces   three\n\nlines\t\ttabs \r\n end  ", "naïve café 漢字 한국어 ½Ⅷ² ４2", "👍🏽 emoji 👨‍👩‍👧‍👦!", "x\u00a0y\u3000 z\u2028",
    "a<|end|>b <|end|> c", "<|end|>", "hello <pad>  there", "unseen ☃ Ω\u0301 \U000187f8\U0001e6c0", "'", "''s", " 's", " ", "\n", "",
]

CHARACTERS = ["<unk>", "<0x0A>", "<0xE2>", "<0x98>", "<0x83>", *"abcdefilmnopst ", "fi", "lm", "film", "films", "st", "be"]

BYTE_VARIANTS = {
    "as it is": {},
    "merges as pairs": {"model": {"merges": None}},
    "whole words": {"model": {"ignore_merges": True}},
    "a space in front": {
        "pre_tokenizer": {"add_prefix_space": True},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    },
    "RobertaProcessing": {
        "pre_tokenizer": {"add_prefix_space": True},
        "post_processor": {
            "type": "RobertaProcessing", "sep": ["<|end|>", 0], "cls": ["<pad>", 1], "trim_offsets": True,
            "add_prefix_space": True,
        },
    },
    "offsets without spaces": {"post_processor": {"trim_offsets": True, "add_prefix_space": False}},
    "words not cut": {"pre_tokenizer": {"use_regex": False}},
    "characters": {
        "added_tokens": [], "pre_tokenizer": None, "decoder": None,
        "model": {
            "type": "BPE", "unk_token": "<unk>", "fuse_unk": False,
            "vocab": {token: id for id, token in enumerate(CHARACTERS)},
            "merges": ["f i", "l m", "fi lm", "s t", "b e", "film s"],
        },
    },
}
BYTE_VARIANTS["characters, fused"] = changed(BYTE_VARIANTS["characters"], {"model": {"fuse_unk": True}})
BYTE_VARIANTS["characters, bytes"] = changed(BYTE_VARIANTS["characters"], {"model": {"byte_fallback": True}})
BYTE_VARIANTS["characters, none unknown"] = changed(BYTE_VARIANTS["characters"], {"model": {"unk_token": None}})


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<|end|>", "<pad>"],
    )
    tokenizer.train_from_iterator(BYTE_TEXTS + TINY_TEXTS + TORTURE, trainer)
    description = json.loads(tokenizer.to_str())
    description["added_tokens"][1]["lstrip"] = True
    merges = description["model"]["merges"]
    BYTE_VARIANTS["merges as pairs"]["model"]["merges"] = merges
    description["model"]["merges"] = [" ".join(merge) for merge in merges]
    (HERE / "tiny-bpe-tokenizer.json").write_text(json.dumps(description, ensure_ascii=False, indent=0) + "\n")
    made = variants(description, BYTE_VARIANTS, BYTE_TEXTS, [])
    write("tiny-bpe.json", made)

    # Any ids: most sequences of bytes are no UTF-8.
    choose = random.Random(5)
    rows = [[choose.randrange(tokenizer.get_vocab_size()) for _ in range(12)] for _ in range(100)]
    write("decoded-bytes.json", [{"ids": ids, "text": tokenizer.decode(ids)} for ids in rows])


def lengths():
    """Truncation by each strategy from either end, and padding."""
    text, pair = "two  spaces and film", "isn't it the  best   of films"
    description = json.loads((HERE / "tiny-bpe-tokenizer.json").read_text())
    description = changed(description, BYTE_VARIANTS["RobertaProcessing"])
    (HERE / "tiny-roberta-tokenizer.json").write_text(json.dumps(description, ensure_ascii=False, indent=0) + "\n")
    tokenizer = Tokenizer.from_str(json.dumps(description))
    rows = []
    for strategy in ["longest_first", "only_first", "only_second"]:
        for direction in ["right", "left"]:
            for second in [None, pair]:
                for length in [4, 5, 7, 9, 12, 16, 19, 22, 40]:
                    tokenizer.enable_truncation(length, strategy=strategy, direction=direction)
                    made = {"strategy": strategy.title().replace("_", ""), "direction": direction.title(), "length": length}
                    made |= {"text": text, "pair": second, "ids": None, "offsets": None}
                    try:
                        encoding = tokenizer.encode(text, second)
                        made |= {"ids": encoding.ids, "offsets": encoding.offsets}
                    except Exception:
                        pass
                    rows.append(made)
    tokenizer.no_truncation()
    paddings = []
    for direction in ["right", "left"]:
        for length, multiple in [(None, None), (None, 8), (5, None), (30, 7)]:
            tokenizer.enable_padding(
                direction=direction, pad_id=1, pad_type_id=2, pad_token="<pad>", length=length, pad_to_multiple_of=multiple)
            made = {"direction": direction.title(), "length": length, "multiple": multiple, "texts": [text, pair, ""], "rows": []}
            for encoding in tokenizer.encode_batch([text, pair, ""]):
                made["rows"].append({
                    "ids": encoding.ids, "type_ids": encoding.type_ids, "attention_mask": encoding.attention_mask,
                    "special_tokens_mask": encoding.special_tokens_mask, "offsets": encoding.offsets,
                })
            paddings.append(made)
    write("lengths.json", {"truncations": rows, "paddings": paddings})


def vocabulary_file():
    """A folder with vocab.txt alone, as older models come."""
    vocabulary = tiny_description()["model"]["vocab"]
    (HERE / "vocab").mkdir(exist_ok=True)
    (HERE / "vocab/vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    settings = {
        "alone": None,
        "cased": {"tokenizer_class": "BertTokenizer", "do_lower_case": False},
        "with accents": {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False},
    }
    rows = []
    for name, config in settings.items():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "vocab.txt").write_bytes((HERE / "vocab/vocab.txt").read_bytes())
            if config is not None:
                Path(folder, "tokenizer_config.json").write_text(json.dumps(config))
            tokenizer = BertTokenizer.from_pretrained(folder)
        texts = [text for text in TINY_TEXTS if len(text) < 100]
        made = [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in texts]
        rows.append({"name": name, "config": config, "rows": made})
    write("vocab-file.json", rows)


# All of Unicode


def scalars():
    """One digest a block of 4096 scalars, over what each step makes of each scalar."""
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    steps = [
        normalizers.BertNormalizer(**{**options, step: True})
        for step in ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"]
    ]
    decomposition = normalizers.NFD()
    split = pre_tokenizers.BertPreTokenizer()
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digests = {}
    for block in [*range(0, 0x20), *range(0x2F, 0x30), 0xE0, 0x100]:
        digest = FNV()
        for value in range(block << 12, (block + 1) << 12):
            if 0xD800 <= value < 0xE000:
                continue
            scalar = chr(value)
            made = [step.normalize_str(scalar) for step in steps]
            made.append(decomposition.normalize_str("\u0345" + scalar + "\u0323"))
            made += [word for word, _ in split.pre_tokenize_str("a" + scalar + "b")]
            # One word with a letter, a number, a sign or a line feed before it: the classes of GPT-2's pattern.
            made += [str(len(byte_level.pre_tokenize_str(before + scalar))) for before in "a1!\n"]
            digest.add("\uffff".join(made).encode() + b"\xff")
        digests[f"{block:x}"] = str(digest)
    write("scalars.json", digests)


if __name__ == "__main__":
    minilm()
    corpora()
    tiny()
    byte_level()
    lengths()
    vocabulary_file()
    scalars()
