package worker

import (
	"fmt"
	"io"

	"manyhands/core"
)

// The words of pseudonyms: colours and things found on any beach or in any
// field, four to seven letters, none of them a common given name.
var (
	firsts = [...]string{
		"amber", "azure", "brisk", "broad", "calm", "clear", "coral", "deep",
		"early", "fair", "fleet", "fresh", "gold", "grand", "green", "indigo",
		"kind", "late", "light", "lively", "merry", "mild", "noble", "quick",
		"quiet", "round", "rusty", "silver", "steady", "still", "sunny", "warm",
	}
	seconds = [...]string{
		"acorn", "baobab", "barley", "beacon", "bough", "brook", "cedar", "cloud",
		"comet", "conch", "dune", "fern", "finch", "gourd", "harbor", "kelp",
		"lagoon", "lemur", "lotus", "mango", "maple", "meadow", "otter", "palm",
		"pebble", "plover", "reed", "ridge", "shell", "spruce", "thrush", "willow",
	}
)

func draw(r core.Random) string {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("worker: no randomness: " + err.Error())
	}
	return fmt.Sprintf("%s-%s-%02d", firsts[int(b[0])%len(firsts)], seconds[int(b[1])%len(seconds)],
		(int(b[2])<<8|int(b[3]))%100)
}
