-- views.sql - the views of the results database: query these. Names and columns stay; new ones may be added.
--
-- Every sweep also has a view of its own, wide_NAME: a row per trial, with columns for labels, results and all parameters, typed and
-- with defaults filled in. docs/formats.md describes it; wide.c makes it.
--
-- The views use only functions that SQLite allows in views of a database that is not trusted (so no JSON functions). A trial that is
-- in the plans of two sweeps has a row for each: select one sweep (WHERE sweep = 'paper') before you count. The latest attempt that
-- is done counts for a trial; runs and failures also show other attempts. No view shows attempts that were deleted. (CROSS JOIN is a
-- JOIN that makes SQLite read its left side first.)

CREATE VIEW counted AS
	-- A trial and which of its attempts counts: the latest that is done, otherwise the latest; deleted attempts do not count. Only this view has the rule.
	SELECT
		trials.id AS trial_id,                 -- number of the trial
		trials.identity AS trial,              -- the trial's identity
		trials.configuration AS configuration, -- the same for replicates (trials that differ in nothing but the seed)
		trials.dataset AS dataset,             -- data set
		trials.model AS model,                 -- family of networks
		trials.seed AS seed,                   -- of every random stream
		trials.config AS config,               -- the canonical text
		(SELECT max(a.id) FROM attempts AS a WHERE a.trial = trials.id AND a.state = 'done' AND a.deleted_at IS NULL) AS done, -- the latest attempt that is done; NULL: none
		(SELECT max(a.id) FROM attempts AS a WHERE a.trial = trials.id AND a.deleted_at IS NULL) AS latest -- the latest attempt; NULL: none
	FROM trials;

CREATE VIEW finished AS
	-- A finished trial under the labels of a plan row; most other views are built on it.
	SELECT
		c.trial AS trial,                      -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep whose plan has it; NULL: no plan has it any more
		plan.position AS position,             -- position in that plan
		c.dataset AS dataset,                  -- data set
		plan.recipe AS recipe,                 -- label
		plan.augment AS augment,               -- label
		c.model AS model,                      -- family of networks
		c.seed AS seed,                        -- of every random stream
		c.configuration AS configuration,      -- the same for replicates (trials that differ in nothing but the seed)
		attempts.id AS attempt,                -- the attempt that counts: the latest that is done
		attempts.data_variant AS data_variant, -- canonical, or which known variant of the data set was used
		plan.labels AS labels                  -- all labels of the plan row, a JSON object
	FROM counted AS c
	JOIN attempts ON attempts.id = c.done
	LEFT JOIN plan ON plan.trial = c.trial_id
	LEFT JOIN sweeps ON sweeps.id = plan.sweep;

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
		r.test_count AS test_count,            -- test images that each accuracy is of
		r.val_accuracy AS val_accuracy,        -- on the validation images
		r.val_accuracy - r.test_accuracy AS val_optimism, -- validation accuracy minus test accuracy: by how much validation overestimates
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
		f.labels AS labels                     -- all labels of the plan row, a JSON object
	FROM finished AS f
	JOIN attempts AS a ON a.id = f.attempt
	JOIN results AS r ON r.attempt = f.attempt;

CREATE VIEW parameters AS
	-- A parameter of a trial, as resolved: what its sweep file says, or the default. Join it on trial: JOIN parameters AS p ON p.trial = a.trial AND p.name = 'batch_size'.
	SELECT
		trials.identity AS trial,              -- the trial's identity
		v.name AS name,                        -- as in a sweep file: batch_size, augment.rotation, dual.lr, dual.stop.patience, seed
		v.number AS number,                    -- its value; NULL: it is no number
		v.text AS text                         -- its value as text
	FROM trials
	CROSS JOIN configurations AS c ON c.digest = trials.configuration
	CROSS JOIN parameter_values AS v ON v.configuration = c.id
	UNION ALL
	SELECT trials.identity, 'seed', trials.seed, CAST(trials.seed AS TEXT) FROM trials;

CREATE VIEW measurements AS
	-- A metric of a finished trial that a program executed: its last value. Of trials of the core: dead_units, dead_share, ensemble_accuracy, calibration_error and more (docs/recipes.md).
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.seed AS seed,                        -- replicate
		m.metric AS metric,                    -- as the sweep file declares it
		m.value AS value,                      -- as reported
		m.nonfinite AS nonfinite,              -- whether it is NaN or infinite
		a.seconds AS seconds,                  -- wall time of the trial
		a.cpu_seconds AS cpu_seconds,          -- CPU time of the trial
		a.peak_bytes AS peak_bytes,            -- largest memory of the trial
		f.configuration AS configuration,      -- the same for replicates
		f.labels AS labels                     -- all labels of the plan row, a JSON object
	FROM finished AS f
	JOIN attempts AS a ON a.id = f.attempt
	JOIN measures AS m ON m.attempt = f.attempt;

CREATE VIEW series AS
	-- A step of a metric of a finished trial that a program executed: learning curves.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.seed AS seed,                        -- replicate
		s.metric AS metric,                    -- as the sweep file declares it
		s.step AS step,                        -- as reported, or counted from 0
		s.value AS value,                      -- as reported
		s.nonfinite AS nonfinite,              -- whether it is NaN or infinite
		f.labels AS labels                     -- all labels of the plan row, a JSON object
	FROM finished AS f
	CROSS JOIN steps AS s ON s.attempt = f.attempt;

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
	CROSS JOIN phase_results AS p ON p.attempt = f.attempt
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
	CROSS JOIN metrics AS m ON m.attempt = f.attempt
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
		p.trainable AS trainable,              -- of these, not frozen in this phase
		p.weight_bytes AS weight_bytes,        -- parameters as 32-bit floats
		p.optimizer_bytes AS optimizer_bytes,  -- the optimizer's state beside them
		p.weight_bytes + p.optimizer_bytes AS training_bytes, -- both: what a file with optimizer state holds
		r.macs AS macs,                        -- of the last phase's network: multiply-accumulates for one image
		r.activation_bytes AS activation_bytes -- of the last phase's network: memory of its largest neighbouring layers for one image
	FROM finished AS f
	CROSS JOIN phase_results AS p ON p.attempt = f.attempt AND p.fold <= 0
	LEFT JOIN results AS r ON r.attempt = p.attempt AND r.last_phase = p.phase;

CREATE VIEW robust AS
	-- A finished trial on corrupted test images: a row for each corruption and severity at which all folds and outputs of its last phase were evaluated, with their mean.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.model AS model,                      -- family of networks
		f.seed AS seed,                        -- replicate
		b.corruption AS corruption,            -- rotation, translation, zoom, shear, brightness, contrast, noise; none
		b.severity AS severity,                -- severity, in the unit of the corruption (retrial help robustness); 0: clean images
		(SELECT avg(x.test_accuracy) FROM scores AS s JOIN robustness AS x ON x.attempt = s.attempt AND x.phase = s.phase AND x.fold = s.fold
			AND x.output = s.output AND x.corruption = b.corruption AND x.severity = b.severity
			WHERE s.attempt = b.attempt AND s.phase = b.phase) AS test_accuracy, -- on the corrupted test images
		r.test_accuracy AS clean_accuracy,     -- on the clean images, as in the view accuracy
		b.count AS test_count,                 -- test images
		f.data_variant AS data_variant,        -- canonical, or which known variant of the data set was used
		f.configuration AS configuration,      -- the same for replicates
		f.labels AS labels                     -- all labels of the plan row, a JSON object
	FROM finished AS f
	JOIN results AS r ON r.attempt = f.attempt
	JOIN robustness AS b ON b.attempt = f.attempt AND b.phase = r.last_phase AND b.fold <= 0 AND b.output = 0
	WHERE NOT EXISTS (SELECT 1 FROM scores AS s WHERE s.attempt = b.attempt AND s.phase = b.phase AND NOT EXISTS (SELECT 1 FROM robustness AS x
		WHERE x.attempt = s.attempt AND x.phase = s.phase AND x.fold = s.fold AND x.output = s.output AND x.corruption = b.corruption
		AND x.severity = b.severity));

CREATE VIEW digests AS
	-- The digests that are the same in every run of a trial: a row for each output of a phase or fold. They do not depend on time, machine, sweep or label.
	SELECT
		c.trial AS trial,                      -- the trial's identity
		a.weights_digest AS weights_digest,    -- of the final weights
		p.phase AS phase,                      -- position in the recipe
		p.fold AS fold,                        -- of k-fold; -1 outside
		p.weights_digest AS phase_weights_digest, -- of the weights that the phase or fold keeps
		q.output AS output,                    -- of the network
		q.digest AS predictions_digest,        -- of the predicted classes of the test images
		a.data_digest AS data_digest,          -- of the decoded data set
		a.core_version AS core_version         -- of the training core
	FROM counted AS c
	CROSS JOIN attempts AS a ON a.id = c.done
	LEFT JOIN phase_results AS p ON p.attempt = a.id
	LEFT JOIN predictions AS q ON q.attempt = p.attempt AND q.phase = p.phase AND q.fold = p.fold;

CREATE VIEW runs AS
	-- A row of a frozen plan, with its state.
	SELECT
		c.trial AS trial,                      -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep
		plan.position AS position,             -- position in the plan
		c.dataset AS dataset,                  -- data set
		plan.recipe AS recipe,                 -- label
		plan.augment AS augment,               -- label
		c.model AS model,                      -- family of networks
		c.seed AS seed,                        -- replicate
		CASE
			WHEN a.state IN ('done', 'running') THEN a.state
			WHEN plan.skip IS NOT NULL THEN 'skipped'
			ELSE coalesce(a.state, 'queued')
		END AS state,                          -- queued, running, done, failed, diverged, timeout, interrupted or skipped
		(SELECT count(*) FROM attempts AS n WHERE n.trial = plan.trial AND n.deleted_at IS NULL) AS attempts, -- executions so far
		a.id AS attempt,                       -- the latest done attempt, otherwise the latest
		a.started_at AS started_at,            -- when that began
		a.seconds AS seconds,                  -- its wall time
		r.test_accuracy AS test_accuracy,      -- its result, as in the view accuracy
		coalesce(a.error, plan.skip) AS reason, -- why it failed, or is skipped
		c.configuration AS configuration,      -- the same for replicates
		plan.labels AS labels,                 -- all labels of the plan row, a JSON object
		(SELECT group_concat(tag, ' ') FROM tags WHERE tags.trial = plan.trial) AS tags -- tags of the trial, separated by blanks; NULL: none
	FROM plan
	JOIN sweeps ON sweeps.id = plan.sweep
	JOIN counted AS c ON c.trial_id = plan.trial
	LEFT JOIN attempts AS a ON a.id = coalesce(c.done, c.latest)
	LEFT JOIN results AS r ON r.attempt = a.id;

CREATE VIEW status AS
	-- A sweep, with the number of trials in each state.
	SELECT
		sweep AS sweep,                        -- the sweep
		count(*) AS trials,                    -- rows of its plan
		sum(state = 'done') AS done,           -- finished
		sum(state = 'running') AS running,     -- being run
		sum(state = 'queued') AS queued,       -- not yet started
		sum(state = 'skipped') AS skipped,     -- cannot be run (see runs)
		sum(state = 'failed') AS failed,       -- ended with an error
		sum(state = 'diverged') AS diverged,   -- the loss did not stay finite
		sum(state = 'timeout') AS timeout,     -- exceeded its time limit
		sum(state = 'interrupted') AS interrupted -- stopped before its end; runs again
	FROM runs
	GROUP BY sweep;

CREATE VIEW failures AS
	-- An attempt that ended badly, with the reason.
	SELECT
		c.trial AS trial,                      -- the trial's identity
		sweeps.name AS sweep,                  -- the sweep for which it was started
		c.dataset AS dataset,                  -- data set
		(SELECT plan.recipe FROM plan WHERE plan.trial = a.trial AND plan.sweep = a.sweep LIMIT 1) AS recipe, -- label
		c.seed AS seed,                        -- replicate
		a.id AS attempt,                       -- the execution
		a.state AS state,                      -- failed, diverged, timeout or interrupted
		a.error AS error,                      -- the reason
		a.started_at AS started_at,            -- when it began
		a.finished_at AS finished_at,          -- when it ended
		c.done IS NOT NULL AS settled          -- 1: another attempt is done
	FROM attempts AS a
	JOIN counted AS c ON c.trial_id = a.trial
	LEFT JOIN sweeps ON sweeps.id = a.sweep
	WHERE a.state NOT IN ('done', 'running') AND a.deleted_at IS NULL;

CREATE VIEW latency AS
	-- A measurement of the inference time of a finished trial's network.
	SELECT
		f.trial AS trial,                      -- the trial's identity
		f.sweep AS sweep,                      -- the sweep whose plan has it
		f.dataset AS dataset,                  -- data set
		f.recipe AS recipe,                    -- label
		f.augment AS augment,                  -- label
		f.model AS model,                      -- family of networks
		f.seed AS seed,                        -- replicate
		l.kernels AS kernels,                  -- the core's kernel variant
		l.number_format AS number_format,      -- fp32 or int8: of weights and activations
		l.batch AS batch,                      -- images a call
		l.samples AS samples,                  -- calls measured
		1e6 * l.p50 AS p50_us,                 -- microseconds a call: the median
		1e6 * l.p90 AS p90_us,                 -- likewise, 90 % are faster
		1e6 * l.p99 AS p99_us,                 -- likewise, 99 % are faster
		1e6 * l.min AS min_us,                 -- likewise, the fastest
		l.images_per_second AS images_per_second, -- over all calls
		l.noise AS noise,                      -- A/A: how far the medians of two interleaved halves of the same differ, a fraction of p50
		l.load AS load,                        -- load average of the machine when it began
		l.mhz AS mhz,                          -- CPU frequency then, as far as the machine tells
		cpu.value AS cpu,                      -- the machine's CPU
		l.measured_at AS measured_at,          -- when
		l.histogram AS histogram               -- the samples: [[seconds, count], ...] as JSON
	FROM finished AS f
	CROSS JOIN latencies AS l ON l.attempt = f.attempt
	LEFT JOIN facts AS cpu ON cpu.environment = l.environment AND cpu.name = 'cpu';

CREATE VIEW claim_trials AS
	-- A plan row that a claim is about, with the claim's metric if the trial is finished.
	SELECT
		c.sweep AS sweep_id,                   -- number of the sweep
		c.claim AS claim,                      -- C1, C2 ...
		t.trial AS trial,                      -- the trial's identity
		t.seed AS seed,                        -- replicate
		CASE c.metric
			WHEN 'test_accuracy' THEN r.test_accuracy
			WHEN 'test_accuracy_1' THEN r.test_accuracy_1
			WHEN 'test_accuracy_2' THEN r.test_accuracy_2
			WHEN 'val_accuracy' THEN r.val_accuracy
			WHEN 'val_optimism' THEN r.val_accuracy - r.test_accuracy
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
	JOIN counted AS t ON t.trial_id = p.trial
	LEFT JOIN attempts AS a ON a.id = t.done
	LEFT JOIN results AS r ON r.attempt = a.id
	WHERE NOT EXISTS (
		SELECT 1 FROM claim_where AS w WHERE w.sweep = c.sweep AND w.claim = c.claim AND NOT EXISTS (
			SELECT 1 FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position AND l.name = w.name AND l.value = w.value));

CREATE VIEW claims AS
	-- A claim of the paper and the measured values. `retrial claims` gives the verdict, with its uncertainty.
	SELECT
		sweeps.name AS sweep,                  -- the sweep whose file states it
		c.claim AS claim,                      -- C1, C2 ...
		c.title AS title,                      -- one-line description
		c.metric AS metric,                    -- which number
		c.paper AS paper,                      -- the paper's figure
		CASE WHEN c.compare < 0 THEN NULL WHEN c.compare > 0 OR c.rounds_to < 0 THEN c.paper
			ELSE c.paper - CAST('0.5e-' || c.rounds_to AS REAL) END AS low, -- smallest number that rounds to the paper's; NULL: none
		CASE WHEN c.compare > 0 THEN NULL WHEN c.compare < 0 OR c.rounds_to < 0 THEN c.paper
			ELSE c.paper + CAST('0.5e-' || c.rounds_to AS REAL) END AS high, -- upper bound, exclusive (at most: inclusive); NULL: none
		count(v.trial) AS planned,             -- plan rows that it is about
		count(v.value) AS n,                   -- of them measured
		avg(v.value) AS mean,                  -- of the measured
		min(v.value) AS min,                   -- smallest measured
		max(v.value) AS max                    -- largest measured
	FROM claim_specs AS c
	JOIN sweeps ON sweeps.id = c.sweep
	LEFT JOIN claim_trials AS v ON v.sweep_id = c.sweep AND v.claim = c.claim
	GROUP BY c.sweep, c.position;
