#!/usr/bin/env python3
"""A stand-in for MongoDB: serves the folders of FOLDER as databases, to this machine only, for trying things out.

    eval "$(python3 document_store.py FOLDER)"

starts it in the background and sets MONGO_URL, where it is, and DOCUMENT_STORE_PID, which ends it:
kill "$DOCUMENT_STORE_PID". A database is a folder, a collection a file in it with a line of extended JSON for each
document: campaigns.jsonl. What is written is in the files at once. It finds (by the conditions of a filter, in the
order of the _id, by pages), sets members and deletes; it has no log-in, no indexes, no aggregation.
"""
import json
import os
import socketserver
import struct
import sys
import threading
from base64 import b64decode, b64encode
from datetime import datetime
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
from background import serve  # noqa: E402

# A value is what its extended JSON is in Python: {"$numberDecimal": "12.50"}, {"$oid": "…"}, {"$numberLong": "5"}.
TAGS = {"$numberDecimal": 0x13, "$oid": 0x07, "$numberLong": 0x12, "$date": 0x09, "$binary": 0x05}


def tag(value):
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value)) if next(iter(value)) in TAGS else None
    return None


# BSON: https://bsonspec.org/spec.html

def decimal_bytes(text):
    sign, digits, exponent = Decimal(text).as_tuple()
    if not isinstance(exponent, int):
        return ((0x7C if exponent in "nN" else 0x78) << 120 | sign << 127).to_bytes(16, "little")
    number = int("".join(map(str, digits)))
    return (sign << 127 | exponent + 6176 << 113 | number).to_bytes(16, "little")


def decimal_text(data):
    bits = int.from_bytes(data, "little")
    sign = "-" if bits >> 127 else ""
    if bits >> 122 & 0x1E == 0x1E:
        return "NaN" if bits >> 122 & 0x1F == 0x1F else sign + "Infinity"
    return str(Decimal((bits >> 127, tuple(map(int, str(bits & (1 << 113) - 1))), (bits >> 113 & 0x3FFF) - 6176)))


def milliseconds(date):
    if isinstance(date, str):
        return round(datetime.fromisoformat(date.replace("Z", "+00:00")).timestamp() * 1000)
    return int(date["$numberLong"]) if isinstance(date, dict) else date


def encoded(value):
    """The type and the bytes of a value."""
    kind = tag(value)
    if kind == "$numberDecimal":
        return 0x13, decimal_bytes(value[kind])
    if kind == "$oid":
        return 0x07, bytes.fromhex(value[kind])
    if kind == "$numberLong":
        return 0x12, struct.pack("<q", int(value[kind]))
    if kind == "$date":
        return 0x09, struct.pack("<q", milliseconds(value[kind]))
    if kind == "$binary":
        data = b64decode(value[kind]["base64"])
        return 0x05, struct.pack("<iB", len(data), int(value[kind]["subType"], 16)) + data
    if value is None:
        return 0x0A, b""
    if isinstance(value, bool):
        return 0x08, bytes([value])
    if isinstance(value, int):
        small = -(2**31) <= value < 2**31
        return (0x10, struct.pack("<i", value)) if small else (0x12, struct.pack("<q", value))
    if isinstance(value, float):
        return 0x01, struct.pack("<d", value)
    if isinstance(value, str):
        data = value.encode() + b"\0"
        return 0x02, struct.pack("<i", len(data)) + data
    if isinstance(value, list):
        return 0x04, document({str(index): item for index, item in enumerate(value)})
    return 0x03, document(value)


def document(members):
    body = b""
    for name, value in members.items():
        kind, data = encoded(value)
        body += bytes([kind]) + name.encode() + b"\0" + data
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def decoded(kind, data):
    """A value, and how many bytes it takes."""
    size = int.from_bytes(data[:4], "little", signed=True)
    if kind == 0x01:
        return struct.unpack("<d", data[:8])[0], 8
    if kind == 0x02:
        return data[4:size + 3].decode(), size + 4
    if kind == 0x03:
        return members(data[:size]), size
    if kind == 0x04:
        return list(members(data[:size]).values()), size
    if kind == 0x05:
        return {"$binary": {"base64": b64encode(data[5:size + 5]).decode(), "subType": f"{data[4]:02x}"}}, size + 5
    if kind == 0x07:
        return {"$oid": data[:12].hex()}, 12
    if kind == 0x08:
        return data[0] == 1, 1
    if kind == 0x09:
        return {"$date": {"$numberLong": str(struct.unpack("<q", data[:8])[0])}}, 8
    if kind == 0x0A:
        return None, 0
    if kind == 0x10:
        return size, 4
    if kind == 0x12:
        return {"$numberLong": str(struct.unpack("<q", data[:8])[0])}, 8
    if kind == 0x13:
        return {"$numberDecimal": decimal_text(data[:16])}, 16
    raise ValueError(f"a value of type {kind} is not known here")


def members(data):
    found, place = {}, 4
    while data[place]:
        end = data.index(0, place + 1)
        value, size = decoded(data[place], data[end + 1:])
        found[data[place + 1:end].decode()] = value
        place = end + 1 + size
    return found


# Documents

ORDER = {0x0A: 10, 0x01: 1, 0x10: 1, 0x12: 1, 0x13: 1, 0x02: 2, 0x03: 3, 0x04: 4, 0x05: 5, 0x07: 7, 0x08: 8, 0x09: 9}


def number(value):
    return Decimal(str(value if tag(value) is None else value[tag(value)]))


def rank(value):
    """By what values are compared: those of one kind with each other."""
    kind = encoded(value)[0]
    if ORDER[kind] == 1:
        return 1, number(value)
    return ORDER[kind], value if isinstance(value, str) else str(milliseconds(value["$date"])).rjust(20) \
        if kind == 0x09 else encoded(value)[1].hex()


def at(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def holds(value, condition):
    if not isinstance(condition, dict) or tag(condition) or not any(name.startswith("$") for name in condition):
        return same(value, condition)
    return all(OPERATORS[name](value, wanted) for name, wanted in condition.items())


def same(value, other):
    return value == other or value is not None and other is not None and rank(value) == rank(other)


def is_least(value, least, is_equal):
    if value is None or rank(value)[0] != rank(least)[0]:
        return False
    return rank(value) > rank(least) or is_equal and rank(value) == rank(least)


OPERATORS = {
    "$eq": same,
    "$ne": lambda value, other: not same(value, other),
    "$in": lambda value, others: any(same(value, other) for other in others),
    "$gt": lambda value, least: is_least(value, least, False),
    "$gte": lambda value, least: is_least(value, least, True),
    "$not": lambda value, condition: not holds(value, condition),
    "$type": lambda value, kinds: encoded(value)[0] in kinds,
}


def fits(found, conditions):
    return all(
        all(fits(found, part) for part in wanted) if name == "$and"
        else any(fits(found, part) for part in wanted) if name == "$or"
        else holds(at(found, name), wanted)
        for name, wanted in conditions.items()
    )


def put(found, path, value):
    name, _, rest = path.partition(".")
    if rest:
        put(found.setdefault(name, {}), rest, value)
    else:
        found[name] = value


class Database:
    def __init__(self, folder):
        self.folder = folder

    def place(self, collection):
        if "/" in collection or collection.startswith("."):
            raise ValueError("no name of a collection")
        return self.folder / f"{collection}.jsonl"

    def names(self):
        return sorted(path.stem for path in self.folder.glob("*.jsonl"))

    def read(self, collection):
        place = self.place(collection)
        lines = place.read_text().splitlines() if place.exists() else []
        return [json.loads(line) for line in lines if line.strip()]

    def write(self, collection, documents):
        place = self.place(collection)
        part = place.with_suffix(".part")
        part.write_text("".join(json.dumps(found, ensure_ascii=False) + "\n" for found in documents))
        os.replace(part, place)

    def update(self, collection, statement):
        documents = self.read(collection)
        found = next((found for found in documents if fits(found, statement["q"])), None)
        if found is None and statement.get("upsert"):
            found = {"_id": at(statement["q"], "_id.$eq")}
            if any(same(other["_id"], found["_id"]) for other in documents):
                return {"n": 0, "writeErrors": [{"index": 0, "code": 11000, "errmsg": "it is there already"}]}
            documents.append(found)
        if found is not None:
            for path, value in statement["u"]["$set"].items():
                put(found, path, value)
            self.write(collection, documents)
        return {"n": int(found is not None)}

    def delete(self, collection, statement):
        documents = self.read(collection)
        gone = next((found for found in documents if fits(found, statement["q"])), None)
        if gone is not None:
            self.write(collection, [found for found in documents if found is not gone])
        return {"n": int(gone is not None)}


# The wire: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/

class Connection(socketserver.StreamRequestHandler):
    root = Path()
    lock = threading.Lock()

    def handle(self):
        self.cursors = {}
        while len(head := self.rfile.read(16)) == 16:
            size, request, _, code = struct.unpack("<iiii", head)
            body = self.rfile.read(size - 16)
            answer = document(self.answer(self.command(code, body)))
            flags = struct.pack("<iqii", 8, 0, 0, 1) if code == 2004 else struct.pack("<iB", 0, 0)
            message = flags + answer
            kind = 1 if code == 2004 else 2013
            self.wfile.write(struct.pack("<iiii", len(message) + 16, 0, request, kind) + message)

    @staticmethod
    def command(code, body):
        """A document, and lists of documents beside it."""
        start = 4 + body[4:].index(0) + 9 if code == 2004 else 5
        size = struct.unpack("<i", body[start:start + 4])[0]
        command, place = members(body[start:]), start + size
        while code == 2013 and body[place:place + 1] == b"\1":
            end = place + 1 + struct.unpack("<i", body[place + 1:place + 5])[0]
            start = body.index(0, place + 5) + 1
            name, found = body[place + 5:start - 1].decode(), []
            while start < end:
                found.append(members(body[start:]))
                start += struct.unpack("<i", body[start:start + 4])[0]
            command[name], place = found, end
        return command

    def answer(self, command):
        name = next(iter(command))
        try:
            with self.lock:
                return {**self.done(name, command, Database(self.root / command.get("$db", "admin"))), "ok": 1.0}
        except (KeyError, TypeError, ValueError) as error:
            return {"ok": 0.0, "code": 2, "errmsg": f"{name} is not understood here: {error!r}"}

    def done(self, name, command, database):
        if name.lower() in ("hello", "ismaster"):
            return {"ismaster": True, "helloOk": True, "minWireVersion": 0, "maxWireVersion": 13,
                    "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000}
        if name in ("ping", "endSessions", "killCursors"):
            return {}
        if name == "listCollections":
            return self.page([{"name": found} for found in database.names()
                              if fits({"name": found}, command.get("filter", {}))])
        if name == "find":
            found = [found for found in database.read(command[name]) if fits(found, command.get("filter", {}))]
            found.sort(key=lambda found: rank(found["_id"]))
            return self.page(found[:command.get("limit") or None], command.get("batchSize", 101))
        if name == "getMore":
            return self.page(self.cursors.pop(command[name]["$numberLong"]), command.get("batchSize", 101), "nextBatch")
        if name in ("update", "delete"):
            return getattr(database, name)(command[name], command[f"{name}s"][0])
        raise ValueError("no such command")

    def page(self, found, size=101, batch="firstBatch"):
        rest, cursor = found[size:], "0"
        if rest:
            cursor = str(len(self.cursors) + 1)
            self.cursors[cursor] = rest
        return {"cursor": {"id": {"$numberLong": cursor}, "ns": "stand.in", batch: found[:size]}}


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {sys.argv[0]} FOLDER, which has a folder for each database")
    Connection.root = Path(sys.argv[1]).resolve()
    socketserver.ThreadingTCPServer.daemon_threads = True
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection)
    serve(server, {"MONGO_URL": f"mongodb://127.0.0.1:{server.server_address[1]}"}, "DOCUMENT_STORE_PID")


main()
