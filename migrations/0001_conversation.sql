-- What a conversation needs: who, what came in, what is in progress, what goes
-- out, what is due.

CREATE TABLE worker (
    id         UUID PRIMARY KEY,
    pseudonym  TEXT NOT NULL,
    language   TEXT NOT NULL DEFAULT '',
    hint       TEXT NOT NULL DEFAULT '',
    steward    BOOLEAN NOT NULL DEFAULT FALSE,
    vouched_at BIGINT,
    since      BIGINT NOT NULL
);

-- One identity on one network: the keyed hash finds it, the sealed address
-- answers it.
CREATE TABLE account (
    lookup         BYTEA PRIMARY KEY,
    worker_id      UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    network        TEXT NOT NULL,
    lane           BYTEA,
    sealed_address BYTEA,
    unreachable    BOOLEAN NOT NULL DEFAULT FALSE,
    used_at        BIGINT NOT NULL
);
CREATE INDEX account_worker ON account (worker_id);
CREATE INDEX account_lane ON account (lane);

CREATE TABLE inbox (
    update_key  BYTEA PRIMARY KEY,
    lane        BYTEA NOT NULL,
    seq         BIGINT NOT NULL,
    network     TEXT NOT NULL,
    key_id      TEXT NOT NULL,
    sealed_raw  BYTEA,
    -- 0 pending, 1 handled, 2 set aside
    state       SMALLINT NOT NULL DEFAULT 0,
    attempts    SMALLINT NOT NULL DEFAULT 0,
    reference   TEXT,
    why         TEXT,
    received_at BIGINT NOT NULL,
    handled_at  BIGINT
);
CREATE INDEX inbox_pending ON inbox (lane, seq) WHERE state = 0;
CREATE INDEX inbox_age ON inbox (received_at);

CREATE TABLE outbox (
    id             UUID PRIMARY KEY,
    lane           BYTEA NOT NULL,
    seq            BIGINT NOT NULL,
    network        TEXT NOT NULL,
    key_id         TEXT NOT NULL,
    sealed_address BYTEA,
    sealed_body    BYTEA,
    sealed_sent    BYTEA,
    worker_id      UUID,
    collective_id  UUID,
    coordinator    BOOLEAN NOT NULL DEFAULT FALSE,
    first_answer   BOOLEAN NOT NULL DEFAULT FALSE,
    -- 0 to be sent, 1 sent, 2 given up
    state          SMALLINT NOT NULL DEFAULT 0,
    attempts       SMALLINT NOT NULL DEFAULT 0,
    why            TEXT,
    not_before     BIGINT NOT NULL,
    posted_at      BIGINT NOT NULL,
    done_at        BIGINT
);
CREATE INDEX outbox_pending ON outbox (lane, seq) WHERE state = 0;
CREATE INDEX outbox_age ON outbox (posted_at);

CREATE TABLE dialog (
    worker_id  UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    lane       BYTEA NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BYTEA NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (worker_id, lane)
);
CREATE INDEX dialog_age ON dialog (updated_at);

-- Work with a time.
CREATE TABLE due (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at  BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX due_time ON due (due_at);

-- What the program remembers about itself: the menu it last published, for
-- example.
CREATE TABLE remembered (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What the web chat has shown in a session, for catching up after a lost line.
CREATE TABLE web_message (
    lane       BYTEA NOT NULL,
    -- the message's own number, or 0 for the lane's head
    number     BIGINT NOT NULL,
    -- rises with each change in the lane, the head has the last one given
    event      BIGINT NOT NULL,
    -- where it came from, so that nothing is shown twice, 'ended' in the head
    -- of a session that is over
    parcel     TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BYTEA NOT NULL,
    shown_at   BIGINT NOT NULL,
    PRIMARY KEY (lane, number)
);
CREATE INDEX web_message_age ON web_message (shown_at);
