-- What workers report, what becomes of it, and what digests have shown of it.

CREATE TABLE grievance (
    id              UUID PRIMARY KEY,
    ref             TEXT NOT NULL UNIQUE,
    -- NULL once the author is erased; the pseudonym is empty then
    author_id       UUID REFERENCES worker (id) ON DELETE SET NULL,
    pseudonym       TEXT NOT NULL,
    target_kind     TEXT NOT NULL,
    target_id       UUID NOT NULL,
    kind            TEXT NOT NULL,
    -- NULL in a draft, as is filed_at
    collective_id   UUID REFERENCES collective (id),
    state           TEXT NOT NULL,
    taker_id        UUID REFERENCES worker (id) ON DELETE SET NULL,
    filed_at        BIGINT,
    acknowledged_at BIGINT,
    -- NULL while it is open
    closed_at       BIGINT,
    due_at          BIGINT,
    changed_at      BIGINT NOT NULL,
    -- under the case's key; NULL once the author is erased. The facts are the
    -- day, the country and the amount
    sealed_facts    BYTEA,
    sealed_story    BYTEA,
    sealed_exchange BYTEA,
    sealed_outcome  BYTEA
);
CREATE INDEX grievance_author ON grievance (author_id);
CREATE INDEX grievance_taker ON grievance (taker_id) WHERE taker_id IS NOT NULL;
CREATE INDEX grievance_target ON grievance (target_kind, target_id) WHERE filed_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX grievance_open ON grievance (collective_id, due_at) WHERE filed_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX grievance_closed ON grievance (collective_id, state) WHERE closed_at IS NOT NULL;

-- The time line, by role only.
CREATE TABLE grievance_event (
    grievance_id  UUID NOT NULL REFERENCES grievance (id) ON DELETE CASCADE,
    seq           INTEGER NOT NULL,
    collective_id UUID,
    at            BIGINT NOT NULL,
    role          TEXT NOT NULL,
    step          TEXT NOT NULL,
    state         TEXT NOT NULL,
    PRIMARY KEY (grievance_id, seq)
);

-- Which cases a digest has shown to which coordinator. No reference to the
-- worker: writing a row would wait for whatever the worker is doing.
CREATE TABLE digest_seen (
    grievance_id  UUID NOT NULL REFERENCES grievance (id) ON DELETE CASCADE,
    worker_id     UUID NOT NULL,
    collective_id UUID,
    at            BIGINT NOT NULL,
    PRIMARY KEY (grievance_id, worker_id)
);
CREATE INDEX digest_seen_worker ON digest_seen (worker_id);

-- When a collective's last digest went out.
CREATE TABLE digest_sent (
    collective_id UUID PRIMARY KEY REFERENCES collective (id),
    sent_at       BIGINT NOT NULL
);

-- How many workers the figures in a collective's rooms are made of.
CREATE TABLE digest_told (
    collective_id UUID PRIMARY KEY REFERENCES collective (id),
    looked_at     BIGINT NOT NULL,
    open          INTEGER NOT NULL,
    resolved      INTEGER NOT NULL
);
