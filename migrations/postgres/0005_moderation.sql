-- What moderators look at: one open case a thing, which gathers what was reported and what the filter holds. Owned by
-- the moderation service. What goes with a person's account: cases about what was theirs, what they reported.
CREATE TABLE moderation_case (
    id        UUID PRIMARY KEY,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    author_id UUID REFERENCES account (id) ON DELETE CASCADE,
    -- What it said when the case was opened.
    text      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    held      BOOLEAN NOT NULL,
    reports   BIGINT NOT NULL DEFAULT 0 CHECK (reports >= 0),
    opened_ms BIGINT NOT NULL,
    closed_ms BIGINT
);
CREATE UNIQUE INDEX moderation_case_open ON moderation_case (kind, subject) WHERE state = 'open';
CREATE INDEX moderation_case_queue ON moderation_case (state, reports DESC, opened_ms, id);
CREATE INDEX moderation_case_of_author ON moderation_case (author_id);
CREATE INDEX moderation_case_text_age ON moderation_case (closed_ms) WHERE state = 'closed' AND text <> '';

CREATE TABLE report (
    id          UUID PRIMARY KEY,
    case_id     UUID NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    reporter_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    comment     TEXT NOT NULL,
    created_ms  BIGINT NOT NULL
);
-- Once a person and case: whoever was reported and goes on is reported again.
CREATE UNIQUE INDEX report_once ON report (reporter_id, case_id);
CREATE INDEX report_of_thing ON report (reporter_id, kind, subject, created_ms);
CREATE INDEX report_of_reporter ON report (reporter_id, created_ms, id);
CREATE INDEX report_of_case ON report (case_id, created_ms, id);

CREATE FUNCTION report_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE moderation_case SET reports = reports + 1 WHERE id = NEW.case_id;
    ELSE
        UPDATE moderation_case SET reports = reports - 1 WHERE id = OLD.case_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER report_counted AFTER INSERT OR DELETE ON report FOR EACH ROW EXECUTE FUNCTION report_count();

-- What was decided. It outlives the case and the people, whom it then names no more: the public log is made of it.
CREATE TABLE ruling (
    place        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           UUID UNIQUE NOT NULL,
    case_id      UUID REFERENCES moderation_case (id) ON DELETE SET NULL,
    kind         TEXT NOT NULL,
    -- Empty once its person is gone.
    subject      TEXT NOT NULL,
    author_id    UUID REFERENCES account (id) ON DELETE SET NULL,
    moderator_id UUID REFERENCES account (id) ON DELETE SET NULL,
    action       TEXT NOT NULL,
    rule         TEXT NOT NULL,
    note         TEXT NOT NULL,
    until_ms     BIGINT,
    created_ms   BIGINT NOT NULL,
    -- The standing the thing is still to get; null once it has it.
    owes         TEXT,
    -- Null: nobody has appealed.
    appeal       TEXT CHECK (appeal IN ('open', 'upheld', 'overturned')),
    appeal_text  TEXT NOT NULL DEFAULT '',
    appealed_ms  BIGINT,
    judge_id     UUID REFERENCES account (id) ON DELETE SET NULL,
    judged_ms    BIGINT
);
CREATE INDEX ruling_of_author ON ruling (author_id, place);
CREATE INDEX ruling_of_moderator ON ruling (moderator_id);
CREATE INDEX ruling_of_judge ON ruling (judge_id);
CREATE INDEX ruling_of_case ON ruling (case_id, place);
-- What else was decided about a thing decides what becomes of it when one decision is taken back.
CREATE INDEX ruling_of_thing ON ruling (kind, subject, place);
CREATE INDEX ruling_owing ON ruling (place) WHERE owes IS NOT NULL;
CREATE INDEX ruling_appealed ON ruling (appealed_ms, place) WHERE appeal = 'open';

-- What the rest of the world is told of decisions: written with the decision, cleared when passed on. Who writes one
-- holds what it is about, so that of one decision the ids are in the order of what happened.
CREATE TABLE decision_outbox (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ruling_id UUID NOT NULL,
    event     JSONB NOT NULL
);
