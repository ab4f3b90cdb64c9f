"""Makes trained.json: the byte-level BPE that the library tokenizers learns from some texts.

Needs tokenizers.
"""
import json
import os

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

folder = os.path.dirname(os.path.abspath(__file__))
TEXTS = [
    "the river and the stone, the river's stones", "a lamp, another lamp and 12 lamps; 120 lamps!", "Über-große Straßen  und\tWege\n",
    "aaaa aaa aa a", "abab ababab ab", "日本語 日本 😀😀", "it's we'll they've I'm", "", " ", "the the the thee then theme",
]


def main():
    cases = []
    for size in (257, 258, 300, 350, 1000):
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False)
        tokenizer.train_from_iterator(TEXTS, trainer)
        model = json.loads(tokenizer.to_str())["model"]
        tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
        cases.append({"size": size, "learned": tokens[257:], "first": tokens[:257], "merges": model["merges"]})
        print(size, len(tokens), tokens[257:270])
    with open(os.path.join(folder, "trained.json"), "w") as file:
        first = cases[0]["first"]
        assert all(case.pop("first") == first for case in cases)
        json.dump({"texts": TEXTS, "first": first, "cases": cases}, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
