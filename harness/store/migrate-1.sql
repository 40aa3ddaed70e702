-- migrate-1.sql - from schema 1 to schema 2: plan repeats the labels recipe and augment, and all labels as JSON.
ALTER TABLE plan RENAME TO old_plan;
DROP INDEX plan_trial;
CREATE TABLE plan (
	-- The frozen plan of a sweep: a row a trial, in the order of the file. A trial may have rows in several sweeps, and several rows in one sweep under different labels.
	sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE, -- whose plan
	position INTEGER NOT NULL,     -- place in the plan, from 0
	trial INTEGER NOT NULL REFERENCES trials (id), -- what is run
	recipe TEXT,                   -- the label of this name, repeated from labels
	augment TEXT,                  -- likewise
	labels TEXT NOT NULL,          -- all labels as a JSON object, repeated from labels
	skip TEXT,                     -- why it is not run ("data set cifar10 not found ..."); NULL: it is
	PRIMARY KEY (sweep, position)
) STRICT, WITHOUT ROWID;
INSERT INTO plan (sweep, position, trial, recipe, augment, labels, skip)
	SELECT p.sweep, p.position, p.trial,
		(SELECT l.value FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position AND l.name = 'recipe'),
		(SELECT l.value FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position AND l.name = 'augment'),
		(SELECT json_group_object(l.name, l.value) FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position),
		p.skip
	FROM old_plan AS p;
DROP TABLE old_plan;
CREATE INDEX plan_trial ON plan (trial);
