"""Whether the harness would notice: `make bench-smoke` asks it of wrong rows first."""

from .contender import Workplace
from .stack import ProgramFailed
from .suites.star import Copy

DAMAGE = (
    "update bare.line_item set l_tax = l_tax + 0.01 where ctid = (select min(ctid) from bare.line_item)",
    "update bare.line_item set l_comment = l_comment || ' ' where ctid = (select min(ctid) from bare.line_item)",
    "delete from bare.line_item where ctid = (select min(ctid) from bare.line_item)",
    "insert into bare.line_item select * from bare.line_item limit 1",
)


def prove(place: Workplace) -> None:
    """Damages one row of a right table in some ways; raises ProgramFailed when one of them is not noticed."""
    copy = Copy(place)
    for damage in DAMAGE:
        copy.prepare()
        copy.run()
        if problem := copy.wrong():
            raise ProgramFailed(f"the rows of `\\copy` are told to be wrong: {problem}")
        place.stack.psql(damage)
        if not copy.wrong():
            raise ProgramFailed(f"nobody notices wrong rows: {damage}")
    copy.clear()
