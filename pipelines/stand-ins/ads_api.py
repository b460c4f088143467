#!/usr/bin/env python3
"""A stand-in for an API of ads: tells what lies in FOLDER, to this machine only, for trying things out.

    eval "$(python3 ads_api.py FOLDER)"

starts it in the background and sets ADS_URL and ADS_TOKEN, with which it is asked, and ADS_API_PID, which ends it:
kill "$ADS_API_PID".

    GET /CAMPAIGN/insights?time_range={"since":"2024-01-01","until":"2024-01-01"}    the figures of days
    GET /CAMPAIGN/insights?date_preset=maximum                                       the reach of the whole time

As such APIs do, it tells numbers as texts, leaves out what is nothing, gives pages (of 25), and now and then it has
enough: each twentieth call is refused with status 400 and the code 17 or 613, and is to come again after a second.
"""
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

sys.dont_write_bytecode = True
from background import serve  # noqa: E402

PAGE = 25
PATIENCE = 20


class AdsAPI(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = Path()
    token = ""
    calls = count(1)

    def answer(self, status, body, **fields):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(text), **fields}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        campaign, _, what = url.path.strip("/").partition("/")
        call = next(self.calls)
        if query.get("access_token") != self.token:
            self.answer(401, {"error": {"code": 190, "message": "the token is not valid"}})
        elif call % PATIENCE == 0:
            code = 17 if call // PATIENCE % 2 else 613
            self.answer(400, {"error": {"code": code, "message": "too many calls"}}, Retry_After=1)
        elif what != "insights":
            self.answer(404, {"error": {"code": 100, "message": "there is no such thing"}})
        else:
            self.answer(200, self.page(self.found(campaign, query), url.path, query))

    def found(self, campaign, query):
        if query.get("date_preset") == "maximum":
            return self.rows("lifetime.jsonl", campaign)
        span = json.loads(query["time_range"])
        return [row for row in self.rows("insights.jsonl", campaign) if span["since"] <= row["date_start"] <= span["until"]]

    def rows(self, name, campaign):
        lines = (self.root / name).read_text().splitlines()
        return [row for row in map(json.loads, lines) if row["campaign_id"] == campaign]

    def page(self, rows, path, query):
        start = int(query.get("after", 0))
        page = {"data": rows[start:start + PAGE], "paging": {}}
        if rows[start + PAGE:]:
            query["after"] = str(start + PAGE)
            words = "&".join(f"{name}={quote(value)}" for name, value in query.items())
            page["paging"]["next"] = f"http://{self.headers['Host']}{path}?{words}"
        return page

    def log_message(self, *words):
        pass


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "insights.jsonl").is_file():
        sys.exit(f"usage: {sys.argv[0]} FOLDER, which has insights.jsonl and lifetime.jsonl")
    AdsAPI.root = Path(sys.argv[1]).resolve()
    AdsAPI.token = secrets.token_hex(20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), AdsAPI)
    serve(server, {"ADS_URL": f"http://127.0.0.1:{server.server_port}", "ADS_TOKEN": AdsAPI.token}, "ADS_API_PID")


main()
