-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What machines of other bodies asked for: which client, for which purpose, and
-- for which of its users, as the rules of interoperability ask.
CREATE TABLE machine_calls (
    call_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id    uuid        NOT NULL UNIQUE,
    at            timestamptz NOT NULL,
    client_id     text        NOT NULL,
    purpose_id    text        NOT NULL,
    user_id       text        NOT NULL,
    user_location text        NOT NULL,
    level         text        NOT NULL,
    token_id      text        NOT NULL,
    operation     text        NOT NULL,
    allowed       boolean     NOT NULL
);
CREATE INDEX machine_calls_in_time ON machine_calls (at, call_id);
CREATE TRIGGER machine_calls_append_only BEFORE UPDATE OR DELETE ON machine_calls FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER machine_calls_no_truncate BEFORE TRUNCATE ON machine_calls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Ids that were used and may not be used again, by their digest. Past its end a
-- row is of no more use: what bears the id is refused for its age.
CREATE TABLE machine_used_ids (
    digest  bytea       PRIMARY KEY CHECK (length(digest) = 32),
    expires timestamptz NOT NULL
);
CREATE INDEX machine_used_ids_old ON machine_used_ids (expires);

GRANT SELECT, INSERT ON machine_calls TO ricongiungi_app;
-- Sweeping passes over what another call sweeps, and locks rows for that: hence UPDATE.
GRANT SELECT, INSERT, UPDATE, DELETE ON machine_used_ids TO ricongiungi_app;
