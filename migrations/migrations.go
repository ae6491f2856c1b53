// Package migrations is the schema: numbered SQL files, applied in order and
// never edited once landed. A file NNNN_name.sql is for both dialects; where
// they cannot share a text there is a pair NNNN_name_postgres.sql and
// NNNN_name_sqlite.sql.
//
// Conventions: keys inside are UUIDs made by the program; "ref" is a thing's
// random outward name; times are microseconds since 1970 UTC; a column named
// sealed_* holds what only a key opens; lanes, accounts and update keys are
// keyed hashes. Every row of a collective carries the collective's id.
package migrations

import "embed"

// Files are the migrations.
//
//go:embed *.sql
var Files embed.FS
