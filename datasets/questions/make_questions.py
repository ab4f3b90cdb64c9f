#!/usr/bin/env python3
"""Makes two tasks with the same two answers of the reviews in datasets/sentiment: a question and a sentence, no or yes.

usage: datasets/questions/make_questions.py
A sentence stands in the same split of both tasks. Which one follows from its digest, so the same script gives the same files.
"""
import collections
import hashlib
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent
PRAISE, PLACE = "Is this praise?", "Is this about a place?"
PLACES = ["doctors", "gardens", "hotels", "meals", "museums", "offices", "schools", "shops", "theatre"]
THINGS = ["books", "clothes", "furniture", "games", "kitchen", "music", "phones", "software", "tools"]
# Of the 37 sentences of a domain with a label, how many stand in each split.
SIZES = {"train": 26, "validation": 4, "test": 7}
# So many of those for training have the second question as well: it is to be the smaller task.
SECOND = 8


def digest(row):
    return hashlib.sha256(row["sentence"].encode()).hexdigest()


def main():
    groups = collections.defaultdict(list)
    with open(FOLDER.parent / "sentiment" / "reviews.jsonl") as file:
        for line in file:
            row = json.loads(line)
            groups[row["domain"], row["label"]].append(row)
    files = collections.defaultdict(list)
    for (domain, label), rows in groups.items():
        rows.sort(key=digest)
        for split, size in SIZES.items():
            part, rows = rows[:size], rows[size:]
            for number, row in enumerate(part):
                praise = "yes" if label == "positive" else "no"
                files["praise", split].append((PRAISE, row, praise))
                if domain in PLACES + THINGS and (split != "train" or number < SECOND):
                    files["place", split].append((PLACE, row, "yes" if domain in PLACES else "no"))
        assert not rows
    for (name, split), rows in sorted(files.items()):
        path = FOLDER / f"{name}-{split}.jsonl"
        with open(path, "w") as file:
            for question, row, label in sorted(rows, key=lambda entry: digest(entry[1])):
                row = {"question": question, "sentence": row["sentence"], "label": label}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(path.name, len(rows), "rows")


if __name__ == "__main__":
    main()
