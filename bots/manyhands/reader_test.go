package main

import (
	"fmt"
	"strings"
	"testing"
)

// onEvery runs a test on every network, on SQLite.
func onEvery(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for name, open := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, scriptSettings(t, false)).(*world))
		})
	}
}

// says lets a person say something and returns what they see then.
func says(t *testing.T, w *world, who, text string) string {
	t.Helper()
	if err := w.stage.Say(t.Context(), who, "", text); err != nil {
		t.Fatal(err)
	}
	return sees(t, w, who)
}

func sees(t *testing.T, w *world, who string) string {
	t.Helper()
	if err := w.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := w.stage.Seen(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range all {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, "\n")
}

// From right to left, whatever was typed stands between isolates (U+2068,
// U+2069) on every network: so brackets, numbers and Latin names keep their
// places, and a command can be copied as it stands.
func TestArabicKeepsWhatWasTypedInPlace(t *testing.T) {
	onEvery(t, func(t *testing.T, w *world) {
		for _, name := range []string{"Acme", "Acme (Data) 2.0"} {
			says(t, w, "w1", "/add "+name)
			says(t, w, "w1", "toloka")
		}
		says(t, w, "w1", "Add Acme (Data) 2.0") // it is not the other one
		says(t, w, "w1", "/language ar")
		const name = "\u2068Acme (Data) 2.0\u2069"
		const command = "\u2068/rate acme pay 2 fair 1\u2069"
		for _, x := range []struct{ said, want string }{
			{"/requester acme (data) 2.0", name},
			{"/requester acme (data) 2.0", "\u2068Toloka\u2069"},
			{"/rate acme (data) 2.0 pay 2", name},
			{"/help", command},
			{"/requester Zażółć gęślą (jaźń)", "\u2068Zażółć gęślą (jaźń)\u2069"},
			{"/report acme (data) 2.0 kind unpaid_work day today The batch (of 40) vanished.", ""},
			{"0,40 EUR", "€"},
		} {
			got := says(t, w, "w1", x.said)
			if !strings.Contains(got, x.want) {
				t.Errorf("%q: %+q lacks %+q", x.said, got, x.want)
			}
			for line := range strings.SplitSeq(got, "\n") {
				if strings.Count(line, "\u2068") != strings.Count(line, "\u2069") {
					t.Errorf("%q: isolates are open in %+q", x.said, line)
				}
			}
		}
		says(t, w, "w1", "/cancel")
		if got := says(t, w, "w1", command); !strings.Contains(got, "\u2068Acme\u2069") {
			t.Errorf("the copied command %+q is answered %+q", command, got)
		}
	})
}

// Counts take the forms of the Arabic language in a sentence that somebody
// reads: the members of a collective that grows.
func TestArabicCountsMembers(t *testing.T) {
	t.Parallel()
	w := stages["console"](t, scriptSettings(t, false)).(*world)
	says(t, w, "c1", "/language ar")
	says(t, w, "c1", "/collective create Tana")
	invited := plain(says(t, w, "c1", "/collective invite 100"))
	_, code, found := strings.Cut(invited, "/collective join ")
	if !found {
		t.Fatalf("no code in %q", invited)
	}
	code = code[:len("7KQ2-M4ZD-90XT")]
	wants := map[int]string{1: "عضو واحد", 2: "عضوان", 3: "3 أعضاء", 11: "11 عضوًا", 100: "100 عضو"}
	for n := 1; n <= 100; n++ {
		if n > 1 {
			says(t, w, fmt.Sprintf("w%d", n), "/collective join "+code)
		}
		if want, ok := wants[n]; ok {
			if got := plain(says(t, w, "c1", "/collective")); !strings.Contains(got+"\n", "\n"+want+"\n") {
				t.Errorf("%d members: %q, want the line %q", n, got, want)
			}
		}
	}
}

// A button's data fits 64 bytes whatever the thing is called, in any script:
// it names the thing by its reference.
func TestLongNamesFitButtons(t *testing.T) {
	t.Parallel()
	const name = "شركة البيانات المتحدة لتصنيف الصور والنص" // 40 letters
	if n := len([]rune(name)); n != 40 || len(name) < 71 {
		t.Fatalf("the name has %d letters in %d bytes", n, len(name))
	}
	for _, network := range []string{"telegram", "discord", "web"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			w := stages[network](t, scriptSettings(t, false)).(*world)
			says(t, w, "w1", "/add "+name)
			says(t, w, "w1", "toloka")
			r := playText(t, w, `
w2> /rate `+strings.TrimSuffix(name, "ص")+`ض pay 1
w2< ...
w2< [`+name+` (Toloka)] [...]
w2> [`+name+` (Toloka)]
w2<~ Your rating of `+name+`
  | Pay: 1 of 5
w2< [...]
w2> [Save]
w2<~ Saved: ...
w2< [...]
w2> /mine
w2< ...`+name+`...
w2< [...]
`)
			if r.Steps != 4 {
				t.Errorf("%d steps", r.Steps)
			}
		})
	}
}
