// Package postgrestest gives tests a real PostgreSQL.
//
// The server is looked for in this order:
//
//  1. the URL in MANYHANDS_TEST_DATABASE, whose user may create databases;
//  2. server programs on the machine (the search path, the places where
//     distributions put them, pg_config), started as a private throw-away
//     cluster, as the user postgres or nobody where the tests run as root,
//     since PostgreSQL refuses to run as root;
//  3. on Debian and its kin as root: installed with apt-get, saying so;
//  4. downloaded by github.com/fergusstrange/embedded-postgres.
//
// Where none is possible the test fails and says what to do. It is never
// skipped.
//
// # One server for a whole run
//
// go test runs every package as a process of its own. cmd/withpostgres starts
// the server once, hands its URL to the command that it runs, and takes the
// server away afterwards; make test goes through it:
//
//	withpostgres -- go test ./...
//
// A plain go test of one package works too: the first call of [URL] in the
// process starts a cluster for this process (about two seconds).
//
// # Nothing is left behind
//
// A private cluster has a keeper: a small shell process (keeper.sh), parent of
// the server, that reads from a pipe whose other end only our process holds.
// The kernel closes that end when the process ends, in whatever way: at the
// end of the tests, after a panic, a time-out or a kill. The keeper then shuts
// the server down at once (immediate: there is nothing to save) and removes
// its folder. So no TestMain is needed, and nothing polls. The keeper has a
// session of its own, so that Ctrl-C in a terminal does not take it before it
// has cleaned up.
//
// The cluster listens on a Unix socket in a folder that only its user may
// enter, on no TCP port: its superuser needs no password, and others share the
// machine. It forgets everything in a power cut (fsync off), sorts by code
// point (no locale), and speaks UTF-8.
package postgrestest
