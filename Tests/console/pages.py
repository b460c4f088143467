"""Looks at pages of a running console by a browser: axe, the content security policy, widths, keys, live updates.

    python3 Tests/console/pages.py 'http://127.0.0.1:8080/?token=…' --path / --path loads/1 [--shots DIR]
    python3 Tests/console/pages.py http://127.0.0.1:8080/ --token TOKEN --path /

Prints one JSON object: `pages` (what was seen of each) and `findings` (a line each; none is good).
`--live LOAD` opens the load's page, says `ready` on standard error, and waits until the page says that the load has ended.
It needs chromium, and playwright and axe-playwright-python of PyPI.
"""

import argparse
import json
import sys
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [(width, theme) for width in (1440, 390) for theme in ("light", "dark")]


def look(page, path, findings, said):
    """What of a page is not as it should be."""
    del said[:]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    start = time.monotonic()
    response = page.goto(page.root + path.lstrip("/"))
    took = time.monotonic() - start
    if response.status != 200:
        findings.append(f"{path}: status {response.status}")
    for width, theme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        for violation in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            findings.append(f"{path} {width} {theme}: axe {violation['id']}: {nodes}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            findings.append(f"{path}: {wide} pixels wide on {width}")
        if page.shots:
            name = path.strip("/").replace("/", "-").replace("?", "-") or "periods"
            page.screenshot(path=f"{page.shots}/{name}-{width}-{theme}.png", full_page=True)
    for line in said:
        findings.append(f"{path}: the browser says {line}")
    return {
        "milliseconds": round(took * 1000),
        "bytes": len(response.body()),
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
        "heading": page.locator("h1").first.inner_text(),
    }


def walk(page, findings):
    """Reaches the first link of the content by keys alone, and moves in the grid."""
    page.goto(page.root)
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.className") != "skip":
        findings.append("keys: the first stop is not the link to the content")
    page.keyboard.press("Enter")
    if page.evaluate("location.hash") != "#main":
        findings.append("keys: the link to the content leads nowhere")
    cells = page.locator(".cell[tabindex='0']")
    if cells.count() == 0:
        return
    cells.first.focus()
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowDown")
    if page.evaluate("document.activeElement.getAttribute('aria-label')") == before:
        page.keyboard.press("ArrowRight")
    if page.evaluate("document.activeElement.getAttribute('aria-label')") == before:
        findings.append("keys: arrows do not move in the grid")
    if page.locator("#tip").is_hidden():
        findings.append("keys: what a cell says is not shown where it has the focus")
    page.keyboard.press("Enter")
    try:
        page.wait_for_url("**/?*", timeout=5000)
    except Exception:
        findings.append("keys: Enter opens nothing")


def follow(page, load, findings):
    """Follows a load until its page says that it has ended, without loading the page again."""
    page.goto(f"{page.root}loads/{load}")
    page.evaluate("window.kept = true")
    seen = set()
    print("ready", file=sys.stderr, flush=True)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        seen.add(page.locator("#figures").inner_text())
        if page.locator("#live").is_visible() and "ended" in page.locator("#live").inner_text():
            break
        page.wait_for_timeout(200)
    else:
        findings.append("live: the page does not say that the load has ended")
    if len(seen) < 2:
        findings.append("live: the figures never changed")
    if not page.evaluate("window.kept === true"):
        findings.append("live: the page was loaded again")
    return {"changes": len(seen), "standing": page.locator("h1").inner_text()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--live", type=int)
    parser.add_argument("--token", help="enters by the form, instead of by the address")
    parser.add_argument("--shots")
    arguments = parser.parse_args()
    root = arguments.url.split("?")[0]
    findings, pages, told = [], {}, {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        entry = context.new_page()
        entry.goto(arguments.url)
        if arguments.token:
            entry.fill("#token", arguments.token)
            entry.click("button[type=submit]")
        if arguments.live:
            page = context.new_page()
            page.root = root
            told["live"] = follow(page, arguments.live, findings)
        if arguments.path:
            page, said = context.new_page(), []
            page.root, page.shots = root, arguments.shots
            page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: said.append(str(error)))
            for path in arguments.path:
                pages[path] = look(page, path, findings, said)
            walk(page, findings)
        browser.close()
    print(json.dumps({"findings": findings, "pages": pages, **told}, indent=1))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
