"""What the runner costs: ours, Snakemake and DVC in turn, on the same work in one run.

    make bench-runner

Work is a copy of two lines: `cp` under Snakemake and DVC, a `data` stage here, which reads them as a table and writes a
data set. A cold run is done once; with nothing to do, a figure is the median of its repetitions. Memory is the runner's
largest resident set. Nothing is removed before the end: a file system that looks for a free place just behind many removed
files takes longer to make one.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from tables import table

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ROOT / ".build/release/peft-pipeline"
PEERS = ROOT / ".deps/bench/bin"


def timed(command, folder):
    """Seconds and largest resident set in MB of a command that has to succeed."""
    log = folder / "log.txt"
    start = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, stdout=output, stderr=subprocess.STDOUT,
            env=os.environ | {"PATH": f"{PEERS}:{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"})
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    return seconds, usage.ru_maxrss / 1000


def rows(folder, count):
    (folder / "in").mkdir()
    for number in range(count):
        (folder / f"in/{number}.csv").write_text(f"text,label\nrow {number},0\nline {number},1\n")


class Ours:
    name = "peft-pipeline"

    @staticmethod
    def prepare(folder, count):
        rows(folder, count)
        stages = "".join(
            f"  s{number}: {{uses: data, with: {{source: in/{number}.csv}}}}\n" for number in range(count))
        (folder / "p.yaml").write_text("version: 1\nname: copies\nstages:\n" + stages)

    @staticmethod
    def run(folder):
        return timed([OURS, "run", "p.yaml", "--threads", "1"], folder)


class Snakemake:
    name = "Snakemake"

    @staticmethod
    def prepare(folder, count):
        rows(folder, count)
        (folder / "Snakefile").write_text(
            f'rule all:\n    input: expand("out/{{n}}.csv", n=range({count}))\n'
            'rule copy:\n    input: "in/{n}.csv"\n    output: "out/{n}.csv"\n    shell: "cp {input} {output}"\n')

    @staticmethod
    def run(folder):
        return timed([PEERS / "snakemake", "--cores", "2", "--quiet", "all"], folder)


class DVC:
    name = "DVC"

    @staticmethod
    def prepare(folder, count):
        rows(folder, count)
        (folder / "out").mkdir()
        stages = "".join(
            f"  s{n}:\n    cmd: cp in/{n}.csv out/{n}.csv\n    deps: [in/{n}.csv]\n    outs: [out/{n}.csv]\n"
            for n in range(count))
        (folder / "dvc.yaml").write_text("stages:\n" + stages)
        timed([PEERS / "dvc", "init", "--no-scm", "--quiet"], folder)

    @staticmethod
    def run(folder):
        return timed([PEERS / "dvc", "repro", "--quiet"], folder)


class Bench:
    def __init__(self, scratch, repetitions):
        self.scratch = scratch
        self.repetitions = repetitions

    def cold_and_idle(self, runner, count):
        """A cold run, then runs with nothing to do: seconds, seconds, MB of the latter."""
        folder = self.scratch / f"{runner.name}-{count}"
        folder.mkdir()
        runner.prepare(folder, count)
        cold, _ = runner.run(folder)
        idle = [runner.run(folder) for _ in range(self.repetitions)]
        return cold, statistics.median(pair[0] for pair in idle), max(pair[1] for pair in idle)

    def many_files(self, count, size):
        """Seconds of a status that looks at many unchanged files."""
        folder = self.scratch / "files"
        rows(folder_made(folder), 0)
        for number in range(count):
            (folder / f"in/{number}.csv").write_text(f"text,label\nrow {number} {'x' * size},{number % 2}\n")
        sources = ", ".join(f"in/{number}.csv" for number in range(count))
        (folder / "p.yaml").write_text(
            f"version: 1\nname: files\nstages:\n  rows: {{uses: data, with: {{source: [{sources}]}}}}\n")
        Ours.run(folder)
        times = [timed([OURS, "status", "p.yaml", "--threads", "1"], folder)[0] for _ in range(self.repetitions)]
        return statistics.median(times)

    def one_stage(self, count):
        """Milliseconds of one stage when they run one after another: spawn, work, digest, sync, trace. Median of three."""
        times = []
        for number in range(3):
            folder = folder_made(self.scratch / f"single-{number}")
            Ours.prepare(folder, count)
            cold, _ = timed([OURS, "run", "p.yaml", "--threads", "1", "--jobs", "1"], folder)
            idle, _ = timed([OURS, "run", "p.yaml", "--threads", "1", "--jobs", "1"], folder)
            times.append(1000 * (cold - idle) / count)
        return statistics.median(times)

    def disk(self, count):
        """Milliseconds of what the disk does for such a stage, without the stage: the same files and folders written,
        synced in the same order and given their names. The first seven syncs go side by side, two at a time."""
        root = folder_made(self.scratch / "disk")
        for name in ["objects", "traces"]:
            (root / name).mkdir()
        times = []
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            for number in range(count):
                start = time.monotonic()
                draft = root / f"draft-{number}"
                (draft / "files").mkdir(parents=True)
                made = [draft / "files" / name for name in ["a", "b", "c", "d"]] + [draft / "manifest"]
                for path in made:
                    path.write_bytes(b"x" * 100)
                list(threads.map(sync, made + [draft / "files", draft]))
                draft.rename(root / f"objects/{number}")
                trace = root / "trace"
                trace.write_bytes(b"x" * 1000)
                list(threads.map(sync, [trace, root / "objects"]))
                trace.rename(root / f"traces/{number}")
                sync(root / "traces")
                times.append(1000 * (time.monotonic() - start))
        return statistics.median(times)

    def hashing(self, megabytes):
        """MB a second of an `explain` that digests one large file, its pages dropped first where that is allowed."""
        folder = folder_made(self.scratch / "large")
        line = b"a line of text that is neither long nor short,1\n"
        with open(folder / "large.csv", "wb") as file:
            file.write(b"text,label\n")
            block = line * (1_000_000 // len(line))
            for _ in range(megabytes):
                file.write(block)
        (folder / "p.yaml").write_text(
            "version: 1\nname: large\nstages:\n  rows: {uses: data, with: {source: large.csv}}\n")
        size = (folder / "large.csv").stat().st_size / 1e6
        rates = {}
        for kind in ["cold", "warm"]:
            times = []
            for _ in range(3):
                shutil.rmtree(folder / ".peft-pipeline", ignore_errors=True)
                os.sync()
                if kind == "cold":
                    try:
                        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
                    except OSError:
                        break
                start = time.monotonic()
                subprocess.run([OURS, "explain", "p.yaml"], cwd=folder, capture_output=True, check=True)
                times.append(time.monotonic() - start)
            if times:
                rates[kind] = size / statistics.median(times)
        return rates


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def folder_made(folder):
    folder.mkdir()
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--scratch", type=pathlib.Path, help="where the work lies; default: the system's temporary folder")
    parser.add_argument("--quick", action="store_true", help="up to 100 stages, to see that it works")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        bench = Bench(pathlib.Path(scratch), options.repetitions)
        plan = [(10, [Ours, Snakemake, DVC]), (100, [Ours, Snakemake, DVC])]
        if not options.quick:
            plan += [(1000, [Ours, Snakemake]), (10_000, [Ours])]
        lines = []
        for count, runners in plan:
            ours = None
            for runner in runners:
                cold, idle, memory = bench.cold_and_idle(runner, count)
                ours = ours or (cold, idle)
                lines.append([
                    f"{count:,}", runner.name, f"{cold:.2f} s", f"{cold / ours[0]:.1f}", f"{1000 * cold / count:.1f} ms",
                    f"{1000 * idle:.0f} ms", f"{idle / ours[1]:.0f}", f"{memory:.0f} MB"])
                print(f"{lines[-1]}", file=sys.stderr, flush=True)
        print()
        table(["stages", "runner", "cold run", "times ours", "a stage", "nothing to do", "times ours", "memory"], lines)
        if options.quick:
            return
        print()
        rates = bench.hashing(1000)
        lines = [[f"digest of a file of 1 GB, {kind}", f"{rate:,.0f} MB/s"] for kind, rate in rates.items()]
        lines.append(["a stage of two lines, one at a time, its work included", f"{bench.one_stage(200):.1f} ms"])
        lines.append(["the disk's part of that, without ours", f"{bench.disk(200):.1f} ms"])
        lines.append(["status over 20,000 unchanged files of 2 kB", f"{1000 * bench.many_files(20_000, 2000):.0f} ms"])
        table(["what", "figure"], lines)


if __name__ == "__main__":
    main()
