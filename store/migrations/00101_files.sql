-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Scans of papers, sealed under the key of the person they are about. They go
-- with the person; the log keeps the digest of what was here.
CREATE TABLE files (
    file_id    uuid        PRIMARY KEY,
    case_id    uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    media_type text        NOT NULL,
    sealed     json        NOT NULL, -- without the box
    box        bytea       NOT NULL,
    by_actor   json        NOT NULL,
    kept_at    timestamptz NOT NULL
);
CREATE INDEX files_of_person ON files (person_id);
-- What is sealed does not shrink.
ALTER TABLE files ALTER COLUMN box SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, DELETE ON files TO ricongiungi_app;
