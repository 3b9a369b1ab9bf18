-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Which case a personal link leads to, by the digest of its secret. Written in
-- the commit of the events it follows from; whether a link still opens is for
-- the case to say.
CREATE TABLE personal_links (
    digest  bytea NOT NULL CHECK (length(digest) = 32),
    case_id uuid  NOT NULL,
    PRIMARY KEY (digest, case_id)
);
CREATE INDEX personal_links_of_case ON personal_links (case_id);

GRANT SELECT, INSERT, DELETE ON personal_links TO ricongiungi_app;
