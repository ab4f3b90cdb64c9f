#!/usr/bin/env python3
"""Renders templates with Jinja as transformers sets it up, and writes what comes out to families.json and constructs.json.

usage: .deps/reference/bin/python Tests/ChatTemplatesTests/Golden/make.py

families.json: chats in the templates of `templates/`, by transformers' own `render_jinja_template`.
constructs.json: one construct a case. An error is recorded by its kind; its wording is the library's own. Where Jinja
prints an address in memory (a function, an iterator), the kind is `address`: such a text is never meant.
"""
import datetime
import json
import pathlib

import jinja2
from transformers.utils import chat_template_utils

HERE = pathlib.Path(__file__).parent
DATE = (2025, 3, 7, 14, 5, 9)


class FixedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(*DATE)


chat_template_utils.datetime = FixedDatetime


def outcome(render):
    try:
        return render()
    except jinja2.TemplateSyntaxError:
        return {"error": "syntax"}
    except SyntaxError:
        return {"error": "syntax"}
    except jinja2.TemplateError as error:
        if type(error) is jinja2.TemplateError:
            return {"error": "raised", "message": str(error)}
        return {"error": "evaluation"}
    except Exception:
        return {"error": "evaluation"}


# MARK: Families

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather at a place.",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Town, as \"Oslo\""},
                "days": {"type": "integer", "description": "How many days ahead"},
            },
            "required": ["place"],
        },
        "return": {"type": "string"},
    },
}
SUM = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds <numbers> & 'more' – quickly.",
        "parameters": {
            "type": "object",
            "properties": {
                "numbers": {"type": "array", "items": {"type": "number"}, "description": "What is added"},
                "scale": {"type": ["integer", "string"], "description": "A factor", "default": 1.5},
                "extra": {"type": "object", "additionalProperties": {"type": "boolean"}, "description": "Options"},
            },
            "required": ["numbers"],
        },
    },
}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def system(text):
    return {"role": "system", "content": text}


def call(name, arguments, id="abcdefghi"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


CHATS = {
    "one turn": {"messages": [user("Hello, who are you?")]},
    "prompted": {"messages": [user("  What is 2+2?\n")], "add_generation_prompt": True},
    "three turns": {"messages": [user("Hi"), assistant(" Hello! "), user("How are\nyou?"), assistant("Fine.")]},
    "system": {"messages": [system("You are terse."), user("Hi"), assistant("Hm.")], "add_generation_prompt": True},
    "not ASCII": {"messages": [user("Grüße, 世界 🌍 e\u0301 — ‘q’"), assistant("«ok» ﷽")]},
    "system twice": {"messages": [user("a"), system("b"), user("c")]},
    "wrong order": {"messages": [assistant("a"), user("b")]},
    "with tools": {
        "messages": [system("Use tools."), user("Weather in Oslo?")],
        "tools": [WEATHER, SUM], "add_generation_prompt": True},
    "tool call": {
        "messages": [
            user("Weather in Oslo?"),
            {"role": "assistant", "tool_calls": [call("get_weather", {"place": "Oslo", "days": 2})]},
            {"role": "tool", "content": "{\"sky\": \"grau\"}", "tool_call_id": "abcdefghi", "name": "get_weather"},
            assistant("Grey."),
        ],
        "tools": [WEATHER]},
    "two calls": {
        "messages": [
            user("Add"),
            {"role": "assistant", "content": "Let me see.", "tool_calls": [
                call("add", {"numbers": [1, 2.5, -3e-7], "scale": None}), call("add", {"numbers": []}, "123456789")]},
            {"role": "tool", "content": "-0.5", "tool_call_id": "abcdefghi"},
            {"role": "tool", "content": "0", "tool_call_id": "123456789"},
        ],
        "tools": [SUM], "add_generation_prompt": True},
    "bad call id": {
        "messages": [
            user("Add"), {"role": "assistant", "tool_calls": [call("add", {"numbers": [1]}, "short")]}],
        "tools": [SUM]},
    "reasoning": {
        "messages": [
            user("Why?"), assistant("<think>\nBecause.\n</think>\n\nSo."), user("And?"),
            assistant("Well.", reasoning_content="Let me\nthink.")],
        "add_generation_prompt": False},
    "no thinking": {
        "messages": [user("Quick!")], "add_generation_prompt": True, "variables": {"enable_thinking": False}},
    "parts": {
        "messages": [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}]},
            assistant("A cat.")]},
    "null content": {"messages": [user("Hi"), {"role": "assistant", "content": None}]},
    "builtin tools": {
        "messages": [
            user("Search"), {"role": "assistant", "tool_calls": [call("brave_search", {"query": "x \"y\"", "n": "1"})]},
            {"role": "ipython", "content": {"result": ["a", 1, None, True]}}],
        "variables": {"builtin_tools": ["brave_search", "code_interpreter", "wolfram"]}},
    "system tools": {
        "messages": [system("S"), user("U")], "tools": [WEATHER],
        "variables": {"tools_in_user_message": False, "date_string": "1 Jan 2024"}},
    "hidden": {
        "messages": [
            {"role": "hidden", "content": "x"}, user("A"), {"role": "skip", "content": "y"}, assistant("B"),
            {"role": "stop", "content": ""}, user("C")],
        "tools": [WEATHER, SUM]},
    "blank": {"messages": [user(""), assistant("\n\n  x  \n")]},
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def family(template, chat):
    rendered, generations = chat_template_utils.render_jinja_template(
        [json.loads(json.dumps([{k: v for k, v in m.items() if v is not None} for m in chat["messages"]]))],
        tools=chat.get("tools"), chat_template=template, return_assistant_tokens_mask=True,
        add_generation_prompt=chat.get("add_generation_prompt", False), **TOKENS, **chat.get("variables", {}))
    return {"text": rendered[0], "generations": generations[0]}


def families():
    templates = sorted(path.name for path in (HERE / "templates").glob("*.jinja"))
    cases = []
    for name in templates:
        template = (HERE / "templates" / name).read_text()
        for chat in CHATS:
            cases.append({"template": name, "chat": chat, **outcome(lambda: family(template, CHATS[chat]))})
    return {"tokens": TOKENS, "chats": CHATS, "cases": cases}


# MARK: Constructs

VARIABLES = {
    "n": 3, "x": 2.5, "t": True, "nothing": None, "s": "Hello World", "e": "", "u": "Straße ǆ ﬁ e\u0301",
    "numbers": [3, 1, 2], "words": ["b", "A", "c", "a"], "deep": {"a": {"b": [1, {"c": "d"}]}, "items": 7},
    "people": [
        {"name": "Ann", "age": 30, "tags": ["x"]}, {"name": "bob", "age": 25}, {"name": "Cid", "age": 30, "town": "Rom"}],
    "pairs": [["k", 1], ["l", 2]], "quotes": "it's \"q\"\n\\", "empty": [], "big": 123456789012, "html": "<a href='x'>&</a>",
}

CONSTRUCTS = r"""
plain text
{{ s }}
{{ s }}

{{- s -}}   
   {{ s -}}
   x
a {%- if t %} b {% endif -%} c
{% if t %}
  x
{% endif %}
y
   {% if t %}x{% endif %}   
   {%+ if t %}x{% endif +%}
y
{# comment #}
x {#- c -#} y
a
  {# c #}
b
{% raw %}{{ x }}{% if %}{% endraw %}!
  {%- raw -%}  {{ x }}  {%- endraw -%}  z
{{-1}}
{{ - 1 }}{{ +x }}{{ - -n }}
{{ 1 }}{{ 1.0 }}{{ 1e3 }}{{ 1_000 }}{{ 0x1F }}{{ 0b101 }}{{ 0o17 }}{{ 1.5e-7 }}{{ 1e16 }}{{ 123456.789e3 }}
{{ 'a' 'b' "c" }}{{ 'it\'s' }}{{ "\x41\u00e9\U0001F600\n\t\\ \q \101" }}
{{ '\é' }}
{{ true }}{{ True }}{{ false }}{{ none }}{{ None }}
{{ [] }}{{ [1, 'a', none, true, 1.5] }}{{ () }}{{ (1,) }}{{ (1, 2) }}{{ {} }}{{ {'a': 1, 2: [3], none: (4,)} }}
{{ [1, 2,] }}{{ {'a': 1,} }}{{ 1, 2 }}
{{ {'a': 1, 'a': 2} }}{{ {1: 'a', true: 'b', 1.0: 'c'} }}
{{ quotes }}{{ [quotes] }}{{ ["'"] }}{{ ['"'] }}{{ ['\x00\x7f\xa0\u200b\ue000é\t'] }}
{{ 1 + 2 * 3 - 4 / 2 }}{{ 7 // 2 }}{{ -7 // 2 }}{{ 7 % 3 }}{{ -7 % 3 }}{{ 7 % -3 }}{{ 2 ** 10 }}{{ 2 ** -1 }}
{{ 7.5 // 2 }}{{ -7.5 // 2 }}{{ -7.5 % 2 }}{{ 7.5 % -2 }}{{ 2.0 ** 0.5 }}{{ 1 / 3 }}
{{ -2 ** 2 }}{{ 2 ** 3 ** 2 }}
{{ 'a' + 'b' }}{{ [1] + [2] }}{{ (1,) + (2,) }}{{ 'ab' * 3 }}{{ 2 * [1] }}{{ 'x' * -1 }}
{{ true + 1 }}{{ true * 2.5 }}
{{ 'a' ~ 1 ~ none ~ 1.0 ~ [1] ~ undefined_name ~ 'z' }}
{{ (1 + 2) ~ 3 }}{{ 1 ~ (2 + 3) }}
{{ 1 + 2 ~ 3 }}
{{ 1 ~ 2 + 3 }}
{{ 'a' ~ 2 * 3 }}
{{ 1 < 2 }}{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}{{ 1 == 1.0 }}{{ true == 1 }}{{ 'a' < 'b' }}{{ [1, 2] < [1, 3] }}{{ 'a' != 'b' }}
{{ 'a' == none }}{{ none == none }}{{ [1] == (1,) }}{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }}{{ undefined_name == other_name }}
{{ 'ell' in s }}{{ 'z' not in s }}{{ 1 in numbers }}{{ 'a' in deep }}{{ 2 in (1, 2) }}{{ 1 in range(3) }}{{ 'x' in undefined_name }}
{{ not t }}{{ not not e }}{{ e or 'x' }}{{ s and n }}{{ e and n }}{{ nothing or undefined_name or 0 }}
{{ 'y' if t else 'n' }}{{ 'y' if e else 'n' }}{{ 'y' if e }}|{{ 1 if e else 2 if e else 3 }}
{{ s[0] }}{{ s[-1] }}{{ s[1:4] }}{{ s[::-1] }}{{ s[:5] }}{{ s[6:] }}{{ s[::2] }}{{ s[-3:] }}{{ s[10:2:-3] }}{{ s[99:] }}
{{ numbers[1:] }}{{ numbers[::-1] }}{{ numbers[-2:5] }}{{ (1, 2, 3)[:2] }}{{ numbers[:-1] }}{{ numbers[5] }}|{{ s[99] }}|
{{ deep.a.b[1].c }}{{ deep['a']['b'][0] }}{{ deep.a.b.1.c }}
{{ deep['items'] }}{{ deep.get('items') }}{{ deep.get('z') }}{{ deep.get('z', 5) }}
{{ deep.z }}|{{ deep['z'] }}|{{ deep.z is defined }}{{ deep.items is defined }}{{ people[1].town is undefined }}
{% if deep['values'] is defined %}method{% endif %}
{% for k, v in deep.a.items() %}{{ k }}={{ v }}{% endfor %}{{ deep.a.keys() }}{{ deep.a.values() | list }}
{{ deep | length }}{{ s | length }}{{ u | length }}{{ numbers | count }}{{ undefined_name | length }}{{ deep.keys() | length }}
{{ u | upper }}{{ u | lower }}{{ u | title }}{{ u | capitalize }}{{ u.title() }}{{ u.swapcase() }}
{{ 'hello wOrld-foo (bar) [baz]' | title }}{{ "they're".title() }}{{ 'x1y' | title }}{{ 'x1y'.title() }}
{{ '  a b ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ '\n\t a\u3000' | trim }}|{{ 5 | trim }}
{{ '  a '.strip() }}|{{ '  a '.lstrip() }}|{{ '  a '.rstrip() }}|{{ 'abcba'.strip('ab') }}|{{ 'abc'.rstrip('c') }}
{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a b c'.split(' ', 1) }}{{ 'a b c'.rsplit(' ', 1) }}{{ ''.split() }}{{ ''.split(',') }}{{ 'a  b c '.split(none, 1) }}
{{ 'a\nb\r\nc\n'.splitlines() }}{{ 'a\nb\r\n\rc'.splitlines(true) }}
{{ s.startswith('He') }}{{ s.endswith('x') }}{{ s.startswith(('x', 'H')) }}{{ s.startswith('World', 6) }}
{{ s.find('o') }}{{ s.find('z') }}{{ s.rfind('o') }}{{ s.count('l') }}{{ s.index('W') }}{{ u.find('e') }}{{ s.find('o', 5) }}
{{ s.replace('l', 'L') }}{{ s.replace('l', 'L', 1) }}{{ 'ab'.replace('', '-') }}{{ s | replace('World', n) }}{{ s | replace('l', '', 2) }}
{{ s.upper() }}{{ s.lower() }}{{ s.title() }}{{ s.capitalize() }}{{ ','.join(words) }}
{{ 'abc'.isalpha() }}{{ '12'.isdigit() }}{{ 'a1'.isalnum() }}{{ ' '.isspace() }}{{ 'AB'.isupper() }}{{ 'Ab'.istitle() }}{{ ''.isalpha() }}{{ '½'.isnumeric() }}
{{ 'a-b-c'.partition('-') }}{{ 'a-b-c'.rpartition('-') }}{{ 'abc'.partition('x') }}{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}
{{ '7'.zfill(3) }}{{ '-7'.zfill(4) }}{{ 'a'.center(5) }}|{{ 'a'.ljust(3, '.') }}{{ 'a'.rjust(3) }}{{ 'ab'.center(5, '*') }}{{ 'x' | center(4) }}|
{{ '{} {}'.format(1, 'a') }}{{ '{1}{0}'.format('a', 'b') }}{{ '{x.name}'.format(x=people[0]) }}{{ '{{}}'.format() }}
{{ '%s is %d' % ('a', 3) }}{{ '%5.2f|%-4s|%04d|%x|%r|%%' % (3.14159, 'a', 42, 255, 'q') }}{{ '%s' % 5 }}{{ '%(a)s' % {'a': 1} }}{{ '%s-%s' | format('a', 2) }}
{{ words | join }}{{ words | join(', ') }}{{ numbers | join('-') }}{{ people | join(', ', attribute='name') }}{{ 'abc' | join('.') }}
{{ words | first }}{{ words | last }}{{ empty | first }}|{{ s | first }}{{ s | last }}{{ deep | first }}
{{ words | sort }}{{ words | sort(case_sensitive=true) }}{{ numbers | sort(reverse=true) }}{{ people | sort(attribute='age') | map(attribute='name') | list }}{{ people | sort(attribute='age,name', reverse=true) | map(attribute='name') | join }}
{{ numbers | sort }}{{ numbers | min }}{{ numbers | max }}{{ numbers | sum }}{{ people | sum(attribute='age') }}{{ words | max }}{{ people | min(attribute='age') }}{{ empty | max }}|
{{ words | reverse | list }}{{ s | reverse }}{{ words | unique | list }}{{ words | unique(case_sensitive=true) | join }}
{{ people | selectattr('town') | list }}{{ people | rejectattr('town', 'defined') | map(attribute='name') | list }}{{ people | selectattr('age', '>', 26) | map(attribute='name') | join(',') }}
{{ numbers | select('odd') | list }}{{ numbers | reject('equalto', 1) | list }}{{ [0, 1, '', 'a'] | select | list }}{{ numbers | select('in', [1, 2]) | list }}
{{ words | map('upper') | join }}{{ people | map(attribute='town', default='?') | list }}{{ ['a b'] | map('replace', ' ', '_') | list }}{{ pairs | map(attribute=0) | list }}
{{ people | map(attribute='tags.0') | list }}
{{ people | map(attribute='name') | map('lower') | list }}
{{ people | groupby('age') }}{% for age, group in people | groupby('age') %}{{ age }}: {{ group | map(attribute='name') | join('+') }};{% endfor %}
{{ deep | dictsort }}{{ {'b': 1, 'A': 2, 'a': 0} | dictsort }}{{ {'b': 1, 'a': 2} | dictsort(false, 'value') }}{{ {'b': 1, 'a': 2} | dictsort(reverse=true) }}
{{ deep | items | list }}{% for k, v in {'x': 1} | items %}{{ k }}{{ v }}{% endfor %}{{ deep | list }}
{{ numbers | batch(2) | list }}{{ numbers | batch(2, 'z') | list }}{{ [1, 2, 3, 4, 5] | slice(2) | list }}{{ [1, 2, 3, 4, 5] | slice(3, 'f') | list }}
{{ undefined_name | default('d') }}{{ e | default('d') }}{{ e | default('d', true) }}{{ e | d('x', boolean=true) }}{{ nothing | d('q') }}{{ undefined_name | d }}|
{{ '3' | int }}{{ '3.9' | int }}{{ 'x' | int }}{{ 'x' | int(7) }}{{ 3.9 | int }}{{ true | int }}{{ nothing | int }}{{ '0x1f' | int(base=16) }}{{ ' 1_000 ' | int }}{{ -3.9 | int }}
{{ '3.5' | float }}{{ 'x' | float }}{{ 3 | float }}{{ 'x' | float(1.5) }}{{ '1e3' | float }}{{ '.5' | float }}{{ 'inf' | float }}
{{ 2.5 | round }}{{ 3.5 | round }}{{ 2.675 | round(2) }}{{ 42.55 | round(1, 'floor') }}{{ 42.4 | round(method='ceil') }}{{ 5 | round }}{{ 1234 | round(-2) }}{{ 2.567 | round(2) | string }}
{{ -5 | abs }}{{ (-5) | abs }}{{ -2.5 | abs }}{{ n | string + 'x' }}{{ [1] | string }}{{ s | wordcount }}
{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(1, blank=true) }}|{{ 'a\nb' | indent('> ') }}
{{ 'foo bar baz qux' | truncate(9) }}{{ 'foo bar baz qux' | truncate(9, true) }}{{ 'foo bar baz qux' | truncate(11, false, '…', 0) }}{{ 'foo bar' | truncate(5, leeway=0, end='') }}
{{ html | e }}{{ html | escape }}{{ html | safe }}{{ html }}
{{ deep | tojson }}{{ u | tojson }}{{ quotes | tojson }}{{ [1.0, 1e-7, 1e22, none, true] | tojson }}{{ html | tojson }}{{ (1, 'a') | tojson }}
{{ deep | tojson(indent=2) }}{{ {} | tojson(indent=2) }}{{ [] | tojson(indent=2) }}{{ {'a': []} | tojson(indent=0) }}
{{ {'b': 1, 'a': [1, 2]} | tojson(sort_keys=true) }}{{ {'b': 1} | tojson(separators=(',', ':')) }}{{ u | tojson(ensure_ascii=true) }}{{ {'a': [1]} | tojson(indent='--') }}{{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }}
{{ '\x00\x1f\x7f\u2028😀' | tojson }}{{ '😀\x7f' | tojson(ensure_ascii=true) }}
{{ n is defined }}{{ z is undefined }}{{ nothing is none }}{{ s is string }}{{ deep is mapping }}{{ numbers is iterable }}{{ s is sequence }}{{ n is number }}{{ x is float }}{{ n is integer }}{{ t is boolean }}{{ t is true }}{{ t is false }}
{{ t is number }}{{ t is integer }}{{ deep is sequence }}{{ n is iterable }}{{ z is iterable }}{{ nothing is iterable }}{{ 3 is odd }}{{ 4 is even }}{{ 9 is divisibleby 3 }}{{ 9 is divisibleby(2) }}
{{ n is eq 3 }}{{ n is equalto(3) }}{{ n is ne 4 }}{{ n is lt 4 }}{{ n is ge(3) }}{{ n is gt 5 }}{{ 1 is in numbers }}{{ 'a' is in 'abc' }}{{ n is sameas 3 }}{{ n is not none }}{{ n is not defined }}
{{ 'abc' is lower }}{{ 'ABC' is upper }}{{ raise_exception is callable }}{{ n is callable }}{{ 'trim' is filter }}{{ 'zzz' is filter }}{{ 'odd' is test }}
{{ not n is none }}{{ n is none or t }}{{ n is number and x is float }}{{ (n is none) is false }}
{% if n > 2 and n < 4 or e %}a{% elif e %}b{% else %}c{% endif %}{% if e %}a{% elif n %}b{% else %}c{% endif %}{% if e %}a{% else %}c{% endif %}
{% if 1, %}tuple{% endif %}{% if undefined_name %}a{% else %}b{% endif %}{% if not undefined_name %}c{% endif %}
{% for i in numbers %}{{ i }}{% endfor %}{% for i in empty %}x{% else %}none{% endfor %}{% for c in 'abc' %}{{ c }},{% endfor %}{% for k in deep %}{{ k }}{% endfor %}
{% for i in numbers %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }};{% endfor %}
{% for i in numbers %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{% endfor %}
{% for i in numbers if i > 1 %}{{ i }}:{{ loop.index }}/{{ loop.length }}{% if not loop.last %},{% endif %}{% endfor %}{% for i in numbers if i > 9 %}x{% else %}no{% endfor %}
{% for a, b in pairs %}{{ a }}{{ b }}{% endfor %}{% for (a, b) in pairs %}{{ b }}{% endfor %}{% for a, (b, c) in [[1, [2, 3]]] %}{{ a + b + c }}{% endfor %}
{% for x, in [[5]] %}{{ x }}{% endfor %}
{% set x, = [1] %}
{% for i in range(5) %}{{ i }}{% endfor %}{% for i in range(2, 8, 3) %}{{ i }}{% endfor %}{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}{{ range(3) }}{{ range(1, 9, 2) | list }}{{ range(5)[1] }}{{ range(4) | length }}
{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 4 %}{% break %}{% endif %}{{ i }}{% else %}no{% endfor %}
{% for i in [1, 2] %}{% for j in 'ab' %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% for i in 1, 2, 3 %}{{ i }}{% endfor %}{% for i in [3, 4] | reverse %}{{ i }}{{ loop.last }}{% endfor %}
{% set a = 1 %}{% for i in numbers %}{% set a = i %}{{ a }}{% endfor %}{{ a }}
{% for i in [1, 2] %}{% if b is defined %}seen{% endif %}{% set b = i %}{% endfor %}{{ b is defined }}
{% if t %}{% set a = 5 %}{% endif %}{{ a }}{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, d) = (3, 4) %}{{ c + d }}{% set v = 1, 2 %}{{ v }}
{% set ns = namespace(a=1, b='x') %}{% for i in numbers %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.z is defined }}{{ ns['a'] }}{% set ns.new = [1] %}{{ ns.new }}{{ ns }}
{% set ns = namespace({'q': 1}, r=2) %}{{ ns.q }}{{ ns.r }}{% set ns.a, ns.b = 1, 2 %}{{ ns.a + ns.b }}{{ namespace() }}
{% set block %}  a {{ n }} {% endset %}[{{ block }}]{% set up | upper | trim %} abc {% endset %}[{{ up }}]
{% set outer = 1 %}{% set block %}{% set outer = 2 %}{{ outer }}{% endset %}{{ block }}{{ outer }}
{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=5, a=4) }}{{ m('x', c='z') }}{{ m() }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}{{ m(*[1, 2], **{'z': 1}) }}{{ m.name }}{{ m }}
{% macro outer(x) %}<{{ caller(x) if caller else 'none' }}>{% endmacro %}{% call(y) outer(7) %}got {{ y }}{% endcall %}{{ outer(1) }}
{% macro box() %}[{{ caller() }}]{% endmacro %}{% set v = 1 %}{% call box() %}{{ v }}{% set v = 2 %}{% endcall %}{{ v }}
{% macro fact(k) %}{{ 1 if k < 2 else k * (fact(k - 1) | int) }}{% endmacro %}{{ fact(5) }}
{% macro a() %}{{ g }}{% endmacro %}{% set g = 1 %}{{ a() }}{% set g = 2 %}{{ a() }}{% for g in [3] %}{{ a() }}{% endfor %}
{% for i in [1, 2] %}{% macro inner() %}{{ i }}{% endmacro %}{{ inner() }}{% endfor %}
{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}{% with %}{% set q = 1 %}{% endwith %}{{ q is defined }}
{% filter upper %}abc {{ s }}{% endfilter %}{% filter replace('a', 'b') | trim %} aaa {% endfilter %}
{% generation %}abc{% endgeneration %}def{% generation %}é{% set q = 1 %}{% endgeneration %}{{ q is defined }}
{% for i in [1, 2] %}x{% generation %}{{ i }}{{ loop.index }}{% endgeneration %}{% endfor %}
{% macro m() %}ab{% generation %}cd{% endgeneration %}{% endmacro %}12{{ m() }}{% generation %}a{% generation %}b{% endgeneration %}{% endgeneration %}
{% print 1, 'a' %}{% if t: %}colon{% endif %}
{{ dict(a=1, b=2) }}{{ dict([['x', 1]]) }}{{ dict({'a': 1}, b=2) }}{{ {'a': 1}.copy() }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}{% set j = joiner('; ') %}{{ j() }}{{ j() }}{{ joiner()() }}
{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %B %a %A %j %y %I %p %e %-d %w %%') }}
{{ numbers.index(2) }}{{ numbers.count(1) }}{{ (1, 2).index(2) }}{{ numbers.copy() }}
{{ numbers.append is defined }}{{ deep.update is defined }}{{ deep.pop is defined }}
{{ words | map('first') | list }}{{ [[3, 1], [2]] | map('sort') | list }}{{ [[3, 1], [2]] | map('length') | sum }}
{% set it = numbers | map('string') %}{{ it | join }}{{ it | join }}|{{ numbers | map('string') | first }}
{{ undefined_name }}{{ undefined_name | upper }}{{ undefined_name | join }}{{ undefined_name | list }}{{ undefined_name | string }}{{ undefined_name | trim }}{{ [undefined_name] }}{{ undefined_name is sequence }}
{% for i in undefined_name %}x{% else %}empty{% endfor %}{{ undefined_name | map('upper') | list }}{{ undefined_name | first }}
{{ people | attr('name') }}|{{ s | attr('upper') is callable }}{{ deep | attr('a') is defined }}
{{ 1 if t }}{{ (1 if e) is defined }}{{ [1, 2, 3] | sum }}{{ [0.1, 0.2] | sum }}{{ [[1], [2]] | sum(start=[]) }}
{{ -1 | abs }}{{ 2 | float ** 2 }}{{ 'a' | upper ~ 'b' }}{{ not true | string }}
{{ big * 1000 }}{{ 9223372036854775807 }}{{ 10 ** 18 }}{{ 0.1 + 0.2 }}{{ 1e100 }}{{ 100000000000000000000.0 }}{{ 0.0001 }}{{ 0.00001 }}
{{ 'a' if s.startswith('H') and numbers[0] == 3 else 'b' }}{{ (s ~ '!') | length }}{{ (1, 2) | length }}{{ ('a',) | first }}
{{ s | upper | lower | title | length }}{{ s.split() | map('length') | list }}{{ s.split()[1].upper()[0] }}
{{ [1, [2, [3]]] }}{{ {'a': {'b': ('c',)}} }}{{ [none, undefined_name, true] }}
{{ caller is defined }}{{ loop is defined }}
{{ {'a': 1}['a'] }}{{ {'a': 1}.a }}{{ [[1, 2], [3]][0][1] }}{{ 'abc'[1] }}{{ {1: 'x'}[1] }}{{ {(1, 2): 'y'}[1, 2] }}
{{ 3 | string is string }}{{ s is not string }}{{ 3 is not odd }}{{ n is number | string }}
{{ 1 == 1 and 'yes' or 'no' }}{{ none is none and 1 }}{{ 0 and x or n }}
{{ 'abc' in ['abc'] }}{{ 'a' in {'a': 1} }}{{ none in [none] }}{{ [1] in [[1]] }}{{ 1 not in [] }}
{{ 'x'.join(['a']) }}{{ ''.join([]) }}{{ '-'.join('abc') }}
{{ '𝔘𝔫𝔦' | length }}{{ '𝔘𝔫𝔦'[1] }}{{ 'e\u0301' | length }}{{ 'é' == 'e\u0301' }}{{ 'é' | upper }}{{ 'ß' | upper }}
{{ 'a\u2028b\x0bc\x1cd'.splitlines() }}{{ '\x1c a \x85'.strip() }}|{{ 'ﬀ' | upper }}{{ 'İ' | lower | length }}
{{ (numbers, words) | map('first') | list }}{{ people | map(attribute='name') | select('in', ['Ann']) | list }}
{{ messages }}|{{ tools }}|{{ bos_token }}|
{{ n|string|length }}{{ [n, x]|join('/')|trim }}{{ (n * 2)|string + '!' }}
{%- for m in people -%}{{ m.name }}{{ ', ' if not loop.last else '.' }}{%- endfor -%}
{% for m in people %}{% if loop.nextitem is defined and loop.nextitem.age > m.age %}<{% elif loop.last %}!{% else %}>{% endif %}{% endfor %}
{% set x = 1 %}{% set x = x + 1 %}{{ x }}{% set y = [x] * 3 %}{{ y }}{% set z = y | length if y else 0 %}{{ z }}
""".strip("\n")

ERRORS = r"""
{{ undefined_name.a }}
{{ deep.items }}
{{ numbers | map('string') }}
{{ s.upper }}
{{ undefined_name['a'] }}
{{ undefined_name() }}
{{ undefined_name + 'a' }}
{{ 'a' + undefined_name }}
{{ undefined_name < 1 }}
{{ -undefined_name }}
{{ undefined_name | int }}
{{ undefined_name | tojson }}
{{ undefined_name | abs }}
{{ deep.z.y }}
{{ deep['z']['y'] }}
{{ numbers[9].a }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + (1,) }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 / 0 }}
{{ 'a' < 1 }}
{{ none < 1 }}
{{ {} < {} }}
{{ 1 in 5 }}
{{ 1 in 'abc' }}
{{ none | length }}
{{ 5 | length }}
{{ 5 | join }}
{{ 5 | list }}
{% for i in 5 %}{% endfor %}
{% for i in none %}{% endfor %}
{% for a, b in [[1]] %}{% endfor %}
{% set a, b = 1 %}
{% set a, b = [1, 2, 3] %}
{{ raise_exception('No: ' ~ n) }}
{{ raise_exception() }}
{{ numbers.append(1) }}
{{ deep.update({}) }}
{{ deep.pop('a') }}
{{ words.sort() }}
{% set deep.a = 1 %}
{% set undefined_name.a = 1 %}
{% set ns = namespace(_a=1) %}
{% set ns = namespace() %}{% set ns._a = 1 %}
{{ s.nothing() }}
{{ s() }}
{{ n() }}
{{ nothing.x.y }}
{{ nothing() }}
{{ s.split('') }}
{{ s.index('zzz') }}
{{ numbers.index(99) }}
{{ s.join([1]) }}
{{ s.replace('a') }}
{{ s.startswith(1) }}
{{ s.upper(1) }}
{{ s | upper(1) }}
{{ s | replace('a') }}
{{ s | trim(1, 2) }}
{{ numbers | sort(attribute='a') }}
{{ [1, 'a'] | sort }}
{{ [1, 'a'] | max }}
{{ ['a', 'b'] | sum }}
{{ [{}] | unique | list }}
{{ {[]: 1} }}
{{ deep | dictsort(by='x') }}
{{ n | items }}{{ n | items | list }}
{{ n | round(1, 'up') }}
{{ s | round }}
{{ s | abs }}
{{ n | indent }}
{{ range(1000000) | length }}
{{ range() }}
{{ range('a') }}
{{ range(1, 2, 0) }}
{{ s[::0] }}
{{ people | map('nofilter') | list }}
{{ people | selectattr('age', 'notest') | list }}
{{ people | map() | list }}
{{ numbers | map('string') | length }}
{{ numbers | map('string') | last }}
{{ raise_exception | tojson }}
{{ namespace() | tojson }}
{{ range(3) | tojson }}
{{ {(1, 2): 3} | tojson }}
{{ '%d' % 'a' }}
{{ '%s %s' % 'a' }}
{{ '%s' % (1, 2) }}
{{ '{}'.format() }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(b=1) }}
{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{{ dict(1) }}
{{ cycler() }}
{% for i in [1] %}{{ loop.cycle() }}{% endfor %}
{{ loop.index }}
{{ 3 is divisibleby 0 }}
{{ 'a' is odd }}
{{ s | nofilter }}
{{ s is notest }}
{% if e %}{{ s | nofilter }}{% endif %}ok
{% if e %}{{ s is notest }}{% endif %}ok
{% if t %}{{ s | nofilter }}{% endif %}
{{ (s | nofilter) if e else 'ok' }}
{% unknown %}
{% endif %}
{% if t %}
{% for i in numbers %}
{% if t %}{% endfor %}
{% else %}
{{ }}
{{ 1 + }}
{{ 1 1 }}
{{ (1 }}
{{ [1 }}
{{ 1) }}
{{ (1] }}
{{ 'abc }}
{{ a.1b }}
{{ a. }}
{{ a[ }}
{{ a[] }}
{{ a | }}
{{ a is }}
{{ a ! b }}
{{ a = 1 }}
{{ 1 = 1 }}
{{ a if }}
{{ f(a=1, 2) }}
{{ f(**a, b) }}
{{ f(*a, *b) }}
{{ a $ b }}
{% set 1 = 2 %}
{% set a.b.c = 1 %}
{% set true = 1 %}
{% set = 1 %}
{% for 1 in a %}{% endfor %}
{% for a.b in c %}{% endfor %}
{% for i numbers %}{% endfor %}
{% for loop in numbers %}{% endfor %}
{% for i in numbers %}{% set loop = 1 %}{% endfor %}
{% break %}
{% continue %}
{% for i in numbers %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
{% macro %}{% endmacro %}
{% macro m(a=1, b) %}{% endmacro %}
{% macro m(a b) %}{% endmacro %}
{% call s %}{% endcall %}
{% filter nofilter %}{% endfilter %}
{# open
{% raw %} open
{{ 'a' is string is string }}
{% if %}{% endif %}
{% set a %}
{{ "\x4" }}
{{ "\u12" }}
text }} {{ 1 }} %} #}
a { b } {{ '{' }} {% if t %}{%endif%}%
{{ 5.upper() }}
{{ not }}
{{ in }}
{{ a not b }}
{%
"""


def split(text):
    """A case begins at each line; lines that continue one are joined where the template would not be whole."""
    return [line for line in text.strip("\n").split("\n") if line]


MULTILINE = [
    "{{ s }}\n",
    "{{ s }}\n\n",
    "\n{{ s }}\n",
    "a\r\nb\rc\n",
    "{% if t %}\n  x\n{% endif %}\ny\n",
    "  {% if t %}\n    x\n  {% endif %}\n  y",
    "   {%+ if t %}x{% endif +%}\ny",
    "a\n  {# c #}\nb\n",
    "a\n  {#- c #}\nb\n  {# c -#}\n  d",
    "a  {{- s -}}  b\n {{- s }} \n c",
    "{% for i in numbers %}\n  {{ i }}\n{% endfor %}\nend",
    "{% for i in numbers -%}\n  {{ i }}\n{%- endfor %}\nend",
    "  {% raw %}\n  {{ x }}\n  {% endraw %}\n  z",
    "a\n  {%- raw -%}\n  {{ x }}\n  {%- endraw -%}\n  z",
    "a {% raw %}{% endraw %} b",
    "{% raw -%} x {% endraw %}",
    "{{ 'a\nb' }}|{{ 'a\r\nb' }}|{{ 'a\\\nb' }}",
    "\t {% set a = 1 %}\n{{ a }}\n\n",
    "x{% set a = 1 %}\n{{ a }}",
    "{# a\nb #}\nc",
    "{# a +#}\nc",
    "{{ [\n  1,\n  2\n] }}\n",
    "{% set a = {\n 'b': 1 } %}\n{{ a }}",
    "\u3000{% if t %}a{% endif %}",
    "\u00a0\n \u2003{%- if t %}a{% endif -%}\u2028b",
    "{%- if t -%}\n\n  a  \n\n{%- endif -%}\n\n b",
    "{{ s }}{# #}{{ s }}\n{#- -#}\n{{ s }}",
    "{% if t %}{# c #}\n  a\n{% else %}\n{% endif %}",
    "{% if t %}\n\n{% endif %}\n\n",
    "",
    "\n",
    "{",
    "{ {% if t %}{ {{ '}' }} }{% endif %} }",
]


def construct(template):
    compiled = chat_template_utils._compile_jinja_template(template)
    blocks, ranges = [], []
    with compiled.environment.activate_tracker(blocks, ranges):
        for block in compiled.generate(**json.loads(json.dumps(VARIABLES))):
            blocks.append(block)
    return {"text": "".join(blocks), "generations": ranges}


def constructs():
    cases = []
    for template in split(CONSTRUCTS) + split(ERRORS) + MULTILINE:
        result = outcome(lambda: construct(template))
        if " at 0x" in result.get("text", ""):
            result = {"error": "address"}
        cases.append({"template": template, **result})
    return {"variables": VARIABLES, "cases": cases}


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    all_families, all_constructs = families(), constructs()
    write("families.json", all_families)
    write("constructs.json", all_constructs)
    for name, value in (("families", all_families), ("constructs", all_constructs)):
        errors = sum("error" in case for case in value["cases"])
        print(f"{name}: {len(value['cases'])} cases, {errors} of them errors")
