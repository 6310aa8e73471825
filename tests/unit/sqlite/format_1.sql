-- A store as format version 1 wrote it, with one event of the aggregate "a". Never to be changed.
PRAGMA journal_mode = WAL;
CREATE TABLE streams(
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;
CREATE TABLE events(
  global_position INTEGER PRIMARY KEY CHECK (global_position > 0),
  stream          INTEGER NOT NULL REFERENCES streams(id),
  version         INTEGER NOT NULL CHECK (version >= 0),
  event_id        BLOB NOT NULL CHECK (length(event_id) = 16),
  type            TEXT NOT NULL CHECK (type <> ''),
  payload         TEXT NOT NULL,
  metadata        TEXT CHECK (metadata <> ''),
  committed_at    INTEGER NOT NULL,
  schema_version  INTEGER NOT NULL,
  commit_id       BLOB CHECK (length(commit_id) = 16),
  commit_pos      INTEGER NOT NULL CHECK (commit_pos >= 0),
  commit_size     INTEGER NOT NULL CHECK (commit_size > commit_pos),
  UNIQUE (stream, version)
) STRICT;
CREATE TABLE commands(
  stream       INTEGER NOT NULL REFERENCES streams(id),
  key          TEXT NOT NULL CHECK (key <> ''),
  version      INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  committed_at INTEGER NOT NULL,
  PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE subscriptions(
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE CHECK (name <> ''),
  checkpoint INTEGER CHECK (checkpoint >= 0),
  epoch      INTEGER NOT NULL CHECK (epoch >= 0)
) STRICT;
INSERT INTO streams VALUES(1, 'a');
INSERT INTO events VALUES(1, 1, 0, x'018f3406900070008000000000000001', 'Happened', '{"n":1}', NULL, 1714564800000, 1,
                          NULL, 0, 1);
INSERT INTO subscriptions VALUES(1, 'old', 1, 7);
PRAGMA application_id = 1281780836;
PRAGMA user_version = 1;
