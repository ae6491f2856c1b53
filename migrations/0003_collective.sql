-- Who belongs together, how they came in, where they meet, and what was done
-- with power.

CREATE TABLE collective (
    id              UUID PRIMARY KEY,
    ref             TEXT NOT NULL UNIQUE,
    sealed_name     BYTEA NOT NULL,
    language        TEXT NOT NULL,
    zone            TEXT NOT NULL,
    digest_hour     SMALLINT NOT NULL,
    digest_day      TEXT NOT NULL,
    takes_outsiders BOOLEAN NOT NULL,
    members_invite  BOOLEAN NOT NULL,
    from_server     BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE TABLE member (
    collective_id     UUID NOT NULL REFERENCES collective (id),
    worker_id         UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    ref               TEXT NOT NULL UNIQUE,
    pseudonym         TEXT NOT NULL,
    coordinator       BOOLEAN NOT NULL,
    joined_at         BIGINT NOT NULL,
    left_at           BIGINT,
    -- the number of the removal in the audit log, or 0
    removed_entry     BIGINT NOT NULL,
    stands_from_start BOOLEAN NOT NULL,
    PRIMARY KEY (collective_id, worker_id)
);
CREATE UNIQUE INDEX member_pseudonym ON member (collective_id, pseudonym);
CREATE INDEX member_worker ON member (worker_id);

-- One coordinator's proposal to put a member out, waiting for a second.
CREATE TABLE removal (
    collective_id UUID NOT NULL REFERENCES collective (id),
    worker_id     UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    by_id         UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    at            BIGINT NOT NULL,
    PRIMARY KEY (collective_id, worker_id)
);

-- lookup is the keyed hash of the code, which is kept nowhere.
CREATE TABLE invitation (
    id             UUID PRIMARY KEY,
    collective_id  UUID NOT NULL REFERENCES collective (id),
    lookup         BYTEA NOT NULL UNIQUE,
    -- NULL for the server's keeper, and for who was erased
    made_by        UUID,
    by_coordinator BOOLEAN NOT NULL,
    uses           INTEGER NOT NULL,
    used           INTEGER NOT NULL,
    founder        BOOLEAN NOT NULL,
    steward        BOOLEAN NOT NULL,
    made_at        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    closed         BOOLEAN NOT NULL,
    -- the number of its making in the audit log
    entry          BIGINT NOT NULL
);
CREATE INDEX invitation_made ON invitation (collective_id, made_by);
CREATE INDEX invitation_age ON invitation (expires_at);

CREATE TABLE invitation_use (
    collective_id UUID NOT NULL REFERENCES collective (id),
    invitation_id UUID NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
    worker_id     UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    at            BIGINT NOT NULL,
    PRIMARY KEY (invitation_id, worker_id)
);
CREATE INDEX invitation_use_worker ON invitation_use (worker_id);

-- Wrong codes: of no collective.
CREATE TABLE guess (
    worker_id UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL
);
CREATE INDEX guess_worker ON guess (worker_id, at);
CREATE INDEX guess_age ON guess (at);

CREATE TABLE vouch (
    collective_id UUID NOT NULL REFERENCES collective (id),
    worker_id     UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    -- NULL for the server's keeper, and once it matters no more
    by_id         UUID,
    at            BIGINT NOT NULL,
    PRIMARY KEY (collective_id, worker_id)
);
CREATE INDEX vouch_by ON vouch (by_id, at);

CREATE TABLE room (
    lane           BYTEA PRIMARY KEY,
    collective_id  UUID NOT NULL REFERENCES collective (id),
    network        TEXT NOT NULL,
    sealed_address BYTEA NOT NULL,
    bound_at       BIGINT NOT NULL
);
CREATE INDEX room_collective ON room (collective_id);

-- The audit log: a chain is a collective's id, or zero for the server's. The
-- head is locked by who appends. worker_id and salt go when the worker is
-- erased, and the chain still verifies.
CREATE TABLE audit_head (
    chain UUID PRIMARY KEY,
    seq   BIGINT NOT NULL,
    hash  BYTEA NOT NULL
);

CREATE TABLE audit_entry (
    chain     UUID NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    role      TEXT NOT NULL,
    worker_id UUID,
    salt      BYTEA,
    seal      BYTEA NOT NULL,
    act       TEXT NOT NULL,
    subject   TEXT NOT NULL,
    -- a JSON object of texts
    detail    TEXT NOT NULL,
    prev      BYTEA NOT NULL,
    hash      BYTEA NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_entry_worker ON audit_entry (worker_id);
