#!/usr/bin/env python3
"""Runs pipelines, makes the pages of their runs, and takes pictures of these: docs/pictures.

usage: scripts/report_pictures.py [--programs .build/release] [--pages FOLDER] [NAME …]

A name is that of a file in pipelines/; default: all in PIPELINES. Needs Chromium: apt-get install chromium
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[1]
PICTURES = PROJECT / "docs/pictures"
# In pixels: of longer pages the picture has the beginning. WebP itself ends at 16,383.
TALLEST = 4000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Each with the ways in which its page is shown: a name's ending, light or dark, and a width.
WIDE = [("", "light", 1100)]
PIPELINES = {
    "sentiment": WIDE + [("-dark", "dark", 1100), ("-narrow", "light", 390)],
    "sentiment-prompt-tuning": WIDE,
    "sentiment-p-tuning": WIDE,
    "generation": WIDE,
    "instructions": WIDE,
    "capitals": WIDE,
    "compare-methods": WIDE + [("-dark", "dark", 1100)],
    "joint": WIDE,
    "forgetting": WIDE,
    "distill": WIDE,
    "trim": WIDE,
    "low-memory": WIDE,
    "many-adapters": WIDE,
}


class Browser:
    """A headless Chromium, spoken to through a pipe (the DevTools protocol)."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="report-pictures-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def descriptors():
            # The browser reads from 3 and writes to 4; both may be taken by the other's original.
            reading, writing = os.dup(commands), os.dup(answers)
            high = max(reading, writing, 10) + 1
            os.dup2(reading, high)
            os.dup2(writing, high + 1)
            os.dup2(high, 3)
            os.dup2(high + 1, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.profile}", "--remote-debugging-pipe"],
            preexec_fn=descriptors, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.buffer = b""
        self.number = 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    session = None

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.answers, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def picture(self, page, path, scheme, width):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=page.resolve().as_uri())
        while self.message().get("method") != "Page.loadEventFired":
            pass
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], TALLEST), "scale": 1}
        data = self.call(
            "Page.captureScreenshot", format="webp", quality=50, captureBeyondViewport=True, clip=clip)["data"]
        if not data:
            raise RuntimeError(f"the browser made no picture of {page}")
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self.call("Browser.close")
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, default=PROJECT / ".build/release")
    parser.add_argument("--pages", type=pathlib.Path, help="keep the pages here")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in PIPELINES]
    if unknown:
        sys.exit(f"error: no pipeline {', '.join(unknown)}; there are {', '.join(PIPELINES)}")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit("error: no browser is installed\n  help: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = options.pages or pathlib.Path(tempfile.mkdtemp(prefix="report-pages-"))
    pages.mkdir(parents=True, exist_ok=True)
    command = options.programs.resolve() / "peft-pipeline"
    browser = Browser(program)
    for name in options.names or PIPELINES:
        file = f"pipelines/{name}.yaml"
        page = pages / f"{name}.html"
        subprocess.run([command, "run", file], cwd=PROJECT, check=True)
        subprocess.run(
            [command, "report", file, "--errors", "5", "-o", page.resolve()], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        for ending, scheme, width in PIPELINES[name]:
            picture = PICTURES / f"{name}{ending}.webp"
            browser.picture(page, picture, scheme, width)
            print(f"{picture.relative_to(PROJECT)}: {picture.stat().st_size // 1000} kB")
    browser.close()


main()
