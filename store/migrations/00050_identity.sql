-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Who works with the system, as their provider named them at the last sign-in,
-- so that colleagues see names and not ids.
CREATE TABLE operators (
    actor_id  uuid        PRIMARY KEY,
    name      text        NOT NULL,
    role      text        NOT NULL,
    office    text        NOT NULL,
    signed_in timestamptz NOT NULL
);

-- Who is signed in. The browser holds the token, this its digest.
CREATE TABLE sessions (
    digest   bytea       PRIMARY KEY CHECK (length(digest) = 32),
    actor_id uuid        NOT NULL REFERENCES operators,
    level    text        NOT NULL,
    role     text        NOT NULL,
    office   text        NOT NULL,
    began    timestamptz NOT NULL,
    seen_at  timestamptz NOT NULL,
    expires  timestamptz NOT NULL
);
CREATE INDEX sessions_of_actor ON sessions (actor_id);
CREATE INDEX sessions_old ON sessions (expires);

-- Every sign-in, for as long as the rules for logs of administrators ask.
CREATE TABLE sign_ins (
    sign_in_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor_id   uuid        NOT NULL,
    role       text        NOT NULL,
    office     text        NOT NULL,
    level      text        NOT NULL,
    at         timestamptz NOT NULL
);
CREATE TRIGGER sign_ins_append_only BEFORE UPDATE OR DELETE ON sign_ins FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sign_ins_no_truncate BEFORE TRUNCATE ON sign_ins FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- From when on an actor's tokens are worth nothing.
CREATE TABLE revocations (
    actor_id uuid        PRIMARY KEY,
    since    timestamptz NOT NULL,
    by_actor json        NOT NULL,
    reason   text        NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON operators, revocations TO ricongiungi_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO ricongiungi_app;
GRANT SELECT, INSERT ON sign_ins TO ricongiungi_app;
