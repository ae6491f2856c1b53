-- Whom one works for, what was said of them, and what is published of it.

CREATE TABLE platform (
    id         UUID PRIMARY KEY,
    ref        TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    -- a JSON object of the remaining, rarely read texts
    detail     TEXT NOT NULL,
    changed_seq BIGINT NOT NULL
);
CREATE INDEX platform_changed ON platform (changed_seq);

CREATE TABLE requester (
    id          UUID PRIMARY KEY,
    ref         TEXT NOT NULL UNIQUE,
    platform_id UUID,
    name        TEXT NOT NULL,
    name_since  BIGINT NOT NULL,
    external_id TEXT,
    country     TEXT NOT NULL DEFAULT '',
    lookalike   TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL
);
CREATE INDEX requester_changed ON requester (changed_seq);
CREATE UNIQUE INDEX requester_external ON requester (platform_id, external_id) WHERE external_id IS NOT NULL;

-- Every name of a requester, the current one too, under its folded form.
CREATE TABLE requester_name (
    requester_id UUID NOT NULL REFERENCES requester (id) ON DELETE CASCADE,
    folded       TEXT NOT NULL,
    name         TEXT NOT NULL,
    since        BIGINT NOT NULL,
    until        BIGINT
);
CREATE INDEX requester_name_folded ON requester_name (folded);
CREATE INDEX requester_name_requester ON requester_name (requester_id);

CREATE TABLE rating (
    worker_id      UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    target_kind    TEXT NOT NULL,
    target_id      UUID NOT NULL,
    -- a JSON object: scores, again, flags
    content        TEXT NOT NULL,
    sealed_comment BYTEA,
    at             BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    PRIMARY KEY (worker_id, target_kind, target_id)
);
CREATE INDEX rating_target ON rating (target_kind, target_id);

CREATE TABLE rating_history (
    worker_id      UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    target_kind    TEXT NOT NULL,
    target_id      UUID NOT NULL,
    content        TEXT NOT NULL,
    sealed_comment BYTEA,
    changed_at     BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL
);
CREATE INDEX rating_history_worker ON rating_history (worker_id);

-- What published figures hold of a worker, and since when.
CREATE TABLE counted (
    worker_id   UUID NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    target_kind TEXT NOT NULL,
    target_id   UUID NOT NULL,
    content     TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (worker_id, target_kind, target_id)
);
CREATE INDEX counted_target ON counted (target_kind, target_id);

-- The published figures of a target, and whether they lag behind what is said.
CREATE TABLE figure (
    target_kind TEXT NOT NULL,
    target_id   UUID NOT NULL,
    settled     BOOLEAN NOT NULL,
    -- a JSON object, or NULL where nothing is published
    published   TEXT,
    PRIMARY KEY (target_kind, target_id)
);
CREATE INDEX figure_unsettled ON figure (target_kind, target_id) WHERE NOT settled;
