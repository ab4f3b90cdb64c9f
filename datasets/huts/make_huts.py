#!/usr/bin/env python3
"""Makes the data set of mountain huts: notes.jsonl, to learn English of huts from; huts.jsonl, to turn facts into
sentences; and chats.jsonl, in which a guest asks and a host answers.

usage: datasets/huts/make_huts.py
Every name and sentence is made up here. The same script gives the same files.
"""
import json
import pathlib
import random

FOLDER = pathlib.Path(__file__).parent
FIRST = ["Falcon", "Larch", "Marmot", "Granite", "Silver", "Winter", "Raven", "Heather", "Juniper", "Copper", "Eagle",
         "Glacier", "Birch", "Shepherd", "Thunder", "Meadow"]
LAST = ["Rest", "Lodge", "House", "Refuge", "Corner", "Loft", "Nest", "Gate"]
KINDS = ["hut", "inn", "campsite", "farm"]
AREAS = ["the upper valley", "the lake shore", "the north face", "the old pass", "the pine forest", "the village"]
PRICES = ["cheap", "moderate", "expensive"]
SEASONS = ["all year", "in summer only", "from May to October", "at weekends"]
FOODS = ["soup", "pancakes", "cheese", "noodles", "no food"]
DOGS = ["welcome", "not allowed"]
BEDS = ["12", "20", "35", "60"]
KEYS = ["kind", "area", "price", "open", "food", "dogs", "beds"]
VALUES = dict(kind=KINDS, area=AREAS, price=PRICES, open=SEASONS, food=FOODS, dogs=DOGS, beds=BEDS)


def facts(draw, names):
    """A hut: its name, its kind, and some of what else is known."""
    known = ["kind"] + [key for key in KEYS[1:] if draw.random() < 0.55]
    return dict(name=draw.choice(names), **{key: draw.choice(VALUES[key]) for key in known})


def article(word):
    return "an " + word if word[0] in "aeiou" else "a " + word


def subject(hut, price=True):
    described = hut["kind"]
    if price and "price" in hut:
        described = {"moderate": "moderately priced"}.get(hut["price"], hut["price"]) + " " + described
    return article(described)


def where(hut):
    if "area" not in hut:
        return ""
    return {"the lake shore": " on the lake shore", "the north face": " below the north face",
            "the old pass": " on the old pass"}.get(hut["area"], " in " + hut["area"])


def sentence(draw, hut):
    """What people would say of a hut."""
    start = draw.choice(["{name} is {what}{where}", "There is {what}{where} called {name}", "{name}, {what}{where}, "])
    text = start.format(name=hut["name"], what=subject(hut), where=where(hut))
    if text.endswith(", "):
        text += "is open " + hut["open"] if "open" in hut else "waits for guests"
    elif "open" in hut:
        text += draw.choice([" that is open ", " and is open "]) + hut["open"]
    parts = []
    if "food" in hut:
        parts.append("There is no food" if hut["food"] == "no food" else draw.choice(
            ["It serves " + hut["food"], "You can eat " + hut["food"] + " there"]))
    if "beds" in hut:
        parts.append(draw.choice(["It has {} beds", "Up to {} guests can sleep there"]).format(hut["beds"]))
    if "dogs" in hut:
        parts.append("Dogs are " + hut["dogs"] if draw.random() < 0.6 else
                     ("You may bring your dog" if hut["dogs"] == "welcome" else "Leave your dog at home"))
    return ". ".join([text] + parts) + "."


def meaning(hut):
    return ", ".join(f"{key}[{hut[key]}]" for key in ["name"] + KEYS if key in hut)


def note(draw, hut):
    """The same in the manner of a guest's notebook."""
    known = [hut[key] for key in KEYS if key in hut and key not in ("dogs", "beds", "food")]
    if "food" in hut:
        known.append(hut["food"])
    if "beds" in hut:
        known.append(hut["beds"] + " beds")
    if "dogs" in hut:
        known.append("dogs " + hut["dogs"])
    return f"{hut['name']}: {'; '.join(known)}. {sentence(draw, hut)}"


def chat(draw, hut):
    """A guest asks for a description, and then for what it has not said or said in passing."""
    listed = "; ".join("dogs " * (key == "dogs") + hut[key] for key in KEYS if key in hut and key != "beds")
    messages = [("user", draw.choice(["Describe", "Tell me about"]) + f" {hut['name']}: {listed}."),
                ("assistant", sentence(draw, {key: hut[key] for key in hut if key in ("name", "kind", "area", "price", "open")}))]
    if "food" in hut:
        messages += [("user", "What can I eat?"),
                     ("assistant", "There is no food." if hut["food"] == "no food" else f"It serves {hut['food']}.")]
    if "dogs" in hut:
        messages += [("user", "May I bring my dog?"),
                     ("assistant", "Dogs are welcome." if hut["dogs"] == "welcome" else "Dogs are not allowed.")]
    return [{"role": role, "content": text} for role, text in messages]


def write(name, rows):
    with open(FOLDER / name, "w") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(name, len(rows), "rows")


def main():
    draw = random.Random(20261127)
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    notes, seen = [], set()
    while len(notes) < 1500:
        text = note(draw, facts(draw, names))
        if text not in seen:
            seen.add(text)
            notes.append({"text": text})
    write("notes.jsonl", notes)
    rows, seen = [], set()
    while len(rows) < 600:
        hut = facts(draw, names)
        text = meaning(hut)
        answers = sorted({sentence(draw, hut) for _ in range(2)})
        if len(hut) < 4 or text in seen or len(answers) < 2:
            continue
        seen.add(text)
        rows += [{"text": text, "answer": answer} for answer in answers]
    write("huts.jsonl", rows)
    chats, seen = [], set()
    while len(chats) < 400:
        hut = facts(draw, names)
        messages = chat(draw, hut)
        if len(messages) < 4 or messages[0]["content"] in seen:
            continue
        seen.add(messages[0]["content"])
        chats.append({"messages": messages})
    write("chats.jsonl", chats)


if __name__ == "__main__":
    main()
