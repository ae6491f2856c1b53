package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"manyhands/core"
	"manyhands/core/directory"
)

// requester is an entry with a key and Ref made from n.
func requester(n int, name string) directory.Entry {
	return directory.Entry{
		ID: directory.RequesterID(key(n)).Target(), Ref: core.Ref(fmt.Sprintf("%022d", n)), Name: name,
	}
}

func key(n int) uuid.UUID {
	var u uuid.UUID
	for i := range 8 {
		u[15-i] = byte(n >> (8 * i))
	}
	u[6] = 0x70
	return u
}

func indexOf(names ...string) *directory.Index {
	x := directory.NewIndex()
	for i, n := range names {
		x.Put(requester(i+1, n))
	}
	return x
}

func namesOf(matches []directory.Match) []string {
	names := []string{}
	for _, m := range matches {
		names = append(names, m.Name)
	}
	return names
}

func TestFindIsExactOnlyWhereItIsTheName(t *testing.T) {
	t.Parallel()
	x := indexOf("Mark Roman Lab", "DM", "MTD", "Acme", "Łódź Dane", "شركة البيانات")
	for _, c := range []struct {
		query       string
		exact, near []string
	}{
		{"acme", []string{"Acme"}, nil},
		{" ACMÉ. ", []string{"Acme"}, nil},
		{"Ac\u200Bme", []string{"Acme"}, nil},
		{"lodz dane", []string{"Łódź Dane"}, nil},
		{"شركه البيانات", []string{"شركة البيانات"}, nil},
		{"dm", []string{"DM"}, nil},
		{"mary roman lab", nil, []string{"Mark Roman Lab"}},
		{"mark roman", nil, []string{"Mark Roman Lab"}},
		{"roman lab", nil, []string{"Mark Roman Lab"}},
		{"markromanlab", nil, []string{"Mark Roman Lab"}},
		{"acne", nil, []string{"Acme"}},
		{"amce", nil, []string{"Acme"}},
		{"acme data inc", nil, []string{"Acme"}},
		{"dmt", nil, nil},
		{"mdt", nil, nil},
		{"mt", nil, nil},
		{"mtdd", nil, nil},
		{"acm", nil, nil},
		{"", nil, nil},
		{"\u200B", nil, nil},
		{"nobody of that name", nil, nil},
	} {
		found := x.Find(c.query, directory.Options{})
		if got := namesOf(found.Exact); !slices.Equal(got, append([]string{}, c.exact...)) {
			t.Errorf("Find(%q): exact %q, want %q", c.query, got, c.exact)
		}
		if got := namesOf(found.Near); !slices.Equal(got, append([]string{}, c.near...)) {
			t.Errorf("Find(%q): near %q, want %q", c.query, got, c.near)
		}
	}
}

func TestFindTellsLookalikes(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme", "DM", "OK")
	for query, want := range map[string]string{"Аcme": "Acme", "acrne": "Acme", "DМ": "DM"} {
		found := x.Find(query, directory.Options{})
		if len(found.Exact) != 0 || len(found.Near) == 0 || found.Near[0].Name != want ||
			found.Near[0].Reason != directory.LooksAlike {
			t.Errorf("Find(%q) = %+v", query, found)
		}
	}
	if found := x.Find("0k", directory.Options{}); len(found.Near)+len(found.Exact) != 0 {
		t.Errorf("a short name in the same script matched: %+v", found)
	}
	both := indexOf("Acme", "Аcme").Find("Acme", directory.Options{})
	if len(both.Exact) != 1 || len(both.Near) != 1 || both.Near[0].Reason != directory.LooksAlike {
		t.Errorf("a disguise beside the true name: %+v", both)
	}
}

func TestFormerNameAndIDFindTheRequester(t *testing.T) {
	t.Parallel()
	x := directory.NewIndex()
	e := requester(1, "Bright Labs")
	e.Former, e.ExternalID = []string{"Acme Data"}, "A1B2C3D4E5"
	x.Put(e)
	for query, field := range map[string]directory.Field{
		"bright labs": directory.ByName, "acme data": directory.ByFormerName, "a1b2c3d4e5": directory.ByExternalID,
	} {
		found := x.Find(query, directory.Options{})
		if len(found.Exact) != 1 || found.Exact[0].Name != "Bright Labs" || found.Exact[0].Field != field {
			t.Errorf("Find(%q) = %+v", query, found)
		}
	}
	if found := x.Find("acme dta", directory.Options{}); len(found.Near) != 1 ||
		found.Near[0].Found != "Acme Data" || found.Near[0].Reason != directory.Misspelt {
		t.Errorf("misspelt former name: %+v", found)
	}
	if found := x.Find("a1b2c3d4e6", directory.Options{}); len(found.Near) != 0 {
		t.Errorf("an id that is nearly right is another's: %+v", found)
	}
	matches, rest := x.LongestPrefix([]string{"acme", "data", "pay", "1"}, directory.Options{})
	if len(matches) != 1 || matches[0].Name != "Bright Labs" || !slices.Equal(rest, []string{"pay", "1"}) {
		t.Errorf("LongestPrefix = %+v, %q", matches, rest)
	}
}

func TestLongestPrefix(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme", "Acme Data", "acme 2", "DM", "D.M.", "Twin")
	twin := requester(9, "TWIN")
	twin.Platform = directory.PlatformID(key(70))
	x.Put(twin)
	for _, c := range []struct {
		text string
		want []string
		rest string
	}{
		{"acme data pay 2", []string{"Acme Data"}, "pay 2"},
		{"acme pay 2", []string{"Acme"}, "pay 2"},
		{"Acme-Data: pay 2", []string{"Acme Data"}, "pay 2"},
		{"acme 2 14 000,12 EUR", []string{"acme 2"}, "14 000,12 EUR"},
		{"acme $ -5", []string{"Acme"}, "$ -5"},
		{"acme $.75 5min", []string{"Acme"}, "$.75 5min"},
		{"acme ٢", []string{"acme 2"}, ""},
		{"dmt pay 1", nil, "dmt pay 1"},
		{"dm pay 1", []string{"DM"}, "pay 1"},
		{"mary roman lab pay 1", nil, "mary roman lab pay 1"},
		{"twin 1", []string{"TWIN", "Twin"}, "1"},
		{"", nil, ""},
	} {
		matches, rest := x.LongestPrefix(strings.Fields(c.text), directory.Options{})
		if got := namesOf(matches); !slices.Equal(got, append([]string{}, c.want...)) || strings.Join(rest, " ") != c.rest {
			t.Errorf("LongestPrefix(%q) = %q, %q", c.text, got, rest)
		}
	}
	only := directory.Options{Platform: twin.Platform}
	if matches, _ := x.LongestPrefix([]string{"twin"}, only); len(matches) != 1 {
		t.Errorf("one platform's twin: %+v", matches)
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme", "Acme Data", "Bright Labs", "Acorn")
	for _, c := range []struct {
		prefix string
		n      int
		want   []string
	}{
		{"ac", 10, []string{"Acme", "Acme Data", "Acorn"}},
		{"AC", 2, []string{"Acme", "Acme Data"}},
		{"acme ", 10, []string{"Acme", "Acme Data"}},
		{"brihgt labs", 5, []string{"Bright Labs"}},
		{"labs", 5, []string{"Bright Labs"}}, // a later word, as a near match
		{"bright", 5, []string{"Bright Labs"}},
		{"", 5, nil},
		{"ac", 0, nil},
	} {
		if got := namesOf(x.Complete(c.prefix, c.n, directory.Options{})); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("Complete(%q, %d) = %q, want %q", c.prefix, c.n, got, c.want)
		}
	}
}

func TestOptionsNarrow(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme")
	x.Put(directory.Entry{ID: directory.PlatformID(key(5)).Target(), Name: "Acme", Other: []string{"Acme Work"}})
	if found := x.Find("acme", directory.Options{}); len(found.Exact) != 2 {
		t.Errorf("both kinds: %+v", found)
	}
	found := x.Find("acme", directory.Options{Kind: directory.PlatformTarget})
	if len(found.Exact) != 1 || found.Exact[0].ID.Kind() != directory.PlatformTarget {
		t.Errorf("platforms only: %+v", found)
	}
	if found := x.Find("acme work", directory.Options{}); len(found.Exact) != 1 || found.Exact[0].Field != directory.ByOtherName {
		t.Errorf("another name: %+v", found)
	}
}

func TestPutReplacesAndRemoveForgets(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme Data")
	renamed := requester(1, "Bright Labs")
	x.Put(renamed)
	x.Put(renamed)
	if found := x.Find("acme data", directory.Options{}); len(found.Exact)+len(found.Near) != 0 || x.Len() != 1 {
		t.Errorf("the replaced name is still found: %+v", found)
	}
	x.Remove(renamed.ID)
	x.Remove(renamed.ID)
	if found := x.Find("bright labs", directory.Options{}); len(found.Exact) != 0 || x.Len() != 0 {
		t.Errorf("the removed name is still found: %+v", found)
	}
	if got := x.Complete("br", 5, directory.Options{}); len(got) != 0 {
		t.Errorf("the removed name is still completed: %+v", got)
	}
}

func TestManyChangesDoNotPileUp(t *testing.T) {
	t.Parallel()
	x := directory.NewIndex()
	for round := range 12 {
		for n := range 1000 {
			x.Put(requester(n, fmt.Sprintf("%s %d", madeName(rand.New(rand.NewPCG(uint64(n), 1))), round)))
		}
	}
	for n := range 1000 {
		name := fmt.Sprintf("%s 11", madeName(rand.New(rand.NewPCG(uint64(n), 1))))
		found := x.Find(name, directory.Options{})
		if !slices.ContainsFunc(found.Exact, func(m directory.Match) bool { return m.ID == requester(n, "").ID }) {
			t.Fatalf("%q is lost: %+v", name, found)
		}
	}
}

// realName draws names that people could give, in several scripts.
func realName() *rapid.Generator[directory.Name] {
	return rapid.Custom(func(t *rapid.T) directory.Name {
		s := rapid.OneOf(
			rapid.StringMatching(`[A-Z][a-zéøß]{3,10}( [A-Z][a-z]{2,8}){0,2}`),
			rapid.StringMatching(`[А-Я][а-я]{4,12}`),
			rapid.StringMatching(`[ا-ي]{4,9}( [ا-ي]{3,9})?`),
			awkward(),
		).Draw(t, "typed")
		n, err := directory.NewName(s)
		if err != nil {
			t.Skip("no name")
		}
		return n
	})
}

func TestANameFindsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(realName(), 1, 20).Draw(t, "names")
		x := directory.NewIndex()
		for i, n := range names {
			x.Put(requester(i+1, n.String()))
		}
		for i, n := range names {
			found := x.Find(n.String(), directory.Options{})
			here := func(m directory.Match) bool { return m.ID == requester(i+1, "").ID }
			if !slices.ContainsFunc(found.Exact, here) {
				t.Fatalf("%q does not find itself", n)
			}
			if slices.ContainsFunc(found.Near, here) {
				t.Fatalf("%q is near and exact", n)
			}
			matches, rest := x.LongestPrefix(append(strings.Fields(n.String()), "|", "zzzz"), directory.Options{})
			if !slices.ContainsFunc(matches, here) || len(rest) > 2 {
				t.Fatalf("%q does not begin its own text: %+v %q", n, matches, rest)
			}
			if !slices.ContainsFunc(x.Complete(n.String(), 20, directory.Options{}), here) {
				t.Fatalf("%q does not complete itself", n)
			}
		}
	})
}

func TestOneTypingErrorFindsTheName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zøж]{5,9}( [a-z]{1,8}){0,2}`).Draw(t, "name")
		x := indexOf(name, "Somebody Else", "Quite Another")
		letters := []rune(directory.Fold(name))
		at := rapid.IntRange(0, len(letters)-2).Draw(t, "at")
		other := rapid.RuneFrom([]rune("abcxyz ")).Draw(t, "letter")
		var typed []rune
		switch rapid.SampledFrom([]string{"left out", "added", "changed", "swapped"}).Draw(t, "error") {
		case "left out":
			typed = slices.Delete(slices.Clone(letters), at, at+1)
		case "added":
			typed = slices.Insert(slices.Clone(letters), at, other)
		case "changed":
			typed = slices.Clone(letters)
			typed[at] = other
		case "swapped":
			typed = slices.Clone(letters)
			typed[at], typed[at+1] = typed[at+1], typed[at]
		}
		found := x.Find(string(typed), directory.Options{})
		if !slices.Contains(namesOf(append(found.Exact, found.Near...)), name) {
			t.Fatalf("%q typed as %q is not found: %+v", name, string(typed), found)
		}
	})
}

func TestShortNamesMatchExactlyOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		short := rapid.StringMatching(`[A-Za-z0-9]{1,3}`)
		stored := short.Draw(t, "stored")
		typed := rapid.OneOf(short, rapid.StringMatching(`[a-z]{4,5}`), rapid.Just(stored+" lab")).Draw(t, "typed")
		x := indexOf(stored)
		found := x.Find(typed, directory.Options{})
		same := directory.Fold(stored) == directory.Fold(typed)
		if len(found.Near) != 0 || (len(found.Exact) == 1) != same {
			t.Fatalf("%q typed, %q stored: %+v", typed, stored, found)
		}
		longer := indexOf("Mtd Lab", "Acme", "Data").Find(stored, directory.Options{})
		if len(longer.Near) != 0 {
			t.Fatalf("%q is near %+v", stored, longer.Near)
		}
	})
}

func TestAnyTextIsAnswered(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme", "Аcme", "شركة", "★★★", "DM", "हिंदी लैब")
	rapid.Check(t, func(t *rapid.T) {
		s := awkward().Draw(t, "s")
		found := x.Find(s, directory.Options{})
		if len(found.Near) > directory.MostNear {
			t.Fatalf("%d near matches", len(found.Near))
		}
		x.Complete(s, 25, directory.Options{})
		x.LongestPrefix(strings.Fields(s), directory.Options{})
		x.Put(requester(1000, s))
		x.Remove(requester(1000, "").ID)
	})
}

func TestReadersAndAWriter(t *testing.T) {
	t.Parallel()
	x := indexOf("Acme")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 500 {
				if found := x.Find("acme", directory.Options{}); len(found.Exact) != 1 {
					t.Errorf("lost while writing: %+v", found)
				}
				x.Find("acmee data", directory.Options{})
				x.Complete("ac", 5, directory.Options{})
			}
		})
	}
	group.Go(func() {
		for n := range 2000 {
			x.Put(requester(2+n%50, fmt.Sprintf("Acme Data %d", n)))
		}
	})
	group.Wait()
}

var (
	syllables = strings.Fields("ba be bo da de di do fa fi ga go ha he ja ka ke ki la le lo ma me mi na ne no pa pe po ra re ri ro sa se si ta te ti to va ve za zo")
	endings   = strings.Fields("Data Labs Research AI Group Studio Vision Systems Media Works Analytics University Insights Lab Solutions Inc")
)

// madeName makes a name such as requesters have.
func madeName(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(2) {
		word := ""
		for range 2 + r.IntN(3) {
			word += syllables[r.IntN(len(syllables))]
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:] + " ")
	}
	return b.String() + endings[r.IntN(len(endings))]
}
