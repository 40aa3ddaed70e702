-- schema.sql - the results database of Retrial, schema 1. Tables hold what happened, each fact once; views answer questions.
--
-- Every table, view and column is explained where it is declared, one comment a line: the manual's reference is made from
-- these comments, and `sqlite3 FILE .schema` shows them. Tables may change with the schema's number (PRAGMA user_version);
-- views keep their names and columns.
--
-- Numbers that are not finite: SQLite turns a NaN into NULL. So a table with measured numbers has a column `nonfinite`:
-- NULL when all of the row's numbers are finite, otherwise a JSON object that names each number that is not,
-- {"val_loss":"nan"}, with "nan", "inf" or "-inf". An infinity is in its own column as well, a NaN is NULL there; a NULL
-- that `nonfinite` does not name was not measured.
--
-- Times of day are UTC, "2025-01-31T12:34:56.789Z"; durations are seconds of a clock that does not jump.
-- Phases, folds, epochs and outputs count from 0; fold is -1 outside k-fold. Digests are SHA-256, 64 hexadecimal digits.

CREATE TABLE sweeps (
	-- A sweep file whose plan was frozen here; freezing the same name again replaces the plan, never results.
	id INTEGER PRIMARY KEY,        -- number within this database
	name TEXT NOT NULL UNIQUE,     -- the sweep's name, as its file gives it
	title TEXT NOT NULL,           -- one line for people
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

CREATE TABLE plan (
	-- The frozen plan of a sweep: a row a trial, in the order of the file. A trial may have rows in several sweeps, and several rows in one sweep under different labels.
	sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE, -- whose plan
	position INTEGER NOT NULL,     -- place in the plan, from 0
	trial INTEGER NOT NULL REFERENCES trials (id), -- what is run
	skip TEXT,                     -- why it is not run ("data set cifar10 not found ..."); NULL: it is
	PRIMARY KEY (sweep, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_trial ON plan (trial);

CREATE TABLE labels (
	-- Names that the sweep file gives to a row of its plan ("recipe" = "paper-notebook"): what tables and figures group by. Not part of a trial's identity.
	sweep INTEGER NOT NULL,        -- the plan row's sweep
	position INTEGER NOT NULL,     -- the plan row's place
	name TEXT NOT NULL,            -- dataset, recipe, augment, or another axis of the sweep
	value TEXT NOT NULL,           -- what the axis says there
	PRIMARY KEY (sweep, position, name),
	FOREIGN KEY (sweep, position) REFERENCES plan (sweep, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_specs (
	-- A number that the paper prints, as the sweep file states it.
	sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE, -- whose claim
	claim TEXT NOT NULL,           -- C1, C2 ...
	position INTEGER NOT NULL,     -- place in the file, from 0
	title TEXT NOT NULL,           -- one line for people
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
	-- What is known of an environment: compiler, flags, commit, CPU, libraries ...
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
	CHECK ((state = 'running') = (finished_at IS NULL)),
	CHECK (state <> 'done' OR (core_version IS NOT NULL AND data_digest IS NOT NULL AND weights_digest IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX attempts_running ON attempts (trial) WHERE state = 'running';
CREATE INDEX attempts_trial ON attempts (trial, state, id);
CREATE INDEX attempts_ended_badly ON attempts (id) WHERE state NOT IN ('done', 'running');

CREATE TABLE metrics (
	-- An epoch of a phase, a row an output of the network.
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
	weights_digest TEXT NOT NULL,  -- of the weights that it leaves behind
	parameters INTEGER NOT NULL,   -- of the network
	trainable INTEGER NOT NULL,    -- of them not frozen
	weight_bytes INTEGER NOT NULL, -- parameters as 32-bit floats
	optimizer_bytes INTEGER NOT NULL, -- the optimizer's state beside them
	nonfinite TEXT,                -- which of these numbers are NaN or infinite (see the top)
	PRIMARY KEY (attempt, phase, fold)
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
	-- How good the weights are that a phase or fold leaves behind, a row an output.
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
	-- The classes that those weights predict for the test images: for McNemar's test, confusion tables, ensembles.
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
	-- What a done attempt comes to: written once, when it ends, from its last phase. Means are over folds and outputs.
	attempt INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE, -- of which execution
	last_phase INTEGER NOT NULL,   -- position of the phase that the means are of
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
	nonfinite TEXT                 -- which of these numbers are NaN or infinite (see the top)
) STRICT;

-- ---- views ---------------------------------------------------------------------------------------------------------------
-- They need no function that SQLite does not have, nor one that it refuses in views of a database that is not trusted (its JSON
-- functions, in some versions). A trial in the plans of two sweeps has a row for each: ask for one sweep
-- (WHERE sweep = 'paper') before counting. Of a trial the latest done attempt counts; runs and failures look at the others too.

CREATE VIEW finished AS
	-- A finished trial under the labels of a plan row; most other views are built on it.
	SELECT
		trials.identity AS trial,              -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep whose plan has it; NULL: no plan has it any more
		plan.position AS position,             -- place in that plan
		trials.dataset AS dataset,             -- data set
		recipe.value AS recipe,                -- label
		augment.value AS augment,              -- label
		trials.model AS model,                 -- family of networks
		trials.seed AS seed,                   -- of every random stream
		trials.configuration AS configuration, -- the same for replicates (trials that differ in nothing but the seed)
		attempts.id AS attempt,                -- the attempt that counts: the latest that is done
		attempts.data_variant AS data_variant, -- canonical, or which known variant of the data set was used
		plan.sweep AS sweep_id                 -- number of the sweep within this database
	FROM attempts
	JOIN trials ON trials.id = attempts.trial
	LEFT JOIN plan ON plan.trial = attempts.trial
	LEFT JOIN sweeps ON sweeps.id = plan.sweep
	LEFT JOIN labels AS recipe ON recipe.sweep = plan.sweep AND recipe.position = plan.position AND recipe.name = 'recipe'
	LEFT JOIN labels AS augment ON augment.sweep = plan.sweep AND augment.position = plan.position AND augment.name = 'augment'
	WHERE attempts.state = 'done'
	AND NOT EXISTS (SELECT 1 FROM attempts AS later WHERE later.trial = attempts.trial AND later.state = 'done' AND later.id > attempts.id);

CREATE VIEW accuracy AS
	-- A finished trial with its scalar results: those of its last phase, means over folds and outputs.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.model AS model,                      -- family of networks
		f.seed AS seed,                        -- replicate
		r.test_accuracy AS test_accuracy,      -- mean over folds and outputs
		r.test_accuracy_1 AS test_accuracy_1,  -- of the first output, mean over folds
		r.test_accuracy_2 AS test_accuracy_2,  -- of the second output; NULL when there is one
		r.val_accuracy AS val_accuracy,        -- on the validation images
		r.test_loss AS test_loss,              -- on the test images
		r.val_loss AS val_loss,                -- on the validation images
		r.epochs AS epochs,                    -- trained in all phases and folds
		r.params AS params,                    -- parameters of the final network
		r.weight_bytes AS weight_bytes,        -- its parameters as 32-bit floats
		r.optimizer_bytes AS optimizer_bytes,  -- state of the last phase's optimizer
		a.seconds AS seconds,                  -- wall time of the trial
		a.cpu_seconds AS cpu_seconds,          -- CPU time of the trial
		a.peak_bytes AS peak_bytes,            -- largest memory of the trial
		f.data_variant AS data_variant,        -- canonical, or which known variant of the data set was used
		f.configuration AS configuration,      -- the same for replicates
		r.nonfinite AS nonfinite,              -- which of the results are NaN or infinite
		(SELECT '{' || group_concat('"' || replace(replace(l.name, '\', '\\'), '"', '\"') || '":"'
				|| replace(replace(l.value, '\', '\\'), '"', '\"') || '"') || '}'
			FROM labels AS l WHERE l.sweep = f.sweep_id AND l.position = f.position) AS labels -- all labels of the plan row, a JSON object
	FROM finished AS f
	JOIN attempts AS a ON a.id = f.attempt
	JOIN results AS r ON r.attempt = f.attempt;

CREATE VIEW phases AS
	-- A phase of a finished trial, or a fold of one. Numbers that end in _1 and _2 are of the first and second output.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.seed AS seed,                        -- replicate
		p.phase AS phase,                      -- position in the recipe
		p.name AS name,                        -- of the phase
		p.fold AS fold,                        -- of k-fold; -1 outside
		p.epochs_run AS epochs_run,            -- how many epochs it trained
		p.stopped AS stopped,                  -- "epochs" or "patience"
		p.seconds AS seconds,                  -- wall time
		one.best_epoch AS best_epoch_1,        -- whose weights were kept
		two.best_epoch AS best_epoch_2,        -- likewise
		one.val_accuracy AS val_accuracy_1,    -- of the kept weights, validation images
		two.val_accuracy AS val_accuracy_2,    -- likewise
		one.val_loss AS val_loss_1,            -- likewise
		two.val_loss AS val_loss_2,            -- likewise
		one.test_accuracy AS test_accuracy_1,  -- of the kept weights, test images
		two.test_accuracy AS test_accuracy_2,  -- likewise
		one.test_loss AS test_loss_1,          -- likewise
		two.test_loss AS test_loss_2,          -- likewise
		p.trainable AS trainable,              -- parameters that were not frozen
		one.nonfinite AS nonfinite_1,          -- which numbers of the first output are NaN or infinite
		two.nonfinite AS nonfinite_2           -- likewise of the second
	FROM finished AS f
	JOIN phase_results AS p ON p.attempt = f.attempt
	LEFT JOIN scores AS one ON one.attempt = p.attempt AND one.phase = p.phase AND one.fold = p.fold AND one.output = 0
	LEFT JOIN scores AS two ON two.attempt = p.attempt AND two.phase = p.phase AND two.fold = p.fold AND two.output = 1;

CREATE VIEW epochs AS
	-- An epoch of a finished trial, a row an output: learning curves.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.seed AS seed,                        -- replicate
		m.phase AS phase,                      -- position in the recipe
		p.name AS name,                        -- of the phase
		m.fold AS fold,                        -- of k-fold; -1 outside
		m.epoch AS epoch,                      -- within phase and fold
		m.output AS output,                    -- of the network
		m.train_loss AS train_loss,            -- mean over the epoch's batches, dropout on
		m.train_accuracy AS train_accuracy,    -- likewise
		m.val_loss AS val_loss,                -- on the validation images, after the epoch
		m.val_accuracy AS val_accuracy,        -- likewise
		m.seconds AS seconds,                  -- of the epoch (all outputs)
		m.images_per_second AS images_per_second, -- of training
		m.nonfinite AS nonfinite               -- which of these numbers are NaN or infinite
	FROM finished AS f
	JOIN metrics AS m ON m.attempt = f.attempt
	LEFT JOIN phase_results AS p ON p.attempt = m.attempt AND p.phase = m.phase AND p.fold = m.fold;

CREATE VIEW models AS
	-- The network of a phase of a finished trial, and its size.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.model AS model,                      -- family of networks
		f.seed AS seed,                        -- replicate
		p.phase AS phase,                      -- position in the recipe
		p.name AS name,                        -- of the phase
		p.parameters AS params,                -- parameters of the network
		p.trainable AS trainable,              -- of them not frozen in this phase
		p.weight_bytes AS weight_bytes,        -- parameters as 32-bit floats
		p.optimizer_bytes AS optimizer_bytes,  -- the optimizer's state beside them
		p.weight_bytes + p.optimizer_bytes AS training_bytes -- both: what a file with optimizer state holds
	FROM finished AS f
	JOIN phase_results AS p ON p.attempt = f.attempt AND p.fold <= 0;

CREATE VIEW digests AS
	-- What must be the same wherever and however often a trial is run: a row an output of a phase or fold. Nothing here depends on time, machine, sweep or label.
	SELECT
		trials.identity AS trial,              -- the trial's identity
		a.weights_digest AS weights_digest,    -- of the final weights
		p.phase AS phase,                      -- position in the recipe
		p.fold AS fold,                        -- of k-fold; -1 outside
		p.weights_digest AS phase_weights_digest, -- of the weights that the phase or fold leaves behind
		q.output AS output,                    -- of the network
		q.digest AS predictions_digest,        -- of the predicted classes of the test images
		a.data_digest AS data_digest,          -- of the decoded data set
		a.core_version AS core_version         -- of the training core
	FROM attempts AS a
	JOIN trials ON trials.id = a.trial
	LEFT JOIN phase_results AS p ON p.attempt = a.id
	LEFT JOIN predictions AS q ON q.attempt = p.attempt AND q.phase = p.phase AND q.fold = p.fold
	WHERE a.state = 'done'
	AND NOT EXISTS (SELECT 1 FROM attempts AS later WHERE later.trial = a.trial AND later.state = 'done' AND later.id > a.id);

CREATE VIEW runs AS
	-- A row of a frozen plan and how it stands.
	SELECT
		trials.identity AS trial,              -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep
		plan.position AS position,             -- place in the plan
		trials.dataset AS dataset,             -- data set
		recipe.value AS recipe,                -- label
		augment.value AS augment,              -- label
		trials.model AS model,                 -- family of networks
		trials.seed AS seed,                   -- replicate
		CASE
			WHEN a.state IN ('done', 'running') THEN a.state
			WHEN plan.skip IS NOT NULL THEN 'skipped'
			ELSE coalesce(a.state, 'queued')
		END AS state,                          -- queued, running, done, failed, diverged, timeout, interrupted or skipped
		(SELECT count(*) FROM attempts AS n WHERE n.trial = plan.trial) AS attempts, -- executions so far
		a.id AS attempt,                       -- the latest done attempt, otherwise the latest
		a.started_at AS started_at,            -- when that began
		a.seconds AS seconds,                  -- its wall time
		r.test_accuracy AS test_accuracy,      -- its result, as in the view accuracy
		coalesce(a.error, plan.skip) AS reason, -- why it failed, or is skipped
		trials.configuration AS configuration  -- the same for replicates
	FROM plan
	JOIN sweeps ON sweeps.id = plan.sweep
	JOIN trials ON trials.id = plan.trial
	LEFT JOIN labels AS recipe ON recipe.sweep = plan.sweep AND recipe.position = plan.position AND recipe.name = 'recipe'
	LEFT JOIN labels AS augment ON augment.sweep = plan.sweep AND augment.position = plan.position AND augment.name = 'augment'
	LEFT JOIN attempts AS a ON a.id = (SELECT b.id FROM attempts AS b WHERE b.trial = plan.trial ORDER BY b.state = 'done' DESC, b.id DESC LIMIT 1)
	LEFT JOIN results AS r ON r.attempt = a.id;

CREATE VIEW status AS
	-- A sweep and how many rows of its plan stand how.
	SELECT
		sweep AS sweep,                        -- the sweep
		count(*) AS trials,                    -- rows of its plan
		sum(state = 'done') AS done,           -- finished
		sum(state = 'running') AS running,     -- being run
		sum(state = 'queued') AS queued,       -- not yet tried
		sum(state = 'skipped') AS skipped,     -- cannot be run (see runs)
		sum(state = 'failed') AS failed,       -- ended with an error
		sum(state = 'diverged') AS diverged,   -- the loss did not stay finite
		sum(state = 'timeout') AS timeout,     -- ran out of its time
		sum(state = 'interrupted') AS interrupted -- stopped from outside; runs again
	FROM runs
	GROUP BY sweep;

CREATE VIEW failures AS
	-- An attempt that ended badly, with the reason.
	SELECT
		trials.identity AS trial,              -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep for which it was started
		trials.dataset AS dataset,             -- data set
		(SELECT l.value FROM plan JOIN labels AS l ON l.sweep = plan.sweep AND l.position = plan.position AND l.name = 'recipe'
			WHERE plan.trial = a.trial AND plan.sweep = a.sweep LIMIT 1) AS recipe, -- label
		trials.seed AS seed,                   -- replicate
		a.id AS attempt,                       -- the execution
		a.state AS state,                      -- failed, diverged, timeout or interrupted
		a.error AS error,                      -- the reason
		a.started_at AS started_at,            -- when it began
		a.finished_at AS finished_at,          -- when it ended
		EXISTS (SELECT 1 FROM attempts AS b WHERE b.trial = a.trial AND b.state = 'done') AS settled -- 1: another attempt is done
	FROM attempts AS a
	JOIN trials ON trials.id = a.trial
	LEFT JOIN sweeps ON sweeps.id = a.sweep
	WHERE a.state NOT IN ('done', 'running');

CREATE VIEW claim_trials AS
	-- A plan row that a claim is about, with the claim's metric if the trial is finished.
	SELECT
		c.sweep AS sweep_id,                   -- number of the sweep
		c.claim AS claim,                      -- C1, C2 ...
		trials.identity AS trial,              -- the trial's identity
		trials.seed AS seed,                   -- replicate
		CASE c.metric
			WHEN 'test_accuracy' THEN r.test_accuracy
			WHEN 'test_accuracy_1' THEN r.test_accuracy_1
			WHEN 'test_accuracy_2' THEN r.test_accuracy_2
			WHEN 'val_accuracy' THEN r.val_accuracy
			WHEN 'test_loss' THEN r.test_loss
			WHEN 'val_loss' THEN r.val_loss
			WHEN 'epochs' THEN r.epochs
			WHEN 'params' THEN r.params
			WHEN 'weight_bytes' THEN r.weight_bytes
			WHEN 'optimizer_bytes' THEN r.optimizer_bytes
			WHEN 'seconds' THEN a.seconds
			WHEN 'cpu_seconds' THEN a.cpu_seconds
			WHEN 'peak_bytes' THEN a.peak_bytes
		END AS value                           -- the metric; NULL: not finished, or no number
	FROM claim_specs AS c
	JOIN plan AS p ON p.sweep = c.sweep
	JOIN trials ON trials.id = p.trial
	LEFT JOIN attempts AS a ON a.id = (SELECT max(b.id) FROM attempts AS b WHERE b.trial = p.trial AND b.state = 'done')
	LEFT JOIN results AS r ON r.attempt = a.id
	WHERE NOT EXISTS (
		SELECT 1 FROM claim_where AS w WHERE w.sweep = c.sweep AND w.claim = c.claim AND NOT EXISTS (
			SELECT 1 FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position AND l.name = w.name AND l.value = w.value));

CREATE VIEW claims AS
	-- A claim of the paper beside what was measured. The verdict, with its uncertainty, is made by `retrial claims`.
	SELECT
		sweeps.name AS sweep,                  -- the sweep whose file states it
		c.claim AS claim,                      -- C1, C2 ...
		c.title AS title,                      -- one line for people
		c.metric AS metric,                    -- which number
		c.paper AS paper,                      -- the paper's figure
		CASE WHEN c.compare < 0 THEN NULL WHEN c.compare > 0 OR c.rounds_to < 0 THEN c.paper
			ELSE c.paper - CAST('0.5e-' || c.rounds_to AS REAL) END AS low, -- smallest number that the figure stands for; NULL: none
		CASE WHEN c.compare > 0 THEN NULL WHEN c.compare < 0 OR c.rounds_to < 0 THEN c.paper
			ELSE c.paper + CAST('0.5e-' || c.rounds_to AS REAL) END AS high, -- the number below which it lies (at most: up to which); NULL: none
		count(v.trial) AS planned,             -- plan rows that it is about
		count(v.value) AS n,                   -- of them measured
		avg(v.value) AS mean,                  -- of the measured
		min(v.value) AS least,                 -- smallest measured
		max(v.value) AS most                   -- largest measured
	FROM claim_specs AS c
	JOIN sweeps ON sweeps.id = c.sweep
	LEFT JOIN claim_trials AS v ON v.sweep_id = c.sweep AND v.claim = c.claim
	GROUP BY c.sweep, c.position;
