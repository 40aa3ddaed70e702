-- Another number whenever another connection has changed the database (of one connection that stays open).
PRAGMA data_version;
