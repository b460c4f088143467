#!/usr/bin/env python3
"""What Longshore does with many tasks: the figures of docs/scale.md.

Usage: LONGSHORE=path/to/longshore scale.py [PART…]

  plan     a load of a million tasks: the time, the memory of the command and of the coordinator, the size of the ledger
  ledger   ten million tasks in the ledger: the time of what people and coordinators ask of it
  workers  1 to 32 workers, each of one slot, on an API that answers after 50 ms: tasks a second, beside one worker
  rates    tiny tasks: tasks a second beside pgbench with one durable insert, and beside messages of RabbitMQ

Each part has servers of its own. TASKS, LEDGER_TASKS and WORKERS change the sizes.
"""

import asyncio
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

LONGSHORE = os.environ.get("LONGSHORE", "longshore")
TASKS = int(os.environ.get("TASKS", "1000000"))
LEDGER_TASKS = int(os.environ.get("LEDGER_TASKS", "10000000"))
WORKERS = [int(n) for n in os.environ.get("WORKERS", "1 2 4 8 16 32").split()]
MOST_PERIODS = 100_000


class Stack:
    """Servers of one part, in a folder that is gone afterwards."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="scale"))
        self.folder.chmod(0o755)
        self.running = []
        told = subprocess.run(
            [LONGSHORE, "up", "--export", "--stack", self.folder / "stack"], check=True, capture_output=True, text=True
        ).stdout
        lines = [line.removeprefix("export ") for line in told.splitlines() if line.startswith("export ")]
        self.environment = os.environ | {
            name: value.strip("'\"") for name, _, value in (line.partition("=") for line in lines)
        }
        return self

    def __exit__(self, *_):
        self.stop()
        subprocess.run([LONGSHORE, "down", "--purge", "--stack", self.folder / "stack"], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def pipeline(self, name, text):
        folder = self.folder / name
        folder.mkdir()
        (folder / "pipeline.yaml").write_text(text)
        return folder

    def longshore(self, *words):
        """Runs a command to its end; its seconds, its peak of memory in MB and what it printed."""
        begun = time.monotonic()
        with open(self.folder / "told", "w+") as told:
            process = subprocess.Popen([LONGSHORE, *words], env=self.environment, stdout=told, stderr=told)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begun
            told.seek(0)
            text = told.read()
        if status != 0:
            sys.exit(f"longshore {' '.join(map(str, words))} ended with {os.waitstatus_to_exitcode(status)}:\n{text}")
        return seconds, usage.ru_maxrss / 1024, text

    def start(self, *words):
        process = subprocess.Popen(
            [LONGSHORE, *words], env=self.environment, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "a")
        )
        self.running.append(process)
        return process

    def stop(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(60)
        self.running = []

    def ask(self, sql):
        words = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", self.environment["LONGSHORE_POSTGRES_URL"]]
        return subprocess.run([*words, "-c", sql], check=True, capture_output=True, text=True).stdout.strip()

    def ends(self, load, within=600):
        """Waits for the end of a load."""
        until = time.monotonic() + within
        while self.ask(f"select state from longshore.load where id = {load}") == "running":
            if time.monotonic() > until:
                sys.exit(f"load {load} has not ended within {within} s:\n" + (self.folder / "log").read_text()[-2000:])
            time.sleep(0.1)


def memory(pid, field="VmHWM"):
    """Of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0


def daily(name, facts, days):
    """Facts by day of a source that has no rows."""
    sources = "\n".join(
        f"""  event{n}:
    from: {{ source: shop, query: "select 1 as id, current_date as day where :period_start = :period_end" }}
    period: day
    grain: [id]
    columns: {{ id: {{ type: integer, required: true }}, day: {{ type: date, required: true }} }}
    expect: {{ rows: {{ min: 0 }} }}"""
        for n in range(facts)
    )
    return f"""pipeline: {name}
period: {{ grain: day, start: 1800-01-01, end: {day(days - 1)} }}
sources: {{ shop: {{ postgres: "${{SHOP_URL}}" }} }}
facts:
{sources}
"""


def day(number):
    return datetime.date(1800, 1, 1) + datetime.timedelta(days=number)


def plan():
    facts = max(1, TASKS // MOST_PERIODS)
    with Stack() as stack:
        stack.environment["SHOP_URL"] = stack.environment["LONGSHORE_POSTGRES_URL"]
        folder = stack.pipeline("many", daily("many", facts, TASKS // facts))
        before = int(stack.ask("select pg_database_size(current_database())"))
        seconds, peak, _ = stack.longshore("load", folder, "--detach")
        tasks = int(stack.ask("select count(*) from longshore.task"))
        size = int(stack.ask("select pg_database_size(current_database())")) - before
        print(f"a load of {tasks:,} tasks is written in {seconds:.1f} s; the command takes {peak:.0f} MB;")
        print(f"the ledger grows by {size / 1e6:,.0f} MB, {size / tasks:.0f} bytes a task")
        coordinator = stack.start("coordinator")
        begun = time.monotonic()
        while stack.ask("select count(*) from longshore.task where state = 'published'") == "0":
            time.sleep(0.2)
        print(f"the coordinator has published the first tasks after {time.monotonic() - begun:.1f} s")
        used = sum(resource_of(coordinator.pid))
        time.sleep(30)
        busy = (sum(resource_of(coordinator.pid)) - used) / 30
        published = stack.ask("select count(*) from longshore.task where state = 'published'")
        print(f"without workers it holds {published} published, takes {memory(coordinator.pid):.0f} MB at most and {busy:.0%} of a core")
        questions(stack, "many", f"{stack.ask('select max(id) from longshore.load')}.{tasks // 2}")


def resource_of(pid):
    """The seconds of processor that a process has used, of its own and of the system for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(fields[place]) / os.sysconf("SC_CLK_TCK") for place in (11, 12)]


def questions(stack, pipeline, task):
    for words in (["status"], ["status", task.partition(".")[0]], ["periods", pipeline], ["why", task], ["metrics"]):
        seconds = min(stack.longshore(*words)[0] for _ in range(3))
        print(f"  longshore {' '.join(words)}: {seconds * 1000:.0f} ms")


def ledger():
    """The ledger of a year of loads: one load is written by Longshore, and copied by Postgres."""
    days = 1_000
    with Stack() as stack:
        stack.environment["SHOP_URL"] = stack.environment["LONGSHORE_POSTGRES_URL"]
        folder = stack.pipeline("many", daily("many", 10, days))
        stack.longshore("load", folder, "--workers", "2")
        columns = {
            table: stack.ask(
                "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute "
                f"where attrelid = 'longshore.{table}'::regclass and attnum > 0 and not attisdropped "
                f"and attgenerated = '' and attidentity <> 'a' and attname not in ('id', 'load_id')"
            )
            for table in ("load", "task")
        }
        first, size = (int(n) for n in stack.ask("select max(id), count(*) from longshore.load join longshore.task on load_id = id").split("|"))
        copies = LEDGER_TASKS // size
        stack.ask(
            "set session_replication_role = replica; set synchronous_commit = off; "
            f"insert into longshore.load (id, {columns['load']}) overriding system value select {first} + n, {columns['load']} "
            f"from longshore.load, generate_series(1, {copies}) n where id = {first}; "
            f"insert into longshore.task (load_id, {columns['task']}) select {first} + n, {columns['task']} "
            f"from longshore.task, generate_series(1, {copies}) n where load_id = {first}; "
            f"select setval(pg_get_serial_sequence('longshore.load', 'id'), {first} + {copies})"
        )
        stack.ask("vacuum analyze longshore.task, longshore.load")
        tasks = stack.ask("select count(*) from longshore.task")
        print(f"{int(tasks):,} tasks of {copies + 1:,} loads in the ledger, {stack.ask('select pg_size_pretty(pg_total_relation_size($$longshore.task$$))')}")
        questions(stack, "many", f"{first}.5")
        small = stack.pipeline("small", daily("small", 1, 100))
        for words in (["plan", small], ["load", small, "--workers", "2"], ["prune", "--help"]):
            if words[0] != "prune":
                print(f"  longshore {words[0]} of 100 periods beside them: {stack.longshore(*words)[0]:.2f} s")


class SlowAPI:
    """Answers each request after 50 ms with one row."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=256))
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        host, port = self.server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)

    @staticmethod
    async def serve(reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.05)
                body = b'{"data":[]}'
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def workers():
    tasks = int(os.environ.get("SLOW_TASKS", "1600"))
    with Stack() as stack, SlowAPI() as api:
        stack.environment["API_URL"] = api.url
        folder = stack.pipeline(
            "slow",
            f"""pipeline: slow
period: {{ grain: day, start: 1800-01-01, end: {day(tasks - 1)} }}
sources: {{ api: {{ http: "${{API_URL}}", private: true }} }}
facts:
  event:
    from: {{ source: api, get: "events/{{period}}", rows: data }}
    period: day
    grain: [id]
    columns: {{ id: {{ type: text, required: true }}, day: {{ type: date, required: true }} }}
    expect: {{ rows: {{ min: 0 }} }}
""",
        )
        stack.longshore("load", folder, "--workers", "16")
        stack.start("coordinator")
        one = None
        for count in WORKERS:
            several = [stack.start("worker", "--slots", "1") for _ in range(count)]
            time.sleep(3)
            stack.longshore("load", folder, "--detach", "--periods", f"{day(0)}..{day(tasks - 1)}")
            load = stack.ask("select max(id) from longshore.load")
            stack.ends(load)
            rate = float(
                stack.ask(
                    "select count(*) / extract(epoch from max(committed_at) - min(started_at)) "
                    f"from longshore.task where load_id = {load}"
                )
            )
            one = one or rate / count
            print(f"{count:3} workers: {rate:7.1f} tasks a second, {rate / (one * count):.2f} of linear", flush=True)
            for process in several:
                process.terminate()
                process.wait(60)
                stack.running.remove(process)


def rates():
    tasks = int(os.environ.get("TINY_TASKS", "3000"))
    with Stack() as stack:
        url = stack.environment["LONGSHORE_POSTGRES_URL"]
        stack.ask("create table public.durable (id bigserial primary key, body text)")
        script = stack.folder / "insert.sql"
        script.write_text("insert into public.durable (body) values ('a task''s row');\n")
        words = ["pgbench", "--no-vacuum", "--client=2", "--time=10", f"--file={script}", url]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        commits = next(float(line.split()[2]) for line in told.splitlines() if line.startswith("tps"))
        print(f"pgbench, two clients, one insert and one durable commit each: {commits:.0f} a second")
        files = stack.folder / "files"
        files.mkdir()
        for number in range(tasks):
            (files / f"events_{day(number)}.csv").write_text(f"id,day\n{number},{day(number)}\n")
        folder = stack.pipeline(
            "tiny",
            f"""pipeline: tiny
period: {{ grain: day, start: 1800-01-01, end: {day(tasks - 1)} }}
sources: {{ drops: {{ files: "{files}" }} }}
facts:
  event:
    from: {{ source: drops, csv: "events_{{period}}.csv" }}
    period: day
    grain: [id]
    columns: {{ id: {{ type: text, required: true }}, day: {{ type: date, required: true }} }}
""",
        )
        stack.longshore("load", folder, "--workers", "2")
        stack.longshore("load", folder, "--workers", "2", "--periods", f"{day(0)}..{day(tasks - 1)}")
        rate = float(
            stack.ask(
                "select count(*) / extract(epoch from max(committed_at) - min(started_at)) from longshore.task "
                "where load_id = (select max(id) from longshore.load)"
            )
        )
        print(f"tasks of one row, two slots: {rate:.0f} a second, {rate / commits:.2f} of it")


PARTS = {part.__name__: part for part in (plan, ledger, workers, rates)}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        print(f"{name}:", flush=True)
        PARTS[name]()
