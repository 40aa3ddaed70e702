-- migrate-3.sql - from schema 3 to schema 4: the resolved parameters of every trial. resolved.c fills the tables.
CREATE TABLE configurations (
	-- What replicates have in common: a row for every value of trials.configuration.
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
