#!/usr/bin/env python3
"""Makes held-out.jsonl, every tenth review, and requests.jsonl, which asks each adapter of pipelines/many-adapters.yaml for each
of these, so that neighbours hardly ever ask the same one.

    python3 make_requests.py
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
# The adapters by their stages' names, and the column of reviews.jsonl that each tells.
ADAPTERS = {
    "mood-lora": "label", "mood-lora-again": "label", "mood-ia3": "label", "mood-prompt": "label", "domain-lora": "domain",
}


def write(name, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (HERE / name).write_text(text, encoding="utf-8")


def main():
    reviews = [json.loads(line) for line in (HERE / "reviews.jsonl").read_text(encoding="utf-8").splitlines()]
    held_out = reviews[9::10]
    names = list(ADAPTERS)
    requests = []
    for index, review in enumerate(held_out):
        turn = index % len(names)
        for name in names[turn:] + names[:turn]:
            requests.append({"text": review["sentence"], "adapter": name, "label": review[ADAPTERS[name]]})
    write("held-out.jsonl", held_out)
    write("requests.jsonl", requests)


main()
