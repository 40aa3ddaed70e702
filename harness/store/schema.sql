-- schema.sql - the tables of Retrial's results database, schema 6. Each fact is stored once; a comment says where a column repeats
-- or sums up another one to make queries fast. Query the views (views.sql) rather than the tables.
--
-- Every table, view and column is explained where it is declared, one comment per line. The reference SCHEMA.md is made from these
-- comments, and `sqlite3 FILE .schema` shows them. Tables may change with the schema's number (PRAGMA user_version; migrate-N.sql
-- has the steps from older ones). Views keep their names and columns.
--
-- Numbers that are not finite: SQLite turns a NaN into NULL. Therefore a table with measured numbers has a column `nonfinite`. It is
-- NULL when all numbers of the row are finite. Otherwise it is a JSON object that names each number that is not, such as
-- {"val_loss":"nan"}, with "nan", "inf" or "-inf". An infinity is also in its own column; a NaN is NULL there. A NULL that
-- `nonfinite` does not name was not measured.
--
-- Times of day are UTC, "2025-01-31T12:34:56.789Z". Durations are seconds of a monotonic clock.
-- For a trial that a program executes, core_version is 0, data_digest is the digest of its inputs (input_files), weights_digest is
-- the digest of its metrics (without times) and outputs, model is "program", and dataset is its parameter of that name, or empty.
-- Phases, folds, epochs and outputs count from 0; fold is -1 outside k-fold. Digests are SHA-256, 64 hexadecimal digits.

CREATE TABLE sweeps (
	-- A sweep file whose plan was frozen here; freezing the same name again replaces the plan, never results.
	id INTEGER PRIMARY KEY,        -- number within this database
	name TEXT NOT NULL UNIQUE,     -- the sweep's name, as its file gives it
	title TEXT NOT NULL,           -- one-line description
	path TEXT NOT NULL,            -- where the file was read
	digest TEXT NOT NULL,          -- of the file's bytes
	text TEXT NOT NULL,            -- the file itself, with its claims, tables and figures
	seeds INTEGER NOT NULL CHECK (seeds >= 0), -- replicates that the plan asks for
	frozen_at TEXT NOT NULL        -- when the plan was frozen
) STRICT;

CREATE TABLE trials (
	-- One configuration with one seed: the unit that is run, cached and compared.
	id INTEGER PRIMARY KEY,        -- number within this database
	identity TEXT NOT NULL UNIQUE CHECK (length(identity) = 64), -- digest of config: the trial's name everywhere
	configuration TEXT NOT NULL CHECK (length(configuration) = 64), -- identity with the seed left out (as 0): replicates share it
	dataset TEXT NOT NULL,         -- mnist, fashion-mnist, cifar10, synthetic
	model TEXT NOT NULL,           -- family of networks
	seed INTEGER NOT NULL,         -- of every random stream
	config TEXT NOT NULL CHECK (config GLOB '{*}') -- the canonical text: JSON, sorted keys, values that equal their default left out
) STRICT;
CREATE INDEX trials_configuration ON trials (configuration, seed);

CREATE TABLE configurations (
	-- The configuration that replicates share: a row for every value of trials.configuration.
	id INTEGER PRIMARY KEY,        -- number within this database
	digest TEXT NOT NULL UNIQUE    -- trials.configuration
) STRICT;

CREATE TABLE parameter_values (
	-- A parameter of a configuration, as resolved: what the sweep file says, or the default.
	configuration INTEGER NOT NULL REFERENCES configurations (id) ON DELETE CASCADE, -- whose
	name TEXT NOT NULL,            -- as in a sweep file: batch_size, augment.rotation, dual.lr
	number ANY CHECK (typeof(number) IN ('integer', 'real', 'null')), -- its value; NULL: it is no number
	text TEXT NOT NULL,            -- its value as text
	PRIMARY KEY (configuration, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE parameter_source (
	-- Which table of parameters (the program's) parameter_values was made with: one row.
	digest TEXT PRIMARY KEY        -- of that table; a program with another one adds the parameters that are new
) STRICT, WITHOUT ROWID;

CREATE TABLE plan (
	-- The frozen plan of a sweep: a row a trial, in the order of the file. A trial may have rows in several sweeps, and several rows in one sweep under different labels.
	sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE, -- whose plan
	position INTEGER NOT NULL,     -- position in the plan, from 0
	trial INTEGER NOT NULL REFERENCES trials (id), -- what is run
	recipe TEXT,                   -- the label of this name, repeated from labels
	augment TEXT,                  -- likewise
	labels TEXT NOT NULL,          -- all labels as a JSON object, repeated from labels
	skip TEXT,                     -- why it is not run ("data set cifar10 not found ..."); NULL: it is
	PRIMARY KEY (sweep, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_trial ON plan (trial);

CREATE TABLE labels (
	-- Names that the sweep file gives to a row of its plan ("recipe" = "paper-notebook"): what tables and figures group by. Not part of a trial's identity.
	sweep INTEGER NOT NULL,        -- the plan row's sweep
	position INTEGER NOT NULL,     -- the plan row's position
	name TEXT NOT NULL,            -- dataset, recipe, augment, or another axis of the sweep
	value TEXT NOT NULL,           -- what the axis says there
	PRIMARY KEY (sweep, position, name),
	FOREIGN KEY (sweep, position) REFERENCES plan (sweep, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_specs (
	-- A number that the paper prints, as the sweep file states it.
	sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE, -- whose claim
	claim TEXT NOT NULL,           -- C1, C2 ...
	position INTEGER NOT NULL,     -- position in the file, from 0
	title TEXT NOT NULL,           -- one-line description
	metric TEXT NOT NULL,          -- a column of the view accuracy
	paper REAL NOT NULL,           -- the paper's figure
	rounds_to INTEGER NOT NULL,    -- decimals that the paper prints; -1: exact
	compare INTEGER NOT NULL CHECK (compare IN (-1, 0, 1)), -- -1: at most, 0: equal within rounding, 1: at least
	PRIMARY KEY (sweep, claim)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_where (
	-- The trials that a claim is about: those whose labels equal all of its rows here.
	sweep INTEGER NOT NULL,        -- the claim's sweep
	claim TEXT NOT NULL,           -- the claim
	name TEXT NOT NULL,            -- a label's name
	value TEXT NOT NULL,           -- the value that it must have
	PRIMARY KEY (sweep, claim, name),
	FOREIGN KEY (sweep, claim) REFERENCES claim_specs (sweep, claim) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
	-- A program on a machine: one row for each different set of facts.
	id INTEGER PRIMARY KEY,        -- number within this database
	digest TEXT NOT NULL UNIQUE,   -- of the facts
	first_seen TEXT NOT NULL       -- when it was first recorded
) STRICT;

CREATE TABLE facts (
	-- Facts about an environment: compiler, flags, commit, CPU, libraries ...
	environment INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE, -- of which environment
	name TEXT NOT NULL,            -- cpu_model, compiler, commit ...
	value TEXT NOT NULL,           -- as text
	PRIMARY KEY (environment, name)
) STRICT, WITHOUT ROWID;

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
	heartbeat TEXT NOT NULL,       -- lease: when it last reported
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
	error TEXT,                    -- the reason of a failure; NULL: none
	deleted_at TEXT,               -- when it was deleted (retrial delete): no view shows it, gc removes it; NULL: it counts
	CHECK ((state = 'running') = (finished_at IS NULL)),
	CHECK (state <> 'done' OR (core_version IS NOT NULL AND data_digest IS NOT NULL AND weights_digest IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX attempts_running ON attempts (trial) WHERE state = 'running';
CREATE INDEX attempts_trial ON attempts (trial, state, id);
CREATE INDEX attempts_ended_badly ON attempts (id) WHERE state NOT IN ('done', 'running');

CREATE TABLE metrics (
	-- An epoch of a phase, a row for each output of the network.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	epoch INTEGER NOT NULL,        -- within phase and fold
	output INTEGER NOT NULL,       -- of the network (the dual model has two)
	train_loss REAL,               -- mean over the epoch's batches, dropout on
	train_accuracy REAL,           -- likewise
	val_loss REAL,                 -- on the validation images, after the epoch
	val_accuracy REAL,             -- likewise
	seconds REAL,                  -- training and validation together, of the epoch (all outputs)
	images_per_second REAL,        -- of training
	nonfinite TEXT,                -- which of these numbers are NaN or infinite (see the top)
	PRIMARY KEY (attempt, phase, fold, epoch, output)
) STRICT, WITHOUT ROWID;

CREATE TABLE phase_results (
	-- A finished phase, or a finished fold of a k-fold phase.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	name TEXT NOT NULL,            -- of the phase: dual, unify, unfreeze, kfold ...
	epochs_run INTEGER NOT NULL,   -- how many epochs it trained
	stopped TEXT NOT NULL,         -- "epochs" (budget used up) or "patience"
	seconds REAL,                  -- wall time
	weights_digest TEXT NOT NULL,  -- of the weights that it keeps
	parameters INTEGER NOT NULL,   -- of the network
	trainable INTEGER NOT NULL,    -- of them not frozen
	weight_bytes INTEGER NOT NULL, -- parameters as 32-bit floats
	optimizer_bytes INTEGER NOT NULL, -- the optimizer's state beside them
	nonfinite TEXT,                -- which of these numbers are NaN or infinite (see the top)
	PRIMARY KEY (attempt, phase, fold)
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
	-- Loss and accuracy of the weights that a phase or fold keeps, a row for each output.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	output INTEGER NOT NULL,       -- of the network
	best_epoch INTEGER NOT NULL,   -- whose weights were kept
	val_loss REAL,                 -- on the validation images
	val_accuracy REAL,             -- likewise
	test_loss REAL,                -- on the test images
	test_accuracy REAL,            -- likewise
	nonfinite TEXT,                -- which of these numbers are NaN or infinite (see the top)
	PRIMARY KEY (attempt, phase, fold, output),
	FOREIGN KEY (attempt, phase, fold) REFERENCES phase_results (attempt, phase, fold) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE predictions (
	-- The classes that these weights predict for the test images: for McNemar's test, confusion matrices, ensembles.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	output INTEGER NOT NULL,       -- of the network
	count INTEGER NOT NULL CHECK (count = length(classes)), -- test images
	digest TEXT NOT NULL,          -- of classes
	classes BLOB NOT NULL,         -- the predicted class, one byte an image, in the order of the test set
	PRIMARY KEY (attempt, phase, fold, output),
	FOREIGN KEY (attempt, phase, fold, output) REFERENCES scores (attempt, phase, fold, output) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
	-- The results of a done attempt, from its last phase; written once, when it ends. Means are over folds and outputs.
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

CREATE TABLE weights (
	-- The final weights of a trial, a row for each fold: for export and evaluation.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	bytes BLOB NOT NULL,           -- the parameter tensors one after the other, 32-bit little-endian floats; their digest is phase_results.weights_digest
	PRIMARY KEY (attempt, phase, fold),
	FOREIGN KEY (attempt, phase, fold) REFERENCES phase_results (attempt, phase, fold) ON DELETE CASCADE
) STRICT;

CREATE TABLE robustness (
	-- Accuracy of kept weights on corrupted test images, a row for each corruption, severity and output; "none" and 0 are the clean images.
	attempt INTEGER NOT NULL,      -- of which execution
	phase INTEGER NOT NULL,        -- position in the recipe
	fold INTEGER NOT NULL,         -- of k-fold; -1 outside
	output INTEGER NOT NULL,       -- of the network
	corruption TEXT NOT NULL,      -- rotation, translation, zoom, shear, brightness, contrast, noise; none
	severity REAL NOT NULL,        -- in the unit of the corruption (degrees, fraction of the side ...: retrial help robustness)
	count INTEGER NOT NULL,        -- test images
	test_accuracy REAL NOT NULL,   -- on the corrupted test images
	PRIMARY KEY (attempt, phase, fold, output, corruption, severity),
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
	-- Inference time of a trained network on one machine: a row for each measurement, never overwritten.
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
	min REAL NOT NULL,             -- the fastest call
	images_per_second REAL NOT NULL, -- over all calls
	noise REAL,                    -- A/A: how far the medians of two interleaved halves of the same differ, a fraction of p50
	load REAL,                     -- load average of the machine when it began
	mhz REAL,                      -- CPU frequency then, as far as the machine tells
	histogram TEXT NOT NULL        -- the samples: [[seconds, count], ...] as JSON, bins 1 % wide
) STRICT;
CREATE INDEX latencies_attempt ON latencies (attempt);

CREATE TABLE measures (
	-- Further results of an attempt: what a program reported (the last value of each metric), and
	-- measurements of a trained network (dead_units, auc ...).
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	metric TEXT NOT NULL,          -- as the sweep file declares it
	value REAL,                    -- as reported
	nonfinite TEXT,                -- whether value is NaN or infinite (see the top)
	PRIMARY KEY (attempt, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
	-- A step of a metric that a program reported: for curves. Of a step that was reported twice, the last.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	metric TEXT NOT NULL,          -- as the sweep file declares it
	step INTEGER NOT NULL,         -- as reported, or counted from 0
	value REAL,                    -- as reported
	nonfinite TEXT,                -- whether value is NaN or infinite (see the top)
	PRIMARY KEY (attempt, metric, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
	-- What a program printed, its beginning and its end.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')), -- which output
	total INTEGER NOT NULL,        -- bytes that it printed
	kept INTEGER NOT NULL,         -- bytes of content before compression; it says where bytes are left out
	content BLOB NOT NULL,         -- compressed with zlib
	PRIMARY KEY (attempt, stream)
) STRICT;

CREATE TABLE outputs (
	-- A file that a program has written and its sweep file declares.
	attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	path TEXT NOT NULL,            -- in the scratch folder
	bytes INTEGER NOT NULL,        -- size
	digest TEXT NOT NULL,          -- of the content; the content itself is in contents, if it is kept
	PRIMARY KEY (attempt, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE contents (
	-- Files that are kept, each content once.
	digest TEXT PRIMARY KEY,       -- of the content
	bytes INTEGER NOT NULL,        -- size
	content BLOB NOT NULL          -- compressed with zlib
) STRICT;

CREATE TABLE input_files (
	-- The inputs of a program's results, one row for each file or variable; attempts.data_digest names the set.
	inputs TEXT NOT NULL,          -- digest of the set
	name TEXT NOT NULL,            -- train.py; "environment NAME" for a variable, "match of metric NAME" for a pattern
	digest TEXT NOT NULL,          -- of the content
	bytes INTEGER NOT NULL,        -- size
	PRIMARY KEY (inputs, name)
) STRICT, WITHOUT ROWID;

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
