-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What a run knew of each child and said about it, sealed with the child's own
-- key: whoever is erased is gone from every run, while the commitments in the run's
-- digests stay. The box of a run, sealed with the office's key, holds no child but
-- its ids. No program ever kept a run before this.
CREATE TABLE school_placement_children (
    run_id    uuid    NOT NULL REFERENCES school_placement_runs,
    ordinal   integer NOT NULL,
    member_id uuid    NOT NULL,
    sealed    json, -- null for who was erased before
    PRIMARY KEY (run_id, ordinal)
);
CREATE INDEX school_placement_children_of_member ON school_placement_children (member_id);
CREATE TRIGGER school_placement_children_append_only BEFORE UPDATE OR DELETE ON school_placement_children FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER school_placement_children_no_truncate BEFORE TRUNCATE ON school_placement_children FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON school_placement_children TO ricongiungi_app;

-- The hubs whose children a run is about: it is shown to whoever sees them all.
ALTER TABLE school_placement_runs ADD COLUMN hubs text[] NOT NULL DEFAULT '{}';

-- The school that the family wishes for, from its needs profile.
ALTER TABLE school_needs ADD COLUMN wish_school text NOT NULL DEFAULT '';
UPDATE school_needs n SET wish_school = m->'needs'->>'wish_school_code'
    FROM case_views v, json_array_elements(v.view->'members') m
    WHERE v.case_id = n.case_id AND m->>'member_id' = n.member_id::text AND m->'needs'->>'wish_school_code' IS NOT NULL;

-- Places given are counted by the children to whom they were proposed.
CREATE INDEX school_needs_by_school ON school_needs (school_code, grade) WHERE school_code <> '';
