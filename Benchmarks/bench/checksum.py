"""Whether a table has the right rows: their number, and a sum over them that knows no order."""

import hashlib
from dataclasses import dataclass
from typing import Iterable

from .stack import Stack

DIGITS = 15  # of a row's MD5, in hexadecimal: 60 bits, which fit Postgres's bigint


@dataclass(frozen=True)
class Checksum:
    """The number of rows, and the sum of the first 60 bits of the MD5 of each row's fields, joined by `|`."""

    rows: int
    sum: int

    @staticmethod
    def of(rows: Iterable[list[str]]) -> "Checksum":
        count = total = 0
        for row in rows:
            count += 1
            total += bits(row)
        return Checksum(count, total)

    @staticmethod
    def queried(stack: Stack, columns: str, source: str) -> "Checksum":
        """Of what a query gives: its columns, and what stands behind `from`."""
        count, total = stack.psql(
            "set work_mem = '256MB'; "
            f"select count(*), coalesce(sum(('x' || left(md5(row), {DIGITS}))::bit({4 * DIGITS})::bigint), 0) "
            f"from (select concat_ws('|', {columns}) as row from {source}) as rows;"
        ).split("|")
        return Checksum(int(count), int(total))

    def unlike(self, expected: "Checksum") -> str | None:
        """How it differs from what is expected; None when it does not."""
        if self.rows != expected.rows:
            return f"{self.rows:,} rows in place of {expected.rows:,}"
        return None if self.sum == expected.sum else "the values of some rows differ"


def bits(row: list[str]) -> int:
    """What a row adds to the sum. An empty field is null, as it is in CSV."""
    text = "|".join(field for field in row if field)
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:DIGITS], 16)
