"""Tasks of one row, each with one durable commit."""

import shutil
from pathlib import Path

from ..contender import Contender, Suite, Workplace
from ..data import days
from ..pipeline import Pipeline
from ..stack import run
from .peers import PROGRAMS

PIPELINE = "tiny"
CLIENTS = 2


def tasks(place: Workplace) -> int:
    """How many tasks: 1,000 at scale 0.1 and above."""
    return min(1_000, place.sized(10_000))


class TinyContender(Contender):
    """One that loads the days of a pipeline again."""

    def pipeline(self) -> Pipeline:
        dates = days(tasks(self.place))
        folder = self.place.folder / "pipelines"
        return Pipeline(self.stack, folder, PIPELINE, "tiny", self.files(), START=f"{dates[0]}", END=f"{dates[-1]}")

    def files(self) -> Path:
        return self.place.folder / "data" / f"tiny-{tasks(self.place)}"

    def prepare(self) -> None:
        """Has each day loaded once."""
        if not self.files().exists():
            self.files().mkdir(parents=True)
            for date in days(tasks(self.place)):
                (self.files() / f"events_{date}.csv").write_text(f"id,day\nevent of {date},{date}\n")
        if self.stack.psql(f"select to_regclass('{PIPELINE}.fact_event') is null;") == "t":
            self.pipeline().load()

    def wrong(self) -> str | None:
        load = self.stack.last_load(PIPELINE)
        found = self.stack.psql(
            "select count(*) || ' rows of ' || count(distinct day) || ' days, of loads ' || min(load_id) || ' to ' || max(load_id) "
            f"from {PIPELINE}.fact_event where id = 'event of ' || day;"
        )
        expected = f"{tasks(self.place)} rows of {tasks(self.place)} days, of loads {load} to {load}"
        return None if found == expected else f"{found}, in place of {expected}"


class Longshore(TinyContender):
    name = "longshore"
    title = "Longshore"
    detail = "two slots"

    def run(self) -> dict[str, float]:
        dates = days(tasks(self.place))
        load = self.pipeline().load("--periods", f"{dates[0]}..{dates[-1]}")
        return {"": self.stack.span(load, "fact")}


class Pgbench(TinyContender):
    """The statements that a task of Longshore's sends, on the same tables, by two clients: the tasks of its last load again."""

    name = "pgbench"
    title = "pgbench"
    detail = "the same statements, two clients"

    def absent(self) -> str | None:
        return None if shutil.which("pgbench") else "pgbench is not installed"

    def prepare(self) -> None:
        super().prepare()
        self.load = self.stack.last_load(PIPELINE)
        self.stack.psql(f"update longshore.task set state = 'published', worker = null where load_id = {self.load};")

    def run(self) -> dict[str, float]:
        words = ["pgbench", "--no-vacuum", f"--client={CLIENTS}", f"--transactions={tasks(self.place) // CLIENTS}"]
        words += [f"--define={name}={value}" for name, value in (("n", -1), ("clients", CLIENTS), ("load", self.load))]
        told = run([*words, f"--file={PROGRAMS / 'tiny_task.sql'}", self.stack.url], self.stack.environment())
        rate = next(float(line.split()[2]) for line in told.splitlines() if line.startswith("tps"))
        return {"": tasks(self.place) / rate}

    def wrong(self) -> str | None:
        rows = f"longshore.task where load_id = {self.load} and state = 'done' and worker = 'pgbench'"
        done = int(self.stack.psql(f"select count(*) from {rows};"))
        return super().wrong() if done == tasks(self.place) else f"{done:,} tasks in place of {tasks(self.place):,}"


class Celery(Contender):
    """Celery on the same RabbitMQ: two processes, late acknowledgements, one durable insert a task."""

    name = "celery"
    title = "Celery"
    detail = "two processes, late acknowledgements, one durable insert"
    schema = "by_celery"

    def absent(self) -> str | None:
        return self.place.environment.lacks("celery")

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(
            "create table by_celery.event (id text primary key, started_at timestamptz, "
            "inserted_at timestamptz not null default clock_timestamp());"
        )

    def run(self) -> dict[str, float]:
        words = [self.place.environment.python, PROGRAMS / "celery_tiny.py", tasks(self.place)]
        return {"": float(run(words, self.stack.environment()))}

    def wrong(self) -> str | None:
        done = int(self.stack.psql("select count(*) from by_celery.event;"))
        return None if done == tasks(self.place) else f"{done:,} rows in place of {tasks(self.place):,}"


class Tiny(Suite):
    name = "tiny"
    title = "Tiny tasks"
    contenders = (Longshore, Pgbench, Celery)

    def work(self) -> str:
        return f"{tasks(self.place):,} tasks of one row and one durable commit each; from the first start to the last commit."
