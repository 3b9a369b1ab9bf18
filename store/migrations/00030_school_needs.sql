-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What children need of the schools, one row each: a view, derived from the log
-- and rebuilt with the others. Codes and days only; of the age no more than the
-- school year in which the child belongs in the first class.
CREATE TABLE school_needs (
    member_id      uuid    PRIMARY KEY,
    case_id        uuid    NOT NULL,
    phase          text    NOT NULL,
    cohort         integer NOT NULL, -- 0 while the birth date is not known
    level          text    NOT NULL, -- of the request; empty while there is none
    grade          integer NOT NULL, -- of the request
    school_year    integer NOT NULL, -- of the request; 0 while there is none
    municipio      integer NOT NULL,
    wish_municipio integer NOT NULL,
    language       text    NOT NULL,
    language_help  boolean NOT NULL,
    vaccination    text    NOT NULL,
    due            boolean NOT NULL,
    school_code    text    NOT NULL,
    authorised_on  date,
    entered_on     date,
    requested_on   date,
    proposed_on    date,
    accepted_on    date,
    enrolled_on    date,
    started_on     date,
    left_on        date,
    absent_from    date,
    month          text    NOT NULL -- of the entry or, before it, of the request
);
CREATE INDEX school_needs_by_case ON school_needs (case_id);
-- Who waits is a small part of all who ever came.
CREATE INDEX school_needs_waiting ON school_needs (phase)
    INCLUDE (cohort, level, grade, municipio, language, month, entered_on)
    WHERE phase IN ('none', 'needed', 'searching', 'proposed', 'accepted', 'enrolled');

-- Who asked for counts, forecasts and indicators, and why. Nothing of the answer
-- is kept but its digest.
CREATE TABLE demand_queries (
    query_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at     timestamptz NOT NULL,
    actor        json        NOT NULL,
    purpose      text        NOT NULL,
    kind         text        NOT NULL,
    parameters   json        NOT NULL,
    log_position bigint      NOT NULL,
    answer       bytea       NOT NULL CHECK (length(answer) = 32)
);
CREATE TRIGGER demand_queries_append_only BEFORE UPDATE OR DELETE ON demand_queries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER demand_queries_no_truncate BEFORE TRUNCATE ON demand_queries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Forecasts and indicators as they were published: made once for a day, and kept.
CREATE TABLE published_figures (
    kind         text        NOT NULL, -- with the version of its definition
    as_of        date        NOT NULL,
    parameters   text        NOT NULL,
    published_at timestamptz NOT NULL,
    figures      json        NOT NULL,
    PRIMARY KEY (kind, as_of, parameters)
);
CREATE TRIGGER published_figures_append_only BEFORE UPDATE OR DELETE ON published_figures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER published_figures_no_truncate BEFORE TRUNCATE ON published_figures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE, DELETE ON school_needs TO ricongiungi_app;
GRANT SELECT, INSERT ON demand_queries, published_figures TO ricongiungi_app;
