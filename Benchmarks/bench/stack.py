"""Longshore's private servers, and how they and programs are asked."""

import os
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
LONGSHORE = os.path.abspath(os.environ.get("LONGSHORE") or ROOT / ".build/release/longshore")
PATIENCE = 3600  # seconds that one program may take


class ProgramFailed(Exception):
    """A program ended with an error; the text is the end of what it said."""


def run(words: list, environment: dict[str, str] | None = None, given: str | None = None) -> str:
    """What a program prints; raises ProgramFailed when it does not end well."""
    ended = subprocess.run(
        [str(word) for word in words], env=environment, input=given, capture_output=True, text=True, timeout=PATIENCE
    )
    if ended.returncode != 0:
        said = (ended.stderr.strip() or ended.stdout.strip())[-1500:]
        raise ProgramFailed(f"{Path(str(words[0])).name} ended with {ended.returncode}: {said}")
    return ended.stdout


def seconds_of(action, *arguments) -> float:
    """How long a call takes on the wall clock."""
    begun = time.monotonic()
    action(*arguments)
    return time.monotonic() - begun


class Stack:
    """RabbitMQ, Postgres and Redis as `longshore up` makes them, in a folder of their own."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> "Stack":
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.purge()
        told = run([LONGSHORE, "up", "--export", "--stack", self.folder])
        lines = [line.removeprefix("export ") for line in told.splitlines() if line.startswith("export ")]
        self.variables = {name: value.strip("'\"") for name, _, value in (line.partition("=") for line in lines)}
        self.url = self.variables["LONGSHORE_POSTGRES_URL"]
        self.broker = self.variables["LONGSHORE_AMQP_URL"]
        return self

    def __exit__(self, *_) -> None:
        self.purge()

    def purge(self) -> None:
        """Stops the servers, and removes what they hold."""
        subprocess.run([LONGSHORE, "down", "--purge", "--stack", self.folder], capture_output=True, check=False)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of Longshore and its peers: where the servers are, and nothing that tells others."""
        parts = urlsplit(self.url)
        server = {
            "PGHOST": parts.hostname or "127.0.0.1",
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
            "PGPASSWORD": parts.password or "",
            "PGDATABASE": parts.path.strip("/"),
            "BENCH_URL": self.url,
            "BENCH_BROKER": self.broker,
            "DO_NOT_TRACK": "1",
        }
        return os.environ | self.variables | server | more

    def longshore(self, *words, **variables: str) -> str:
        """What a command of Longshore prints."""
        return run([LONGSHORE, *words], self.environment(**variables))

    def psql(self, script: str) -> str:
        """What a script for psql prints, with `\\copy` and the like; it ends at the first error."""
        words = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-f", "-"]
        return run(words, self.environment(), script).strip()

    def drop(self, schema: str) -> None:
        self.psql(f"set client_min_messages = warning; drop schema if exists {schema} cascade;")

    def make_anew(self, schema: str) -> None:
        """An empty schema in place of what was there."""
        self.drop(schema)
        self.psql(f"create schema {schema};")

    def checkpoint(self) -> None:
        """Writes what the runs before have left, so that no run pays for another."""
        self.psql("checkpoint;")

    def settle(self) -> None:
        """Vacuums and analyzes all tables, so that Postgres does not by itself while somebody is timed."""
        self.psql("vacuum analyze;")

    def last_load(self, pipeline: str) -> int:
        return int(self.psql(f"select max(id) from longshore.load where pipeline = '{pipeline}'"))

    def span(self, load: int, kind: str) -> float:
        """Seconds from the first start to the last commit of a load's tasks of a kind (`fact`, `dimension`)."""
        return float(
            self.psql(
                "select extract(epoch from max(committed_at) - min(started_at)) from longshore.task "
                f"where load_id = {load} and kind = '{kind}'"
            )
        )
