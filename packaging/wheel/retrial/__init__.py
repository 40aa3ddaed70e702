"""Read results of Retrial (https://arxiv.org/abs/2501.15547 is its first study) into pandas.

    import retrial
    results = retrial.read("results/retrial.db")
    results.accuracy.groupby("recipe").test_accuracy.agg(["mean", "std", "count"])

The program itself is the command `retrial`, which this package installs; it needs no Python.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

__all__ = ["read", "Results"]


class Results:
    """The views of a results database as pandas frames, read when they are first asked for.

    Every view of the database's reference (SCHEMA.md) is an attribute: accuracy, epochs, phases,
    models, latency ... `trials` has one row for each planned trial: its labels, and every
    parameter as it was resolved, in typed columns. Numbers are numbers and truth values are
    booleans; nested parameters have dotted names (augment.zoom, dual.lr). A parameter of a program
    that is called trial, sweep, state or seed is state_2 ..., as in the views wide_NAME.
    """

    def __init__(self, path):
        self._path = Path(path)
        if not self._path.is_file():
            raise FileNotFoundError(f"{self._path}: no database; retrial run SWEEP.yaml makes one")
        with closing(self._connect()) as db:
            names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
            self._views = [row[0] for row in names]
        if not self._views:
            raise ValueError(f"{self._path}: not a results database of retrial")
        self._frames = {}

    def _connect(self):
        return sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)

    def views(self):
        """Names of what can be read."""
        return ["trials", *self._views]

    def sql(self, text, parameters=()):
        """The answer to any SELECT, as a frame."""
        import pandas

        with closing(self._connect()) as db:
            return pandas.read_sql_query(text, db, params=parameters)

    def _trials(self):
        import pandas

        with closing(self._connect()) as db:
            planned = db.execute(
                "SELECT trial, sweep, seed, state, labels FROM runs ORDER BY sweep, position"
            ).fetchall()
            parameters, is_truth = {}, {}
            truth = {"true": True, "false": False}
            for trial, name, number, text in db.execute("SELECT * FROM parameters"):
                parameters.setdefault(trial, {})[name] = text if number is None else number
                is_truth[name] = is_truth.get(name, True) and number is None and text in truth
        table = []
        for trial, sweep, seed, state, labels in planned:
            row = {"trial": trial, "sweep": sweep, "state": state, "seed": seed}
            own = set(row)
            typed = {
                name: truth[value] if is_truth[name] else value
                for name, value in parameters.get(trial, {}).items()
                if name != "seed"
            }
            for name, value in {**json.loads(labels or "{}"), **typed}.items():
                row[f"{name}_2" if name in own else name] = value
            table.append(row)
        return pandas.DataFrame(table).convert_dtypes(convert_string=False, convert_integer=False)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._frames:
            if name == "trials":
                self._frames[name] = self._trials()
            elif name in self._views:
                self._frames[name] = self.sql(f'SELECT * FROM "{name}"')
            else:
                raise AttributeError(f"no view {name!r}; there are: {', '.join(self.views())}")
        return self._frames[name]

    def __dir__(self):
        return [*super().__dir__(), *self.views()]

    def __repr__(self):
        return f"<retrial results of {self._path}: {', '.join(self.views())}>"


def read(path="results/retrial.db"):
    """The results in a database, as pandas frames: read(path).accuracy, .trials, .sql(...)."""
    return Results(path)
