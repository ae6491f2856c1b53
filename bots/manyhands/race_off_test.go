//go:build !race

package main

// raced is false where the race detector does not watch.
const raced = false
