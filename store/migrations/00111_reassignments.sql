-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Commands given for many cases at once. The courier takes them at once, where it
-- leaves others alone for a while because somebody waits for their answer. An
-- older courier takes them with the others, some seconds later.
ALTER TABLE orders ADD COLUMN bulk boolean NOT NULL DEFAULT false;
CREATE INDEX orders_bulk ON orders (accepted_at) WHERE bulk AND settled_at IS NULL;

-- Many cases given to other people: who asked, why, and which command each case
-- got. What became of a case is the outcome of its command.
CREATE TABLE reassignments (
    reassignment_id uuid        PRIMARY KEY,
    by_actor        json        NOT NULL,
    office          text        NOT NULL,
    at              timestamptz NOT NULL,
    reason          text        NOT NULL,
    undoes          uuid        UNIQUE REFERENCES reassignments,
    left_alone      integer     NOT NULL,
    digest          bytea       NOT NULL CHECK (length(digest) = 32)
);
CREATE INDEX reassignments_of_office ON reassignments (office, at DESC);
CREATE TABLE reassignment_cases (
    reassignment_id uuid NOT NULL REFERENCES reassignments,
    case_id         uuid NOT NULL,
    command_id      uuid NOT NULL UNIQUE REFERENCES orders,
    was             text NOT NULL,
    counsellor      text NOT NULL,
    PRIMARY KEY (reassignment_id, case_id)
);
CREATE TRIGGER reassignments_append_only BEFORE UPDATE OR DELETE ON reassignments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reassignment_cases_append_only BEFORE UPDATE OR DELETE ON reassignment_cases FOR EACH ROW EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON reassignments, reassignment_cases TO ricongiungi_app;
