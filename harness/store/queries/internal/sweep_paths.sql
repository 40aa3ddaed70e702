-- The sweeps of a database and where their files were read.
SELECT name, path FROM sweeps ORDER BY name;
