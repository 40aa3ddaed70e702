-- migrate-4.sql - from schema 4 to schema 5: trials that programs execute report metrics, print, and write files.
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
	-- What a program's results depend on, one row a file or variable; attempts.data_digest names the set.
	inputs TEXT NOT NULL,          -- digest of the set
	name TEXT NOT NULL,            -- train.py; "environment NAME" for a variable, "match of metric NAME" for a pattern
	digest TEXT NOT NULL,          -- of the content
	bytes INTEGER NOT NULL,        -- size
	PRIMARY KEY (inputs, name)
) STRICT, WITHOUT ROWID;
