-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What somebody has typed and not given yet, sealed. Nobody else reads it.
CREATE TABLE drafts (
    actor_id uuid        NOT NULL,
    case_id  uuid        NOT NULL,
    command  text        NOT NULL,
    box      bytea       NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (actor_id, case_id, command)
);
CREATE INDEX drafts_of_case ON drafts (case_id);
CREATE INDEX drafts_old ON drafts (saved_at);

-- Selections of cases that somebody comes back to; name and address are sealed.
CREATE TABLE saved_lists (
    actor_id   uuid  NOT NULL,
    name_index bytea NOT NULL,
    box        bytea NOT NULL,
    PRIMARY KEY (actor_id, name_index)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON drafts, saved_lists TO ricongiungi_app;
