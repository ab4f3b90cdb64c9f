"""Makes text_scores.json: what sacrebleu and rouge_score say of some texts, and the tokens that BLEU counts.

Needs sacrebleu and rouge_score.
"""
import json
import os
import random

from rouge_score import rouge_scorer
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

folder = os.path.dirname(os.path.abspath(__file__))

LINES = [
    "Hello, world!", "It costs 3.50, or 3,50 - no: 1-2 euros...", "a.b.c 1.2.3 .5 5. 5.a", "well-known co-op -5 5-5",
    "He said \"yes\" &amp; left; she &quot;stayed&quot; &lt;here&gt;.", "tabs\tand\u00a0no-break\u2003spaces\n",
    "two\nlines-\nbroken <skipped> here", "Ünïcödé – “quotes” … 日本語。", "", "   ", "trailing space ", "¿Qué? ¡Sí!",
    "path/to/file_name@host#tag $5 50% (a+b)*c={x|y}~^`[z]\\", "e\u0301 \U0001F600\U0001F3FD family", "..,,..", "1,000,000.00",
]
WORDS = "the a cheap pub near river serves fast food in town , . and it is family friendly not rated 5 out of".split()


def corpora():
    """Corpora of unlike sizes: [text, [references]] each."""
    draw = random.Random(5)

    def sentence(words=WORDS, least=0, most=14):
        return " ".join(draw.choice(words) for _ in range(draw.randint(least, most)))

    def near(text):
        words = text.split()
        for _ in range(draw.randint(0, 4)):
            if words:
                place = draw.randrange(len(words))
                words[place:place + 1] = draw.choice([[], [draw.choice(WORDS)], [words[place], draw.choice(WORDS)]])
        return " ".join(words)

    yield "equal", [["The pub is cheap .", ["The pub is cheap."]], ["A pub.", ["A pub.", "The pub."]]]
    yield "nothing in common", [["x y z", ["a b c"]]]
    yield "empty text", [["", ["a b c d e"]], ["a b c d", ["a b c d e"]]]
    yield "one short text", [["the pub", ["the pub is cheap"]]]
    yield "no common four words", [["a b c x d e f", ["a b c y d e f"]]]
    for number in range(6):
        rows = []
        for _ in range(draw.randint(3, 25)):
            text = sentence(least=1)
            references = [near(text) or "a" for _ in range(draw.randint(1, 4))]
            rows.append([text, references])
        yield f"drawn {number}", rows
    yield "awkward lines", [[a, [b]] for a, b in zip(LINES, LINES[1:] + LINES[:1]) if b.strip()]


def main():
    tokenizer = Tokenizer13a()
    rouge = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
    cases = []
    for name, rows in corpora():
        texts = [text for text, _ in rows]
        most = max(len(references) for _, references in rows)
        # sacrebleu has a list for each rank of references, None where a text has fewer.
        ranks = [[r[rank] if rank < len(r) else None for _, r in rows] for rank in range(most)]
        scores = [rouge.score_multi(references, text) for text, references in rows]
        cases.append({
            "name": name, "texts": [{"text": text, "references": references} for text, references in rows],
            "bleu": BLEU().corpus_score(texts, ranks).score, "chrf": CHRF().corpus_score(texts, ranks).score,
            **{key: sum(score[kind].fmeasure for score in scores) / len(scores)
               for key, kind in [("rouge_1", "rouge1"), ("rouge_2", "rouge2"), ("rouge_l", "rougeL")]}})
        print(name, {key: round(value, 4) for key, value in cases[-1].items() if isinstance(value, float)})
    tokens = [{"text": line, "tokens": tokenizer(line.rstrip()).split()} for line in LINES]
    with open(os.path.join(folder, "text_scores.json"), "w") as file:
        json.dump({"sacrebleu": sacrebleu.__version__, "tokens": tokens, "cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
