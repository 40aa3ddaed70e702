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

import cv2
import numpy
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
# A program's sweep, with hostile names wherever a file may have one.
PROGRAM = """
retrial: 1
name: program
title: "<script>document.body.id = 'ran'</script> \\"quoted\\" & 'so'"
seeds: 2
program: {command: [sh, -c, 'echo "<img src=x onerror=alert(1)>"; for i in 1 2 3 4; do echo "{{\\"step\\": $i, \\"loss\\": {size}.$i}}"; done >>"$RETRIAL_OUT"', "{seed}"]}
parameters: {size: {type: integer}}
metrics: {loss: {better: lower, series: step}}
axes: {size: [1, 10, 100]}
"""
# Names that are longer than the room in a table or between two axes.
LONG = """
retrial: 1
name: long
title: Learning rate, weight decay and the schedule of a small network on synthetic images, with every other value held
seeds: 1
program: {command: [sh, -c, 'echo "{{\\"error_of_the_validation_set\\": 0.{size}}}" >>"$RETRIAL_OUT"', "{decay_of_the_first_layer}", "{decay_of_the_second_layer}", "{schedule}", "{seed}"]}
parameters: {size: {type: integer}, decay_of_the_first_layer: {type: real}, decay_of_the_second_layer: {type: real}, schedule: {type: text}}
metrics: {error_of_the_validation_set: {better: lower}}
axes:
  size: [1, 2, 4]
  decay_of_the_first_layer: [0.0001, 0.0005]
  decay_of_the_second_layer: [0.001, 0.002]
  schedule: [cosine-with-warm-restarts, cosine-with-cold-restarts, photometric-and-geometric]
"""
# Images that are no squares, in classes with hostile names.
OWN = """
retrial: 1
name: own
seeds: 2
base: {dataset: own, validation: 20, recipe: short}
recipes:
  short: [{phase: single, epochs: 1}]
axes: {batch_size: [8, 16]}
tables: [{id: main, title: "<b>Main</b>", rows: [batch_size], metrics: [test_accuracy]}]
figures:
  - {id: wrong, kind: misclassified, where: {batch_size: 8}}
  - {id: classes, kind: confusion, series: batch_size}
"""
CLASSES = ["<script>document.body.id='ran'<b>", "a \"quoted\" class & 'more'",
           "leaf of the common horse-chestnut (Aesculus hippocastanum)"]
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
            && !e.closest('.wide, pre, .hidden, figure[tabindex]')).map(e => e.outerHTML.slice(0, 80))].flat()"""
    )


def hidden_scrolls(page):
    """What scrolls sideways and has no scroll bar."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.wide, pre, figure')].filter(e => e.scrollWidth > e.clientWidth
            && e.offsetHeight - e.clientHeight < 4 && getComputedStyle(e).overflowX !== 'visible').map(e => e.outerHTML.slice(0, 80))"""
    )


def overlaps(page):
    """Texts of a chart that cover each other or reach over its edge, and columns of sweeps out of sight."""
    return page.evaluate(
        """() => [...document.querySelectorAll('figure.chart svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
        return texts.flatMap(([text, r], i) => [
            r.left < frame.left - 1 || r.right > frame.right + 1 ? ['cut off: ' + text] : [],
            texts.slice(i + 1).filter(([, o]) => Math.min(r.right, o.right) - Math.max(r.left, o.left) > 1
                && Math.min(r.bottom, o.bottom) - Math.max(r.top, o.top) > 4).map(([other]) => text + ' | ' + other)].flat()); })
        .concat([...document.querySelectorAll('.wide:has(table.stack)')].filter(e => location.pathname === '/' && e.scrollWidth > e.clientWidth).map(() => 'the table of sweeps scrolls'))"""
    )


def run_text(name, text):
    file = FOLDER / f"{name}.yaml"
    file.write_text(text)
    assert subprocess.run([RETRIAL, "run", file, "--db", DB, "-q"], check=False).returncode == 0


def import_own():
    """A data set of noise in folders of PNG files: 120 training and 60 test images of 12 x 24 pixels."""
    noise = numpy.random.default_rng(1)
    for part, count in (("train", 120), ("test", 60)):
        for i in range(count):
            folder = FOLDER / "pictures" / part / CLASSES[i % 3]
            folder.mkdir(parents=True, exist_ok=True)
            image = cv2.imencode(".png", noise.integers(0, 256, (12, 24), dtype=numpy.uint8))[1]
            (folder / f"{i:03}.png").write_bytes(image.tobytes())
    subprocess.run([RETRIAL, "data", "import", "own", FOLDER / "pictures"], check=True, stdout=subprocess.DEVNULL)


DB = FOLDER / "live.db"
os.environ["XDG_DATA_HOME"] = str(FOLDER / "data")
run("first", 300, 2, True)
run_text("program", PROGRAM)
import_own()
run_text("own", OWN)
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
        page.get_by_label("Conditions").fill("single.lr>=1e-3 sweep=first")
        page.get_by_role("button", name="Show").click()
        count = db.execute("SELECT count(*) FROM runs WHERE sweep = 'first' AND json_extract(labels, '$.\"single.lr\"') + 0 >= 1e-3").fetchone()[0]
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

        run_text("long", LONG)
        trials = "&".join(f"trial={t}" for t in wanted)
        of_sweep = {r[1]: r[0] for r in db.execute("SELECT trial, sweep FROM runs ORDER BY position DESC")}
        subprocess.run([RETRIAL, "tag", "<b>\"tag\"</b>", of_sweep["own"], "--db", DB], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([RETRIAL, "note", of_sweep["own"], "<img src=x onerror=alert(1)> \\u001b 'note'", "--db", DB],
                       check=True, stdout=subprocess.DEVNULL)
        addresses = ["/", "/runs", f"/curves?{trials}", f"/trial?id={wanted[0]}", "/sweep?name=first",
                     f"/compare?trial={wanted[0]}&trial={wanted[1]}", "/nothing",
                     "/sweep?name=program", "/sweep?name=long", f"/trial?id={of_sweep['program']}",
                     "/sweep?name=own", f"/trial?id={of_sweep['own']}", "/report?sweep=own"]
        for width in (400, 1280):
            for scheme in ("light", "dark"):
                view = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                view.on("request", lambda r: asked.add(r.url.split("/")[2] if "//" in r.url else r.url[:5]))
                one = view.new_page()
                wrong = []
                for address in addresses:
                    one.goto(url + address)
                    wrong += [f"{address}: {w}" for w in fits(one)]
                    wrong += [f"{address}: {w}" for w in overlaps(one)]
                    wrong += [f"{address}: scrolls unseen: {w}" for w in hidden_scrolls(one)]
                    found = Axe().run(one).response["violations"]
                    wrong += [f"{address}: {v['id']}: {v['nodes'][0]['html'][:100]}" for v in found]
                check(not wrong, f"{width} pixels, {scheme}: nothing overflows, axe-core finds nothing", "\n".join(wrong))
                view.close()
        page.goto(url + "/sweep?name=program")
        check(page.get_by_label("Metric").input_value() == "loss" and page.locator("figure.chart path.line").count() > 0,
              "a program's sweep is drawn by the metric that it declares")
        axis = page.locator("figure.chart").first.locator("text").all_text_contents()
        check({"1", "10", "100"} <= set(axis), "its geometric axis is labelled with the sweep's values", axis)
        page.goto(f"{url}/trial?id={of_sweep['program']}")
        check("<img src=x onerror=alert(1)>" in page.locator("pre.log").inner_text(), "what a program printed is text")
        page.goto(f"{url}/trial?id={of_sweep['own']}")
        picture = page.locator(".pictures img").first
        sizes = picture.evaluate("i => [i.complete, i.naturalWidth, i.naturalHeight, i.width, i.height]")
        check(sizes == [True, 24, 12, 64, 32], "own images have their own aspect", sizes)
        texts = page.locator("main").inner_text()
        check(all(name in texts for name in CLASSES) and "'note'" in texts and '<b>"tag"</b>' in texts,
              "class names, tags and notes are text", texts[:2000])
        bodies = []
        for address in addresses:
            page.goto(url + address)
            bodies.append((address, page.evaluate("document.body.id"), page.evaluate("document.querySelectorAll('script:not([src])').length")))
        check(all(b[1:] == ("", 0) for b in bodies), "no script in a title, class name, tag or note runs", bodies)
        expected = [c for c in complaints if "404" not in c]
        check(not expected, "the browser complains of nothing", expected)
        check(asked <= {url.split("/")[2], "data:"}, "nothing is asked of anybody else", asked)
        browser.close()

    # ---- many readers, for as long as a run writes and longer than 30 seconds ----
    host = url.split("/")[2]
    process = run("third", 2000, 100, False)
    seconds = float(os.environ.get("LOAD_SECONDS", "30"))
    begun = time.time()
    bad = []

    def reading():
        return time.time() < begun + seconds

    def read(i):
        done = 0
        while reading():
            try:
                connection = http.client.HTTPConnection(host, timeout=60)
                connection.request("GET", ["/", "/runs", "/events", f"/trial?id={wanted[0]}"][(i + done) % 4])
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or not body:
                    bad.append((answer.status, len(body)))
                connection.close()
                done += 1
            except OSError as error:
                bad.append(repr(error))
        return done

    written = []
    with concurrent.futures.ThreadPoolExecutor(201) as pool:
        counts = [pool.submit(read, i) for i in range(200)]
        while reading():
            written.append(db.execute("SELECT count(*) FROM metrics").fetchone()[0])
            time.sleep(1)
        working = process.poll() is None
        total = sum(c.result() for c in counts)
    check(not bad and min(c.result() for c in counts) > 0, f"200 readers for {seconds:.0f} seconds: {total} answers, no error", bad[:5])
    check(working and written[-1] > written[0], "a run wrote all the time", written)
    check(process.wait() == 0, "the run ends well")
    done = db.execute("SELECT done, trials FROM status WHERE sweep = 'third'").fetchone()
    epochs = db.execute("SELECT r.trial, count(*), max(m.epoch) + 1 FROM runs AS r JOIN metrics AS m ON m.attempt = r.attempt"
                        " WHERE r.sweep = 'third' GROUP BY 1").fetchall()
    check(done[0] == done[1] == 6 and [e[1:] for e in epochs] == [(100, 100)] * 6, "no write was lost: all epochs of all trials are there",
          (done, epochs))
finally:
    server.terminate()
check(server.wait() == 0, "the server ends well")
print(f"1..{number}")
