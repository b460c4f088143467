#!/usr/bin/env python3
"""A stand-in for S3: serves the folders of FOLDER as buckets, to this machine only, for trying things out.

    eval "$(python3 object_store.py FOLDER)"

starts it in the background and sets what a pipeline needs to read from it: S3_URL, AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY; and OBJECT_STORE_PID, which ends it: kill "$OBJECT_STORE_PID". It lists (version 2, by
pages), reads (with ranges and conditions) and writes objects, and refuses what is not signed with its key
(AWS Signature Version 4). It has no versions, no parts, no rights.
"""
import hashlib
import hmac
import os
import secrets
import sys
from datetime import datetime, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

sys.dont_write_bytecode = True
from background import serve  # noqa: E402

ACCESS_KEY = "STANDIN"
PAGE = 100


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(secret, scope, time, request):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = digest(key, part)
    hashed = hashlib.sha256(request.encode()).hexdigest()
    return digest(key, "\n".join(["AWS4-HMAC-SHA256", time, scope, hashed])).hex()


class ObjectStore(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = Path()
    secret = ""

    def answer(self, status, fields, body=b""):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **fields}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code></Error>".encode())

    def is_signed(self, url):
        kind, _, rest = self.headers.get("Authorization", "").partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        access, _, scope = parts.get("Credential", "").partition("/")
        if kind != "AWS4-HMAC-SHA256" or access != ACCESS_KEY:
            return False
        names = parts.get("SignedHeaders", "").split(";")
        request = "\n".join([
            self.command,
            url.path,
            "&".join(sorted(url.query.split("&"))),
            "".join(f"{name}:{(self.headers.get(name) or '').strip()}\n" for name in names),
            ";".join(names),
            self.headers.get("x-amz-content-sha256", ""),
        ])
        expected = signature(self.secret, scope, self.headers.get("x-amz-date", ""), request)
        return hmac.compare_digest(expected, parts.get("Signature", ""))

    def serve(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        place = self.root / bucket / key
        if not self.is_signed(url):
            self.refuse(403, "SignatureDoesNotMatch")
        elif ".." in Path(bucket, key).parts or not bucket:
            self.refuse(400, "InvalidURI")
        elif not (self.root / bucket).is_dir():
            self.refuse(404, "NoSuchBucket")
        elif self.command == "PUT" and key:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
            self.answer(200, {})
        elif not key:
            self.list(self.root / bucket, dict(parse_qsl(url.query)))
        elif place.is_file():
            self.get(place)
        else:
            self.refuse(404, "NoSuchKey")

    do_GET = do_HEAD = do_PUT = serve

    def list(self, bucket, query):
        files = (path for path in bucket.rglob("*") if path.is_file())
        keys = sorted(str(path.relative_to(bucket)) for path in files)
        keys = [key for key in keys if key.startswith(query.get("prefix", "")) and key > query.get("continuation-token", "")]
        page = keys[:PAGE]
        entries = ""
        for key in page:
            found = (bucket / key).stat()
            entries += (
                f"<Contents><Key>{quote(key)}</Key><Size>{found.st_size}</Size><ETag>{escape(self.tag(found))}</ETag>"
                f"<LastModified>{self.time(found)}</LastModified></Contents>"
            )
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if keys[PAGE:] else ""
        text = (
            "<ListBucketResult><EncodingType>url</EncodingType>"
            f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{more}{entries}</ListBucketResult>"
        )
        self.answer(200, {"Content-Type": "application/xml"}, text.encode())

    def get(self, place):
        with place.open("rb") as content:
            found = os.fstat(content.fileno())
            size, tag = found.st_size, self.tag(found)
            if self.headers.get("If-Match", tag) != tag:
                return self.refuse(412, "PreconditionFailed")
            asked = self.headers.get("Range", "").removeprefix("bytes=").split("-")[0]
            start = int(asked or 0)
            fields = {"ETag": tag, "Last-Modified": formatdate(found.st_mtime, usegmt=True)}
            if asked:
                fields["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
            self.answer(206 if asked else 200, {**fields, "Content-Length": size - start})
            if self.command != "HEAD" and start < size:
                self.connection.sendfile(content, start, size - start)

    @staticmethod
    def tag(found):
        return f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'

    @staticmethod
    def time(found):
        return datetime.fromtimestamp(found.st_mtime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def log_message(self, *words):
        pass


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {sys.argv[0]} FOLDER, which has a folder for each bucket")
    ObjectStore.root = Path(sys.argv[1]).resolve()
    ObjectStore.secret = secrets.token_hex(20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), ObjectStore)
    serve(server, {
        "S3_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ObjectStore.secret,
    }, "OBJECT_STORE_PID")


main()
