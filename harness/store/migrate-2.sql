-- migrate-2.sql - from schema 2 to schema 3: attempts can be taken back, results know their test images; weights, robustness,
-- model files, latencies, tags and notes are new.
ALTER TABLE attempts RENAME TO old_attempts;
DROP INDEX attempts_running;
DROP INDEX attempts_trial;
DROP INDEX attempts_ended_badly;
CREATE TABLE attempts (
	-- One execution of a trial. Attempts are never overwritten: running again adds a row.
	id INTEGER PRIMARY KEY,        -- number within this database; a later attempt has a higher one
	trial INTEGER NOT NULL REFERENCES trials (id), -- what was run
	sweep INTEGER REFERENCES sweeps (id) ON DELETE SET NULL, -- for which sweep it was started
	environment INTEGER NOT NULL REFERENCES environments (id), -- with which program, where
	state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'diverged', 'timeout', 'interrupted')), -- how it stands, or how it ended
	host TEXT NOT NULL,            -- lease: the machine whose process does it (a digest: no names of machines are kept)
	boot TEXT NOT NULL,            -- lease: that machine's boot id
	pid INTEGER NOT NULL,          -- lease: the process
	pid_start INTEGER NOT NULL,    -- lease: when the process started (ticks since boot), as process ids are used again
	heartbeat TEXT NOT NULL,       -- lease: when it last gave a sign of life
	started_at TEXT NOT NULL,      -- when it began
	finished_at TEXT,              -- when it ended; NULL while it runs
	seconds REAL,                  -- wall time
	cpu_seconds REAL,              -- CPU time of the worker process
	peak_bytes INTEGER,            -- largest resident memory of the worker process
	core_version INTEGER,          -- of the training core: changes only when results change
	kernels TEXT,                  -- the core's kernel variant: plain, avx2, avx512, neon
	data_digest TEXT,              -- of the decoded data set
	data_variant TEXT,             -- canonical, or the name of a known variant of the data set
	weights_digest TEXT,           -- of the final weights
	error TEXT,                    -- what went wrong; NULL when nothing did
	deleted_at TEXT,               -- when a person took it back (retrial delete): no view shows it, gc removes it; NULL: it counts
	CHECK ((state = 'running') = (finished_at IS NULL)),
	CHECK (state <> 'done' OR (core_version IS NOT NULL AND data_digest IS NOT NULL AND weights_digest IS NOT NULL))
) STRICT;
INSERT INTO attempts (id, trial, sweep, environment, state, host, boot, pid, pid_start, heartbeat, started_at, finished_at, seconds,
	cpu_seconds, peak_bytes, core_version, kernels, data_digest, data_variant, weights_digest, error)
	SELECT id, trial, sweep, environment, state, host, boot, pid, pid_start, heartbeat, started_at, finished_at, seconds,
	cpu_seconds, peak_bytes, core_version, kernels, data_digest, data_variant, weights_digest, error
	FROM old_attempts;
DROP TABLE old_attempts;
CREATE UNIQUE INDEX attempts_running ON attempts (trial) WHERE state = 'running';
CREATE INDEX attempts_trial ON attempts (trial, state, id);
CREATE INDEX attempts_ended_badly ON attempts (id) WHERE state NOT IN ('done', 'running');

ALTER TABLE results RENAME TO old_results;
CREATE TABLE results (
	-- What a done attempt comes to: written once, when it ends, from its last phase. Means are over folds and outputs.
	attempt INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	last_phase INTEGER NOT NULL,   -- position of the phase that the means are of
	test_count INTEGER NOT NULL,   -- test images that each accuracy is of
	test_accuracy REAL,            -- mean over folds and outputs
	test_accuracy_1 REAL,          -- of the first output, mean over folds
	test_accuracy_2 REAL,          -- of the second output; NULL when there is one
	val_accuracy REAL,             -- on the validation images
	test_loss REAL,                -- on the test images
	val_loss REAL,                 -- on the validation images
	epochs INTEGER NOT NULL,       -- trained in all phases and folds
	params INTEGER NOT NULL,       -- parameters of the final network
	weight_bytes INTEGER NOT NULL, -- parameters as 32-bit floats
	optimizer_bytes INTEGER NOT NULL, -- state of the last phase's optimizer
	macs INTEGER,                  -- multiply-accumulates of the final network for one image
	activation_bytes INTEGER,      -- memory of its largest two neighbouring layers for one image, 32-bit floats
	nonfinite TEXT                 -- which of these numbers are NaN or infinite (see the top)
) STRICT;
INSERT INTO results (attempt, last_phase, test_accuracy, test_accuracy_1, test_accuracy_2, val_accuracy, test_loss, val_loss, epochs,
	params, weight_bytes, optimizer_bytes, nonfinite, test_count)
	SELECT attempt, last_phase, test_accuracy, test_accuracy_1, test_accuracy_2, val_accuracy, test_loss, val_loss, epochs,
	params, weight_bytes, optimizer_bytes, nonfinite,
		coalesce((SELECT p.count FROM predictions AS p WHERE p.attempt = r.attempt AND p.phase = r.last_phase LIMIT 1), 0)
	FROM old_results AS r;
DROP TABLE old_results;

CREATE TABLE weights (
	-- The trained weights that the last phase leaves behind, a row a fold: what is exported, and evaluated again.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	bytes BLOB NOT NULL,           -- the parameter tensors one after the other, 32-bit little-endian floats; their digest is phase_results.weights_digest
	PRIMARY KEY (attempt, phase, fold),
	FOREIGN KEY (attempt, phase, fold) REFERENCES phase_results (attempt, phase, fold) ON DELETE CASCADE
) STRICT;

CREATE TABLE robustness (
	-- How good kept weights are on test images that were changed, a row a change, strength and output; "none" and 0 are the images as they are.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	output INTEGER NOT NULL,       -- of the network
	change TEXT NOT NULL,          -- rotation, translation, zoom, shear, brightness, contrast, noise; none
	strength REAL NOT NULL,        -- in the unit of the change (degrees, fraction of the side ...: retrial help robustness)
	count INTEGER NOT NULL,        -- test images
	test_accuracy REAL NOT NULL,   -- on the changed test images
	PRIMARY KEY (attempt, phase, fold, output, change, strength),
	FOREIGN KEY (attempt, phase, fold, output) REFERENCES scores (attempt, phase, fold, output) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE model_files (
	-- A file of a trial's trained network, as `retrial export` wrote it.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	format TEXT NOT NULL,          -- safetensors, npz, onnx, int8, c
	bytes INTEGER NOT NULL,        -- size of the file (of c: of the constants in the program)
	digest TEXT NOT NULL,          -- of the file's content
	test_accuracy REAL,            -- of the file's network on the test images; NULL: not evaluated
	PRIMARY KEY (attempt, fold, format)
) STRICT, WITHOUT ROWID;

CREATE TABLE latencies (
	-- How fast a trained network answers, measured on one machine: a row a measurement, never overwritten.
	id INTEGER PRIMARY KEY,        -- number within this database
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	environment INTEGER NOT NULL REFERENCES environments (id), -- with which program, where
	measured_at TEXT NOT NULL,     -- when
	kernels TEXT NOT NULL,         -- the core's kernel variant
	number_format TEXT NOT NULL CHECK (number_format IN ('fp32', 'int8')), -- of the weights and activations
	batch INTEGER NOT NULL CHECK (batch > 0), -- images a call
	samples INTEGER NOT NULL,      -- calls measured
	p50 REAL NOT NULL,             -- seconds a call: the median
	p90 REAL NOT NULL,             -- likewise, 90 % are faster
	p99 REAL NOT NULL,             -- likewise, 99 % are faster
	least REAL NOT NULL,           -- the fastest call
	images_per_second REAL NOT NULL, -- over all calls
	noise REAL,                    -- A/A: how far the medians of two interleaved halves of the same differ, a fraction of p50
	load REAL,                     -- load average of the machine when it began
	mhz REAL,                      -- CPU frequency then, as far as the machine tells
	histogram TEXT NOT NULL        -- the samples: [[seconds, count], ...] as JSON, bins 1 % wide
) STRICT;
CREATE INDEX latencies_attempt ON latencies (attempt);

CREATE TABLE tags (
	-- A word that a person gave to a trial.
	trial INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE, -- the trial
	tag TEXT NOT NULL,             -- the word
	PRIMARY KEY (trial, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag);

CREATE TABLE notes (
	-- What a person wrote about a trial.
	id INTEGER PRIMARY KEY,        -- number within this database
	trial INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE, -- the trial
	written_at TEXT NOT NULL,      -- when
	text TEXT NOT NULL             -- what
) STRICT;
CREATE INDEX notes_trial ON notes (trial);
