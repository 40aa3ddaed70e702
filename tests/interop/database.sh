#!/bin/sh
# database.sh - the results database in the hands of others: pandas reads every view, Datasette serves its pages. Prints TAP.
# INTEROP_VENV is a virtual environment with them (tests/interop.sh makes it).
. tests/tap.sh
db=$SCRATCH/smoke.db
"$RETRIAL" run experiments/smoke.yaml --db "$db" >/dev/null 2>"$SCRATCH/out"
trial=$("$RETRIAL" query "SELECT trial FROM accuracy WHERE recipe = 'smoke-notebook' LIMIT 1" --db "$db" --format csv | tail -n 1)
"$RETRIAL" latency "$trial" --db "$db" --seconds 1 --batch 1 >/dev/null 2>>"$SCRATCH/out"
check $? "a small sweep is run, and a network measured"

"$INTEROP_VENV/bin/python" - "$db" "$RETRIAL" >"$SCRATCH/out" 2>&1 <<'END'
import io, sqlite3, subprocess, sys
import pandas as pd
path, retrial = sys.argv[1:]
db = sqlite3.connect("file:" + path + "?mode=ro", uri=True)
views = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
assert len(views) >= 10, views
for view in views:
    frame = pd.read_sql(f"SELECT * FROM {view}", db)
    expected = db.execute(f"SELECT count(*) FROM {view}").fetchone()[0]
    assert len(frame) == expected, (view, len(frame), expected)
    if view in ("failures", "claims", "claim_trials", "measurements", "series"):
        continue
    assert len(frame) > 0, view
accuracy = pd.read_sql("SELECT * FROM accuracy", db)
assert accuracy["test_accuracy"].dtype == "float64" and accuracy["seed"].dtype == "int64"
by_recipe = accuracy.groupby("recipe")["test_accuracy"].agg(["count", "mean", "std"])
assert (by_recipe["count"] == 2).all()
csv = subprocess.run([retrial, "query", "accuracy", "--db", path, "--format", "csv"], check=True, capture_output=True, text=True).stdout
again = pd.read_csv(io.StringIO(csv), float_precision="round_trip").set_index("trial").sort_index()
same = accuracy.set_index("trial").sort_index()
assert (again["test_loss"] == same["test_loss"]).all(), "reals are not the same after CSV"
jsonl = subprocess.run([retrial, "query", "accuracy", "--db", path, "--format", "jsonl"], check=True, capture_output=True, text=True).stdout
lines = pd.read_json(io.StringIO(jsonl), lines=True, precise_float=True).set_index("trial").sort_index()
assert (lines["seed"] == same["seed"]).all() and ((lines["test_loss"] - same["test_loss"]).abs() < 1e-15).all()
wide = pd.read_sql("SELECT * FROM wide_smoke", db).set_index("trial")
assert len(wide) == db.execute("SELECT count(*) FROM runs").fetchone()[0]
assert wide["batch_size"].dtype == "int64" and (wide["batch_size"] == 32).all()
notebook = wide[wide["recipe"] == "smoke-notebook"]
assert notebook["dual.lr"].dtype == "float64" and (notebook["dual.lr"] == 1e-3).all()
assert notebook["dual.beta2"].dtype == "float64" and (notebook["dual.beta2"] == 0.999).all(), "a default"
assert (notebook["unfreeze.epochs"] == 2).all() and wide["unfreeze.epochs"].isna().any(), "only where the recipe has the phase"
assert (wide["dual.optimizer"].dropna() == "nadam").all()
assert (wide["test_accuracy"] - accuracy.set_index("trial")["test_accuracy"]).abs().max() == 0
tidy = pd.read_sql("SELECT * FROM parameters WHERE number IS NOT NULL", db).pivot(index="trial", columns="name", values="number")
assert ((tidy["dual.lr"] - wide["dual.lr"]).abs().max() == 0) and len(tidy) == len(wide)
END
check $? "pandas reads every view, and CSV and JSON Lines give it the same numbers"

"$INTEROP_VENV/bin/datasette" serve -i "$db" --port 0 --uds "$SCRATCH/socket" >"$SCRATCH/out" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
tries=0
while [ ! -S "$SCRATCH/socket" ] && [ $tries -lt 100 ]; do sleep 0.2; tries=$((tries + 1)); done
"$INTEROP_VENV/bin/python" - "$SCRATCH/socket" "$db" >"$SCRATCH/out" 2>&1 <<'END'
import json, sqlite3, sys
import httpx
client = httpx.Client(transport=httpx.HTTPTransport(uds=sys.argv[1]), base_url="http://localhost", timeout=60)
assert client.get("/smoke").status_code == 200
names = [row[0] for row in sqlite3.connect(sys.argv[2]).execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
for name in names:
    page = client.get(f"/smoke/{name}")
    assert page.status_code == 200, (name, page.status_code, page.text[-500:])
rows = client.get("/smoke/accuracy.json?_shape=array&recipe=smoke-single").json()
assert len(rows) == 2 and rows[0]["params"] == 6930, rows
foreign = client.get("/smoke/attempts").text
assert "/smoke/trials/" in foreign, "foreign keys are not links"
wide = client.get("/smoke/wide_smoke.json?_shape=array&dual.lr=0.001&_sort=position").json()
assert wide and all(row["batch_size"] == 32 and row["dual.epochs"] >= 1 for row in wide), wide[:1]
END
check $? "Datasette serves a page for every table and view, and follows foreign keys"

wide="R reads the wide view with typed columns"
if Rscript -e 'library(RSQLite)' >/dev/null 2>&1; then
	Rscript - "$db" >"$SCRATCH/out" 2>&1 <<'END'
db <- DBI::dbConnect(RSQLite::SQLite(), commandArgs(TRUE)[1], flags = RSQLite::SQLITE_RO)
wide <- DBI::dbReadTable(db, "wide_smoke", check.names = FALSE)
stopifnot(is.integer(wide$batch_size), wide$batch_size == 32L, is.numeric(wide[["dual.lr"]]), is.numeric(wide$test_accuracy),
	is.character(wide[["dual.optimizer"]]), nrow(wide) == DBI::dbGetQuery(db, "SELECT count(*) AS n FROM runs")$n)
means <- aggregate(test_accuracy ~ recipe + batch_size, wide, mean)
stopifnot(nrow(means) == length(unique(wide$recipe)))
END
	check $? "$wide"
else
	skip "$wide" "no R with RSQLite (Debian: r-cran-rsqlite)"
fi

finish
