"""serve.py RETRIAL FOLDER - drive the live page in Chromium while a run writes. Prints TAP."""

import concurrent.futures
import http.client
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

RETRIAL, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
SWEEP = """
retrial: 1
name: %s
title: "<script>document.body.id = 'ran'</script> rates"
seeds: 2
base: {dataset: synthetic, validation: 500, train_limit: %d, test_limit: 500, recipe: short}
recipes:
  short: [{phase: single, epochs: %d}]
axes:
  single.lr: [1e-4, 1e-3, 1e-2]
tables: [{id: main, title: Main, rows: [single.lr], metrics: [test_accuracy]}]
"""
number = 0


def check(good, sentence, detail=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {sentence}", flush=True)
    if not good and detail:
        print("# " + str(detail).replace("\n", "\n# "), flush=True)


def run(name, images, epochs, wait):
    file = FOLDER / f"{name}.yaml"
    file.write_text(SWEEP % (name, images, epochs))
    process = subprocess.Popen([RETRIAL, "run", file, "--db", DB, "-q", "-j", "1"])
    if wait:
        assert process.wait() == 0
    return process


def points(page):
    """How many points the first curve has."""
    path = page.locator("figure.chart path.line").first
    return len(re.findall("[ML]", path.get_attribute("d"))) if path.count() else 0


def fits(page):
    """Nothing is wider than the window but what scrolls by itself."""
    return page.evaluate(
        """() => [document.documentElement.scrollWidth > innerWidth ? ['the page'] : [],
        [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
            && !e.closest('.wide, pre, .hidden')).map(e => e.outerHTML.slice(0, 80))].flat()"""
    )


def hidden_scrolls(page):
    """What scrolls sideways and has no scroll bar."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.wide, pre, figure')].filter(e => e.scrollWidth > e.clientWidth
            && e.offsetHeight - e.clientHeight < 4 && getComputedStyle(e).overflowX !== 'visible').map(e => e.outerHTML.slice(0, 80))"""
    )


DB = FOLDER / "live.db"
run("first", 300, 2, True)
server = subprocess.Popen([RETRIAL, "serve", "--db", DB, "--port", "0"], stdout=subprocess.PIPE, text=True)
url = server.stdout.readline().strip().rstrip("/")
db = sqlite3.connect(f"file:{DB}?mode=ro", uri=True)
try:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"],
                                             ignore_default_args=["--hide-scrollbars"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        asked, complaints = set(), []
        context.on("request", lambda r: asked.add(r.url.split("/")[2] if "//" in r.url else r.url[:5]))
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))

        page.goto(url + "/runs")
        page.get_by_role("link", name="test_accuracy").click()
        page.get_by_role("link", name=re.compile("^test_accuracy")).click()
        shown = [a.split("id=")[1] for a in page.locator("tbody th a").evaluate_all("l => l.map(a => a.getAttribute('href'))")]
        wanted = [r[0] for r in db.execute("SELECT trial FROM runs ORDER BY test_accuracy DESC, position")]
        check(shown == wanted, "two clicks on a heading sort as SQL does, the largest first", (shown, wanted))
        page.get_by_label("Conditions").fill("single.lr>=1e-3")
        page.get_by_role("button", name="Show").click()
        count = db.execute("SELECT count(*) FROM runs WHERE json_extract(labels, '$.\"single.lr\"') + 0 >= 1e-3").fetchone()[0]
        check(page.locator("tbody tr").count() == count, "a condition leaves the rows that SQL finds")
        for box in page.get_by_role("checkbox").all()[:2]:
            box.check()
        page.get_by_role("button", name="Compare two").click()
        check(page.locator("h1").inner_text() == "Two trials side by side", "two ticked trials are compared")

        process = run("second", 4000, 40, False)
        page.goto(url + "/")
        page.get_by_role("link", name="second", exact=True).first.wait_for(timeout=20000)
        check(True, "a sweep appears on the open page as soon as it begins")
        trial = None
        for _ in range(100):
            row = db.execute("SELECT trial FROM runs WHERE sweep = 'second' AND state = 'running'").fetchone()
            if row:
                trial = row[0]
                break
            time.sleep(0.1)
        page.goto(f"{url}/trial?id={trial}")
        page.wait_for_selector("figure.chart path.line", timeout=20000)
        page.locator("details").last.evaluate("d => { d.open = true; }")
        before = points(page)
        page.wait_for_function(
            "n => (document.querySelector('figure.chart path.line').getAttribute('d').match(/[ML]/g) || []).length > n",
            arg=before, timeout=20000)
        check(points(page) > before, "the curve of a running trial grows on the open page")
        check(page.locator("details").last.evaluate("d => d.open"), "what was unfolded stays so")
        process.terminate()
        process.wait()

        quiet = browser.new_context(java_script_enabled=False)
        still = quiet.new_page()
        still.goto(f"{url}/trial?id={trial}")
        check(points(still) >= before, "without scripts the page can be read")
        quiet.close()

        trials = "&".join(f"trial={t}" for t in wanted)
        addresses = ["/", "/runs", f"/curves?{trials}", f"/trial?id={wanted[0]}", "/sweep?name=first",
                     f"/compare?trial={wanted[0]}&trial={wanted[1]}", "/nothing"]
        for width in (400, 1280):
            for scheme in ("light", "dark"):
                view = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                view.on("request", lambda r: asked.add(r.url.split("/")[2] if "//" in r.url else r.url[:5]))
                one = view.new_page()
                wrong = []
                for address in addresses:
                    one.goto(url + address)
                    wrong += [f"{address}: {w}" for w in fits(one)]
                    wrong += [f"{address}: scrolls unseen: {w}" for w in hidden_scrolls(one)]
                    found = Axe().run(one).response["violations"]
                    wrong += [f"{address}: {v['id']}: {v['nodes'][0]['html'][:100]}" for v in found]
                check(not wrong, f"{width} pixels, {scheme}: nothing overflows, axe-core finds nothing", "\n".join(wrong))
                view.close()
        page.goto(url + "/sweep?name=first")
        check(page.evaluate("document.body.id") == "", "a script in a title is text")
        expected = [c for c in complaints if "404" not in c]
        check(not expected, "the browser complains of nothing", expected)
        check(asked <= {url.split("/")[2], "data:"}, "nothing is asked of anybody else", asked)
        browser.close()

    # ---- many readers ----
    host = url.split("/")[2]
    process = run("third", 2000, 30, False)
    # LOAD_SECONDS: for longer, by hand.
    end, bad = time.time() + float(os.environ.get("LOAD_SECONDS", "10")), []

    def read(i):
        done = 0
        while time.time() < end:
            try:
                connection = http.client.HTTPConnection(host, timeout=30)
                connection.request("GET", ["/", "/runs", "/events", f"/trial?id={wanted[0]}"][(i + done) % 4])
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    bad.append(answer.status)
                connection.close()
                done += 1
            except OSError as error:
                bad.append(repr(error))
        return done

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        total = sum(pool.map(read, range(200)))
    check(process.wait() == 0 and not bad, f"200 readers while a run writes: {total} answers, no error", bad[:5])
    done = db.execute("SELECT done, trials FROM status WHERE sweep = 'third'").fetchone()
    check(done[0] == done[1] == 6, "the run lost nothing", done)
finally:
    server.terminate()
check(server.wait() == 0, "the server ends well")
print(f"1..{number}")
