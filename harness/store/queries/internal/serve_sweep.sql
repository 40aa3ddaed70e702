-- One sweep: its progress and its file.
SELECT s.sweep, sweeps.title, s.trials, s.done, s.running, sweeps.path, sweeps.text AS _text
FROM status AS s JOIN sweeps ON sweeps.name = s.sweep WHERE s.sweep = :sweep;
