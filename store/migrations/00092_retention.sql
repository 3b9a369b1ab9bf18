-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Logs beside the log of cases are kept for a time. Nothing in them changes, and
-- what has had its time goes in one way only: by the login that owns the tables,
-- which says so, and with a row below. The program itself cannot delete from them.
-- +goose StatementBegin
CREATE FUNCTION refuse_change_before_its_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('ricongiungi.retention', true) = TG_TABLE_NAME THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER sign_ins_append_only BEFORE UPDATE OR DELETE ON sign_ins FOR EACH ROW EXECUTE FUNCTION refuse_change_before_its_time();
CREATE OR REPLACE TRIGGER machine_calls_append_only BEFORE UPDATE OR DELETE ON machine_calls FOR EACH ROW EXECUTE FUNCTION refuse_change_before_its_time();
CREATE OR REPLACE TRIGGER demand_queries_append_only BEFORE UPDATE OR DELETE ON demand_queries FOR EACH ROW EXECUTE FUNCTION refuse_change_before_its_time();

-- What was removed, under which rule, and who approved it.
CREATE TABLE retention_removals (
    removal_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    class       text        NOT NULL,
    before      timestamptz NOT NULL,
    removed     bigint      NOT NULL,
    rule        json        NOT NULL,
    approved_by text        NOT NULL,
    reason      text        NOT NULL
);
CREATE TRIGGER retention_removals_append_only BEFORE UPDATE OR DELETE ON retention_removals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER retention_removals_no_truncate BEFORE TRUNCATE ON retention_removals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON retention_removals TO ricongiungi_app;
