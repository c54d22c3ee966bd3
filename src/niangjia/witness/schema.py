"""The tables of a witness's state. What must never happen, the database itself refuses."""

VERSION = 1

TABLES = """
CREATE TABLE identity (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state_id TEXT NOT NULL,
  inode TEXT NOT NULL,
  device TEXT NOT NULL,
  generation TEXT NOT NULL,
  n_cosigned INTEGER NOT NULL,
  last_at INTEGER NOT NULL
);
CREATE TABLE log (
  origin TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  note BLOB,
  cosigned_at INTEGER,
  n_cosigned INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE log_key (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL REFERENCES log (origin));
CREATE TABLE refusal (
  origin TEXT NOT NULL, status INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (origin, status)
);
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL,
  status INTEGER NOT NULL,
  why TEXT NOT NULL,
  request BLOB NOT NULL,
  known BLOB,
  mark TEXT NOT NULL UNIQUE
);
"""

_NEVER = """
CREATE TRIGGER {name} BEFORE {what} BEGIN SELECT RAISE(ABORT, '{why}'); END;
"""

GUARDS = "".join(
    _NEVER.format(name=name, what=what, why=why)
    for name, what, why in (
        ("evidence_stays", "DELETE ON evidence", "evidence is kept"),
        ("evidence_is_as_it_was", "UPDATE ON evidence", "evidence is kept"),
        ("log_stays", "DELETE ON log", "a state is kept"),
        (
            "log_never_shrinks",
            "UPDATE ON log WHEN NEW.size < OLD.size OR NEW.origin <> OLD.origin"
            " OR (NEW.size = OLD.size AND OLD.size > 0 AND NEW.root <> OLD.root)"
            " OR COALESCE(NEW.cosigned_at, 0) < COALESCE(OLD.cosigned_at, 0)",
            "a state never goes back",
        ),
        ("identity_stays", "DELETE ON identity", "a state is kept"),
        (
            "identity_never_goes_back",
            "UPDATE ON identity WHEN NEW.n_cosigned < OLD.n_cosigned"
            " OR NEW.last_at < OLD.last_at OR NEW.state_id <> OLD.state_id",
            "a state never goes back",
        ),
    )
)
