//go:build race

package main

// raced is true where the race detector watches, which makes everything many
// times slower: then each transcript is played on one network and database in
// turn, and `make test` plays all on all without it.
const raced = true
