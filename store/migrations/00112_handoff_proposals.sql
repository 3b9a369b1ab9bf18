-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What the sender of a quarantined message, or a colleague, proposes to do with
-- it: the supervisor settles it knowing both sides. Codes only.
CREATE TABLE handoff_proposals (
    proposal_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handoff_id  uuid        NOT NULL REFERENCES handoffs,
    at          timestamptz NOT NULL,
    by_actor    json        NOT NULL,
    action      text        NOT NULL CHECK (action IN ('retry', 'discard')),
    reason      text        NOT NULL
);
CREATE INDEX handoff_proposals_of ON handoff_proposals (handoff_id, proposal_id);
CREATE TRIGGER handoff_proposals_append_only BEFORE UPDATE OR DELETE ON handoff_proposals FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Lists by status leave out the many that were applied.
CREATE INDEX handoffs_unsettled ON handoffs (status, received_at, handoff_id) WHERE status <> 'applied';
CREATE INDEX handoffs_of_sender ON handoffs (sender, received_at, handoff_id);

GRANT SELECT, INSERT ON handoff_proposals TO ricongiungi_app;
