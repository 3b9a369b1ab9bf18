-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Every verification of the whole log that came to an answer.
CREATE TABLE verifications (
    verification_id uuid             PRIMARY KEY,
    at              timestamptz      NOT NULL,
    by_actor        json             NOT NULL,
    intact          boolean          NOT NULL,
    events          bigint           NOT NULL,
    seconds         double precision NOT NULL,
    fault           json -- where something is wrong, and what
);
CREATE INDEX verifications_last ON verifications (at DESC);
CREATE TRIGGER verifications_append_only BEFORE UPDATE OR DELETE ON verifications FOR EACH ROW EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON verifications TO ricongiungi_app;

