-- migrate-5.sql - from schema 5 to schema 6: the field's names for columns (corruption, severity, min). The tables are made anew:
-- RENAME COLUMN would refuse while a user's own view names one of ours.
CREATE TABLE new_robustness (
	-- How good kept weights are on corrupted test images, a row for each corruption, severity and output; "none" and 0 are the clean images.
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
INSERT INTO new_robustness SELECT attempt, phase, fold, output, change, strength, count, test_accuracy FROM robustness;
DROP TABLE robustness;
ALTER TABLE new_robustness RENAME TO robustness;

CREATE TABLE new_latencies (
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
	min REAL NOT NULL,             -- the fastest call
	images_per_second REAL NOT NULL, -- over all calls
	noise REAL,                    -- A/A: how far the medians of two interleaved halves of the same differ, a fraction of p50
	load REAL,                     -- load average of the machine when it began
	mhz REAL,                      -- CPU frequency then, as far as the machine tells
	histogram TEXT NOT NULL        -- the samples: [[seconds, count], ...] as JSON, bins 1 % wide
) STRICT;
INSERT INTO new_latencies SELECT id, attempt, environment, measured_at, kernels, number_format, batch, samples, p50, p90, p99, least,
	images_per_second, noise, load, mhz, histogram FROM latencies;
DROP TABLE latencies;
ALTER TABLE new_latencies RENAME TO latencies;
CREATE INDEX latencies_attempt ON latencies (attempt);
