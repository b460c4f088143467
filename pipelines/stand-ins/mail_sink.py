#!/usr/bin/env python3
"""A stand-in for a mail server: writes each mail that it gets into FOLDER, for trying things out.

    eval "$(python3 mail_sink.py FOLDER)"

starts it in the background and sets MAIL_URL, where mail is taken, by this machine only; and MAIL_SINK_PID, which ends
it: kill "$MAIL_SINK_PID". The first mail is FOLDER/1.eml. It knows no TLS, no passwords, and refuses nobody.
"""
import itertools
import socketserver
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from background import serve  # noqa: E402


class MailSink(socketserver.StreamRequestHandler):
    """RFC 5321, as far as a client needs it."""

    folder = Path()
    numbers = itertools.count(1)

    def say(self, code, text="OK"):
        self.wfile.write(f"{code} {text}\r\n".encode())

    def handle(self):
        self.say(220, "stand-in")
        while line := self.rfile.readline():
            word = line[:4].decode("ascii", "replace").upper()
            if word == "QUIT":
                return self.say(221)
            if word == "DATA":
                self.say(354)
                self.keep()
            self.say(250 if word in ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP") else 502)

    def keep(self):
        mail = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            mail += line[1:] if line.startswith(b".") else line
        # Whole, or not there: somebody looks for it.
        place = self.folder / f"{next(self.numbers)}.eml"
        place.with_suffix(".part").write_bytes(mail.replace(b"\r\n", b"\n"))
        place.with_suffix(".part").rename(place)


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    MailSink.folder = Path(sys.argv[1]).resolve()
    MailSink.folder.mkdir(parents=True, exist_ok=True)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailSink)
    serve(server, {"MAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}"}, "MAIL_SINK_PID")


main()
