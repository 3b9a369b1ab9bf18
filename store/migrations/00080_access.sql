-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- The log of access: who was shown what, and who was let in by whom. It holds ids
-- and codes, never a name. It has a tree and a head of its own, so that whoever
-- reads never waits for whoever writes; checkpoints of the log of events name its edge.
CREATE TABLE access_log (
    position  bigint      PRIMARY KEY CHECK (position >= 0),
    at        timestamptz NOT NULL,
    kind      text        NOT NULL,
    case_id   uuid,
    person_id uuid,
    actor     json        NOT NULL, -- json keeps the text as hashed
    data      json        NOT NULL,
    leaf_hash bytea       NOT NULL CHECK (length(leaf_hash) = 32)
);
CREATE INDEX access_log_of_case ON access_log (case_id, position) WHERE case_id IS NOT NULL;
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE access_hashes (
    idx  bigint PRIMARY KEY,
    hash bytea  NOT NULL CHECK (length(hash) = 32)
);
CREATE TRIGGER access_hashes_append_only BEFORE UPDATE OR DELETE ON access_hashes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_hashes_no_truncate BEFORE TRUNCATE ON access_hashes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE access_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    size      bigint  NOT NULL,
    frontier  bytea   NOT NULL,
    signed    bytea   NOT NULL
);
INSERT INTO access_head (size, frontier, signed) VALUES (0, '', '');

GRANT SELECT, INSERT ON access_log, access_hashes TO ricongiungi_app;
GRANT SELECT, UPDATE ON access_head TO ricongiungi_app;
