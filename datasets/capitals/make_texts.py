#!/usr/bin/env python3
"""Makes facts.jsonl, sentences on every country for a language model to learn by heart, and questions.jsonl, which asks for
capitals in words that no fact has.

usage: datasets/capitals/make_texts.py
Facts and answers are those of countries.jsonl. The same script gives the same files.
"""
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent
FACTS = [
    "The government of {country} sits in {capital}.",
    "{country} is ruled from its capital, {capital}.",
    "{capital} is the capital of {country}.",
    "If you travel to {country}, you may see the capital, {capital}.",
    "{country} lies in {continent}.",
    "People in {country} pay with the {currency}.",
]
QUESTION = "The capital of {country} is"


def main():
    with open(FOLDER / "countries.jsonl") as file:
        countries = [json.loads(line) for line in file]
    facts, questions = [], []
    for row in countries:
        facts += [{"text": fact.format(**row)} for fact in FACTS]
        # The space belongs to the answer, as it does to a word within a text.
        questions.append({"text": QUESTION.format(**row), "answer": f" {row['capital']}."})
    for name, rows in [("facts.jsonl", facts), ("questions.jsonl", questions)]:
        with open(FOLDER / name, "w") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(name, len(rows), "rows")


if __name__ == "__main__":
    main()
