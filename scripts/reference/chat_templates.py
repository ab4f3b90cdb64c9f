#!/usr/bin/env python3
"""Renders random templates with Jinja and with ours, and shows where they differ.

usage: .deps/reference/bin/python scripts/reference/chat_templates.py RENDERER [--count 20000] [--seed 1]

RENDERER is a program that reads an object a line, `{"template": …, "variables": {…}}`, and answers each with a line,
`{"text": …}` or `{"error": …}`: `.build/release/fuzz render`.

A difference is another text, or a text against an error. What the two call an error, and why, is their own. Known
differences are passed over: integers beyond 64 bits, addresses of objects, our limits, and slices of what has no
parts, which Jinja takes for undefined where all is literal.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Tests/ChatTemplatesTests/Golden"))
from make import VARIABLES, construct, outcome  # noqa: E402

STRINGS = ["", "a", "ab c", "Hello World", " x ", "é", "Straße", "it's", 'q"', "a\\n", "1", "2.5", "-3", "a,b,,c", "😀",
           "%s", "{}", "name", "e\u0301", "aXbX", "ÀÉ", "\\t"]
NAMES = list(VARIABLES) + ["undefined_name", "range", "loop", "v", "w"]
FILTERS = {
    "trim": ["", "'a'"], "upper": [""], "lower": [""], "title": [""], "capitalize": [""], "length": [""], "count": [""],
    "list": [""], "first": [""], "last": [""], "join": ["", "','", "'-', attribute='name'"], "sort": ["", "reverse=true", "attribute='name'"],
    "reverse": [""], "unique": [""], "string": [""], "int": ["", "7", "base=16"], "float": ["", "1.5"], "abs": [""],
    "round": ["", "1", "2, 'floor'", "0, 'ceil'", "-1"], "sum": ["", "attribute='age'"], "min": [""], "max": [""],
    "tojson": ["", "indent=2", "sort_keys=true", "ensure_ascii=true"], "default": ["'d'", "'d', true"], "d": [""],
    "replace": ["'a', 'b'", "'', '-'", "'l', 'L', 1"], "items": [""], "dictsort": ["", "by='value'"], "safe": [""],
    "map": ["'upper'", "attribute='name'", "'length'", "attribute='age', default=1", "attribute=0"],
    "select": ["", "'string'", "'odd'", "'in', [1, 'a']"], "reject": ["'none'", "'defined'"],
    "selectattr": ["'name'", "'age', '>', 26", "'town', 'defined'"], "rejectattr": ["'town'"], "batch": ["2", "2, 'z'"],
    "slice": ["2", "3, 0"], "indent": ["", "2", "2, true", "'>'"], "wordcount": [""], "center": ["9"], "e": [""],
    "truncate": ["5", "5, true", "9, false, '.', 0"], "groupby": ["'age'"], "attr": ["'name'"], "format": ["1", "'a', 2"],
}
TESTS = ["defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "number", "integer", "float", "boolean",
         "true", "false", "odd", "even", "lower", "upper", "eq 1", "ne 'a'", "in [1, 'a']", "divisibleby 3", "lt 2", "ge 'a'",
         "sameas none", "callable", "equalto(x)"]
METHODS = {
    "strip": ["", "'a'"], "lstrip": [""], "rstrip": ["'l'"], "split": ["", "','", "'l', 1", "none, 1"], "rsplit": ["' ', 1", "none, 1"],
    "upper": [""], "lower": [""], "title": [""], "capitalize": [""], "swapcase": [""], "startswith": ["'a'", "('a', 'H')"],
    "endswith": ["'d'"], "replace": ["'l', 'L'", "'', '-', 2"], "find": ["'l'", "'l', 4", "'', 99"], "rfind": ["'l'"], "count": ["'l'", "1"],
    "index": ["'a'", "1"], "join": ["['a', 'b']", "words"], "items": [""], "keys": [""], "values": [""], "get": ["'a'", "'z', 5", "1"],
    "splitlines": ["", "true"], "isdigit": [""], "isalpha": [""], "isupper": [""], "isspace": [""], "istitle": [""], "zfill": ["5"],
    "center": ["8, '*'"], "ljust": ["6"], "partition": ["'l'"], "rpartition": ["'l'"], "removeprefix": ["'a'"], "format": ["1, a=2"],
    "copy": [""], "append": ["1"], "pop": [""], "update": ["{}"], "isalnum": [""],
}
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, values):
        return self.random.choice(values)

    def literal(self):
        kind = self.random.randrange(8)
        if kind < 3:
            return repr(self.pick(STRINGS)) if self.random.random() < 0.5 else f"'{self.pick(['a', 'b', 'name', 'l'])}'"
        if kind < 5:
            return str(self.random.randrange(-3, 12))
        if kind == 5:
            return self.pick(["1.5", "0.0", "2.0", "1e3", "3.14159", "0.1"])
        return self.pick(["true", "false", "none", "True", "None"])

    def expression(self, depth):
        if depth == 0:
            return self.literal() if self.random.random() < 0.45 else self.pick(NAMES)
        inner = lambda: self.expression(self.random.randrange(depth))
        kind = self.random.randrange(16)
        if kind < 4:
            name = self.pick(list(FILTERS))
            arguments = self.pick(FILTERS[name])
            return f"{inner()} | {name}" + (f"({arguments})" if arguments else "")
        if kind < 6:
            name = self.pick(list(METHODS))
            return f"({inner()}).{name}({self.pick(METHODS[name])})"
        if kind == 6:
            return f"({inner()}) is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind < 9:
            return f"{inner()} {self.pick(BINARY)} {inner()}"
        if kind == 9:
            return f"({inner()})[{inner()}]"
        if kind == 10:
            part = lambda: self.pick(["", "1", "-1", "2", "-2", "99"])
            return f"({inner()})[{part()}:{part()}{self.pick(['', ':', ':2', ':-1'])}]"
        if kind == 11:
            return f"({inner()}).{self.pick(['a', 'name', 'age', 'items', 'b', 'x'])}"
        if kind == 12:
            return self.pick(["[%s, %s]", "(%s, %s)", "{'a': %s, 'b': %s}", "[%s] + [%s]"]) % (inner(), inner())
        if kind == 13:
            return f"{inner()} if {inner()}" + (f" else {inner()}" if self.random.random() < 0.8 else "")
        if kind == 14:
            return f"{self.pick(['not ', '-', '+'])}{inner()}"
        return f"({inner()})"

    def statement(self, depth):
        expression = lambda: self.expression(self.random.randrange(1, 3))
        body = lambda: self.template(depth - 1)
        dash = lambda: self.pick(["", "", "-", "+"])
        tag = lambda text: "{%" + dash() + f" {text} " + dash() + "%}"
        kind = self.random.randrange(12)
        if kind < 3 or depth == 0:
            return "{{" + self.pick(["", "-"]) + f" {self.expression(self.random.randrange(4))} " + self.pick(["", "-"]) + "}}"
        if kind == 3:
            return tag(f"if {expression()}") + body() + self.pick(["", tag("else") + body(), tag(f"elif {expression()}") + body()]) + tag("endif")
        if kind < 6:
            target = self.pick(["i", "i", "a, b", "x"])
            condition = f" if {expression()}" if self.random.random() < 0.3 else ""
            end = self.pick(["", tag("else") + body(), "{% if loop.index > 2 %}{% break %}{% endif %}", "{{ loop.last }}{{ loop.length }}"])
            return tag(f"for {target} in {expression()}{condition}") + body() + end + tag("endfor")
        if kind == 6:
            return tag(f"set {self.pick(['v', 'w'])} = {expression()}")
        if kind == 7:
            return tag(f"set {self.pick(['v', 'w'])}") + body() + tag("endset")
        if kind == 8:
            return "{% set ns = namespace(v=0) %}" + tag(f"set ns.v = {expression()}") + "{{ ns.v }}"
        if kind == 9:
            return tag(f"macro m(p, q={expression()})") + "{{ p }}{{ q }}" + body() + tag("endmacro") + "{{ m(%s) }}" % expression()
        if kind == 10:
            return "{% generation %}" + body() + "{% endgeneration %}"
        return tag("with v = " + expression()) + body() + tag("endwith")

    def template(self, depth):
        texts = ["", "", "x", " ", "\n", "  \n  ", "é\n", "{# c #}", "{#- c -#}"]
        return "".join(
            self.pick(texts) + self.statement(depth) + self.pick(texts) for _ in range(self.random.randrange(1, 3)))


def is_known(expected, actual):
    text = expected.get("text", "")
    if " at 0x" in text or "Markup" in text:
        return True
    refusals = ("64 bits", "can't be printed", "can't be sliced", "levels", "more than")
    return any(refusal in actual.get("error", "") for refusal in refusals)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("renderer", nargs="+")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    templates = [generator.template(generator.random.randrange(3)) for _ in range(arguments.count)]
    lines = "".join(json.dumps({"template": t, "variables": VARIABLES}) + "\n" for t in templates)
    run = subprocess.run(arguments.renderer, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in run.stdout.decode().split("\n") if line]
    assert len(answers) == len(templates), "an answer for each template"
    texts = differences = 0
    for template, actual in zip(templates, answers):
        expected = outcome(lambda: construct(template))
        texts += "text" in expected
        if is_known(expected, actual):
            continue
        same = "error" in actual if "error" in expected else (
            actual.get("text") == expected["text"] and actual["generations"] == [list(r) for r in expected["generations"]])
        if not same:
            differences += 1
            print(f"template: {template!r}\n  jinja: {expected}\n  ours:  {actual}")
    print(f"{len(templates)} templates, {texts} render, {differences} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
