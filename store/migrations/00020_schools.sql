-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Each file of open data that was read, for the record of where schools come from.
CREATE TABLE school_imports (
    import_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    imported_at timestamptz NOT NULL,
    name        text        NOT NULL,
    digest      text        NOT NULL,
    format      text        NOT NULL,
    taken       integer     NOT NULL,
    rejected    integer     NOT NULL
);

-- Rows of the registries as they were published, by school year; a part is a list
-- of the city. Reading a newer file of the same year takes their place.
CREATE TABLE school_published (
    format text    NOT NULL,
    part   text    NOT NULL,
    year   integer NOT NULL,
    line   integer NOT NULL,
    entry  json    NOT NULL,
    PRIMARY KEY (format, part, year, line)
);

-- Schools as joined from what was published: derived, and joined anew at each import.
CREATE TABLE schools (
    school_code text    NOT NULL CHECK (school_code ~ '^[A-Z]{2}[A-Z0-9]{8}$'),
    year        integer NOT NULL,
    kind        text    NOT NULL,
    level       text    NOT NULL,
    municipio   integer NOT NULL,
    special     boolean NOT NULL,
    school      json    NOT NULL,
    PRIMARY KEY (school_code, year)
);
CREATE INDEX schools_by_year ON schools (kind, year);

-- What schools and the department said about free places: never changed, only
-- followed by a later word.
CREATE TABLE school_places (
    entry_id    uuid        PRIMARY KEY,
    school_code text        NOT NULL,
    grade       integer     NOT NULL CHECK (grade BETWEEN -2 AND 13),
    on_day      date        NOT NULL,
    entry       json        NOT NULL,
    recorded_by text        NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX school_places_latest ON school_places (school_code, grade, on_day DESC, recorded_at DESC, entry_id DESC);
CREATE TRIGGER school_places_append_only BEFORE UPDATE OR DELETE ON school_places FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER school_places_no_truncate BEFORE TRUNCATE ON school_places FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Proposals for many children at once, with all they were computed from. Ids and
-- whereabouts of children lie sealed; the digests can be compared in the open.
CREATE TABLE school_placement_runs (
    run_id         uuid        PRIMARY KEY,
    request_digest bytea       NOT NULL,
    problem_digest text        NOT NULL,
    result_digest  text        NOT NULL,
    on_day         date        NOT NULL,
    lottery_seed   text        NOT NULL,
    children       integer     NOT NULL,
    placed         integer     NOT NULL,
    box            bytea       NOT NULL,
    computed_by    text        NOT NULL,
    computed_at    timestamptz NOT NULL
);
CREATE INDEX school_placement_runs_listed ON school_placement_runs (computed_at, run_id);
CREATE TRIGGER school_placement_runs_append_only BEFORE UPDATE OR DELETE ON school_placement_runs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER school_placement_runs_no_truncate BEFORE TRUNCATE ON school_placement_runs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What an officer made of each line. A place that was given counts against the
-- figure it was taken from.
CREATE TABLE school_placement_decisions (
    decision_id uuid        PRIMARY KEY,
    ordinal     bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    run_id      uuid        NOT NULL REFERENCES school_placement_runs,
    member_id   uuid        NOT NULL,
    action      text        NOT NULL CHECK (action IN ('confirm', 'change', 'leave')),
    school_code text        NOT NULL,
    grade       integer     NOT NULL,
    on_day      date        NOT NULL,
    reason      text        NOT NULL,
    decided_by  text        NOT NULL,
    decided_at  timestamptz NOT NULL,
    CONSTRAINT school_placement_decisions_school CHECK ((action = 'leave') = (school_code = '')),
    CONSTRAINT school_placement_decisions_reason CHECK (action <> 'change' OR reason <> '')
);
CREATE INDEX school_placement_decisions_of_run ON school_placement_decisions (run_id, member_id, ordinal);
CREATE INDEX school_placement_decisions_of_school ON school_placement_decisions (school_code, grade, decided_at);
CREATE TRIGGER school_placement_decisions_append_only BEFORE UPDATE OR DELETE ON school_placement_decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER school_placement_decisions_no_truncate BEFORE TRUNCATE ON school_placement_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON school_imports, school_places, school_placement_runs, school_placement_decisions TO ricongiungi_app;
GRANT SELECT, INSERT, DELETE ON school_published, schools TO ricongiungi_app;
