"""Pipelines of Longshore, made from the templates in `pipelines/`."""

import json
from pathlib import Path

from .stack import ProgramFailed, Stack, seconds_of

TEMPLATES = Path(__file__).parent / "pipelines"
SLOTS = "2"


class Pipeline:
    """A definition in a folder of its own, whose name is the pipeline's and the schema's."""

    def __init__(self, stack: Stack, folder: Path, name: str, template: str, data: Path, **words: str):
        self.stack = stack
        self.name = name
        self.folder = folder / name
        self.data = data
        text = (TEMPLATES / f"{template}.yaml").read_text()
        for word, value in ({"NAME": name} | words).items():
            text = text.replace(word, value)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "pipeline.yaml").write_text(text)

    def refusal(self) -> str | None:
        """Why the definition is refused, by its first problem; None when it is not."""
        try:
            self.stack.longshore("check", self.folder)
        except ProgramFailed as failed:
            return str(failed).partition("error")[2].partition("\n")[0] or str(failed)
        return None

    def load(self, *words: str, data: Path | None = None) -> int:
        """Loads it, two tasks at a time; the load's number."""
        told = self.stack.longshore(
            "load", self.folder, "--workers", SLOTS, "--json", *words, BENCH_DATA=str(data or self.data)
        )
        return json.loads(told)["load"]

    def forget(self, table: str) -> None:
        """Drops a table with what the ledger knows of its periods, so that the next load is its first."""
        self.stack.psql(
            f"set client_min_messages = warning; drop table if exists {self.name}.{table} cascade; "
            f"delete from longshore.control where schema_name = '{self.name}' and table_name = '{table}';"
        )

    def forget_all(self) -> None:
        """Drops the schema, with what the ledger knows of its tables."""
        self.stack.drop(self.name)
        self.stack.psql(f"delete from longshore.control where schema_name = '{self.name}';")

    def measured(self, kind: str, series: str, *words: str) -> dict[str, float]:
        """Loads it; the seconds of its tasks of a kind, from the first start to the last commit, and of the whole command."""
        loads: list[int] = []
        whole = seconds_of(lambda: loads.append(self.load(*words)))
        return {series: self.stack.span(loads[0], kind), "the whole command": whole}
