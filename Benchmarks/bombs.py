#!/usr/bin/env python3
"""Memory that hostile definitions and files take, above that of a worker or command that has nothing to do.

Usage: LONGSHORE=path/to/longshore bombs.py [NAME…]

Each is loaded by a worker of its own, or given to a command. Printed are the peak of resident memory (VmHWM), that of an idle worker or of
`check` of a good definition, the difference and what was said. It fails where the difference is more than LIMIT (512 MB), where a command
does not end, or where a worker does not live or loads nothing good afterwards.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

LONGSHORE = os.environ.get("LONGSHORE", "longshore")
LIMIT = int(os.environ.get("LIMIT", "512"))
PATIENCE = int(os.environ.get("PATIENCE", "180"))
NAME = "      name: { type: text }"
AMOUNT = "      amount:"
SALES = "sales_2024-01.csv"
HEADER = "sale_id,sold_on,customer_id,amount\n"

STAR = """\
pipeline: PIPELINE
period: { grain: month, start: 2024-01, end: 2024-01 }
sources:
  drops: { files: data }
dimensions:
  customer:
    from: { source: drops, csv: customers.csv }
    key: customer_id
    columns:
      customer_id: { type: text, required: true }
      name: { type: text }
facts:
  sale:
    from: { source: drops, csv: "sales_{period}.csv" }
    period: sold_on
    grain: [sale_id]
    columns:
      sale_id: { type: text, required: true }
      sold_on: { type: date, required: true }
      customer: { references: customer, from: customer_id }
      amount: { type: "decimal(12,2)", min: 0 }
"""


class Star:
    """A small pipeline in a folder of its own, to be spoilt."""

    def __init__(self, name, folder):
        self.folder = folder / name
        self.data = self.folder / "data"
        self.data.mkdir(parents=True)
        (self.data / "customers.csv").write_text("customer_id,name\nc1,Ana\n")
        (self.data / SALES).write_text(HEADER + "s1,2024-01-05,c1,10.00\n")
        self.definition = STAR.replace("PIPELINE", name)
        self.name = name

    def replace(self, old, new):
        assert old in self.definition, old
        self.definition = self.definition.replace(old, new)

    def check(self, rule):
        self.definition += f'    checks:\n      deep: "{rule}"\n'

    def mart(self, sql):
        self.definition += "marts:\n  m: { sql: marts/m.sql, per: whole, reads: [sale] }\n"
        (self.folder / "marts").mkdir()
        (self.folder / "marts" / "m.sql").write_text(sql)

    def write(self):
        (self.folder / "pipeline.yaml").write_text(self.definition)
        return str(self.folder)


# Bombs: what they do to a star; the command that is watched, or none where it is a worker.

def doubling(star):
    columns = "".join(
        f'      d{i}: {{ type: text, expression: "{a} || {a}" }}\n'
        for i in range(34) for a in ["sale_id" if i == 0 else f"d{i - 1}"])
    star.replace(AMOUNT, columns + AMOUNT)


def replacing(star):
    rules = ", ".join('{ replace: { "a": "%s" } }' % ("a" * 16) for _ in range(16))
    star.replace(NAME, f"      name: {{ type: text, clean: [{rules}] }}")
    (star.data / "customers.csv").write_text("customer_id,name\nc1,a\n")


def matching(pattern, text):
    def spoil(star):
        star.replace(NAME, f"      name: {{ type: text, matches: '{pattern}' }}")
        (star.data / "customers.csv").write_text(f"customer_id,name\nc1,{text}\n")
    return spoil


def refused(count, size):
    def spoil(star):
        with open(star.data / SALES, "w") as file:
            file.write(HEADER + "s0,2024-01-05,c1,1\n")
            for i in range(count):
                file.write(f"x{i},2024-01-05,c1,{'z' * size}\n")
    return spoil


def accepted(count, size):
    def spoil(star):
        star.replace(AMOUNT, "      note: { type: text }\n" + AMOUNT)
        with open(star.data / SALES, "w") as file:
            file.write("sale_id,sold_on,customer_id,note,amount\n")
            for i in range(count):
                file.write(f"x{i},2024-01-05,c1,{'z' * size},1\n")
    return spoil


def waiting(count, size):
    """Rows whose members are made while they are loaded."""
    def spoil(star):
        star.replace("references: customer,", "references: customer, missing: infer,")
        star.replace(AMOUNT, "      note: { type: text }\n" + AMOUNT)
        with open(star.data / SALES, "w") as file:
            file.write("sale_id,sold_on,customer_id,note,amount\n")
            for i in range(count):
                file.write(f"x{i},2024-01-05,n{i},{'z' * size},1\n")
    return spoil


def compressed(suffix, line, megabytes):
    """A file that is `megabytes` of the same line when it is unpacked."""
    def spoil(star):
        star.replace("sales_{period}.csv", "sales_{period}.csv" + suffix)
        path = star.data / (SALES + suffix)
        piece = line * max(1, (1 << 20) // len(line))
        if suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                with archive.open(SALES, "w", force_zip64=True) as file:
                    file.write(HEADER.encode())
                    for _ in range(megabytes):
                        file.write(piece)
        else:
            with gzip.open(path, "wb") as file:
                file.write(HEADER.encode())
                for _ in range(megabytes):
                    file.write(piece)
    return spoil


def expanding(sibling, elements):
    """An object whose rows repeat what stands beside an array: all are refused."""
    def spoil(star):
        star.replace('csv: "sales_{period}.csv"', 'jsonl: "sales_{period}.jsonl", expand: lines')
        for name in ["sale_id", "amount"]:
            star.replace(f"      {name}: {{", f"      {name}: {{ from: lines.{name},")
        lines = ",".join('{"sale_id":"s%d","amount":"n/a"}' % i for i in range(elements))
        (star.data / "sales_2024-01.jsonl").write_text(
            '{"sold_on":"2024-01-05","customer_id":"c1","note":"%s","lines":[%s]}\n' % ("z" * sibling, lines))
    return spoil


def checking(rule):
    return lambda star: star.check(rule)


def yaml(text):
    def spoil(star):
        star.definition = text
    return spoil


def parentheses(star):
    star.mart("select " + "(" * 120_000 + "1" + ")" * 120_000 + " as n from fact_sale")


def centuries(star):
    star.replace("grain: month, start: 2024-01, end: 2024-01", "grain: day, start: 0001-01-01, end: 9999-12-31")


ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    "%s: &%s [%s]\n" % (c, c, ",".join(["*" + p] * 9)) for p, c in zip("abcdefgh", "bcdefghi"))
NESTED = "((((a{1,1000}){1,1000}){1,1000}){1,1000})"

BOMBS = {
    "doubling columns": (doubling, None),
    "replace 16 times": (replacing, None),
    "(a+)+b, 40 letters": (matching("(a+)+b", "a" * 40), None),
    "(a+)+b, 15 MB": (matching("(a+)+b", "a" * 15_000_000), None),
    "(.*a){20}, 1 MB": (matching("(.*a){20}", "a" * 1_000_000), None),
    "1,000,000 refused": (refused(1_000_000, 3), None),
    "10 of 15 MB refused": (refused(10, 15_000_000), None),
    "75 of 15 MB refused": (refused(75, 15_000_000), None),
    "300 of 1 MB refused": (refused(300, 1_000_000), None),
    "40 of 15 MB taken": (accepted(40, 15_000_000), None),
    "40 of 15 MB waiting": (waiting(40, 15_000_000), None),
    "gzip, 2 GB line": (compressed(".gz", b"z", 2_000), None),
    "gzip, 2 GB of rows": (compressed(".gz", b"x1,2024-01-05,c1,z\n", 2_000), None),
    "zip, 2 GB of rows": (compressed(".zip", b"x1,2024-01-05,c1,z\n", 2_000), None),
    "expand, 1 MB beside 2,000": (expanding(1_000_000, 2_000), None),
    "expand, 30 MB beside 100": (expanding(30_000_000, 100), None),
    "120,000 ( in a mart": (parentheses, None),
    "check: nested {1,1000}": (matching(NESTED, "a"), ["check"]),
    "check: 5,000 ( in a pattern": (matching("(" * 5_000 + "a" + ")" * 5_000, "a"), ["check"]),
    "check: 100,000 (": (checking("(" * 100_000 + "1 = 1" + ")" * 100_000), ["check"]),
    "check: 50,000 not": (checking("not " * 50_000 + "true"), ["check"]),
    "check: 80,000 -": (checking("-" * 80_000 + "1 = 1"), ["check"]),
    "check: 20,000 ||": (checking(" || ".join(["sale_id"] * 20_000) + " = 'x'"), ["check"]),
    "check: 100,000 [": (yaml("pipeline: b\nx: " + "[" * 100_000 + "]" * 100_000 + "\n"), ["check"]),
    "check: 22,000 keys": (yaml("pipeline: b\n" + "".join(f"k{i}: {{}}\n" for i in range(22_000))), ["check"]),
    "check: aliases": (yaml(ALIASES), ["check"]),
    "check --sources: doubling": (doubling, ["check", "--sources"]),
    "plan: 10,000 years by day": (centuries, ["plan", "--periods", "0001-01-01..9999-12-31"]),
}


def peak(process):
    """The most resident memory that a process has had, in MB; 0 when it is gone."""
    try:
        with open(f"/proc/{process}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0.0


def watch(arguments):
    """Runs a command to its end: its peak in MB, its exit code (`None` beyond the time) and what it printed."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        command = subprocess.Popen(
            [LONGSHORE, *arguments], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        most, end = 0.0, time.monotonic() + PATIENCE
        while command.poll() is None and time.monotonic() < end:
            most = max(most, peak(command.pid))
            time.sleep(0.01)
        code = command.poll()
        if code is None:
            command.kill()
            command.wait()
        output.seek(0)
        return most, code, output.read()


class Field:
    """Private servers and a folder, on which bombs go off."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bombs-"))
        self.folder.chmod(0o755)
        self.stack = str(self.folder / "stack")
        printed = subprocess.run(
            [LONGSHORE, "up", "--export", "--stack", self.stack], check=True, capture_output=True, text=True).stdout
        for line in printed.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            os.environ[name] = value.strip("'\"")

    def clear(self):
        subprocess.run([LONGSHORE, "down", "--purge", "--stack", self.stack], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def work(self, star):
        """Has a new worker load a star: its peak, that of it idle, whether it lives, what was said."""
        with open(self.folder / "worker.log", "ab") as log:
            worker = subprocess.Popen([LONGSHORE, "worker", "--slots", "1"], stdout=log, stderr=log)
        try:
            good = Star(f"good_{star.name}", self.folder).write()
            before = watch(["load", good, "--workers", "0"])[1]
            idle = peak(worker.pid)
            _, code, said = watch(["load", star.write(), "--workers", "0"])
            if code is None:
                subprocess.run([LONGSHORE, "cancel", star.name], capture_output=True)
                said = f"not done after {PATIENCE} s\n{said}"
            most = peak(worker.pid)
            after = watch(["load", good, "--workers", "0", "--periods", "2024-01"])[1]
            lives = worker.poll() is None and (before, after) == (0, 0)
            return most, idle, lives, said
        finally:
            worker.terminate()
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()

    def command(self, star, arguments):
        """Has a command read a star: its peak, that of one that reads a good star, whether it ended, what was said."""
        good = Star(f"good_{star.name}", self.folder).write()
        idle = watch(["check", good])[0]
        most, code, said = watch([arguments[0], star.write(), *arguments[1:]])
        return most, idle, code is not None and code >= 0, said


def outcome(said):
    """The line that says what became of it."""
    telling = ["not done after", "error", "failed", "rejected:", "expected", "problem", "loaded in"]
    lines = said.splitlines()
    return next((line.strip()[:110] for word in telling for line in lines if word in line), "")


def main():
    chosen = sys.argv[1:] or list(BOMBS)
    field, fails = Field(), []
    print("| bomb | idle | peak | above | seconds | outcome |\n| --- | ---: | ---: | ---: | ---: | --- |")
    try:
        for number, name in enumerate(chosen):
            spoil, arguments = BOMBS[name]
            star = Star(f"b{number}", field.folder)
            spoil(star)
            begin = time.monotonic()
            most, idle, lives, said = field.command(star, arguments) if arguments else field.work(star)
            seconds = time.monotonic() - begin
            print(f"| {name} | {idle:.0f} MB | {most:.0f} MB | {most - idle:.0f} MB | {seconds:.0f} "
                  f"| {'' if lives else 'DEAD: '}{outcome(said)} |", flush=True)
            if most - idle > LIMIT or not lives:
                fails.append(name)
            shutil.rmtree(star.folder)
    finally:
        field.clear()
    if fails:
        sys.exit(f"failed: {', '.join(fails)}")


if __name__ == "__main__":
    main()
