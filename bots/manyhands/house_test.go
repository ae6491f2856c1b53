package main_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house has three layers and one direction: outside things point inward.
// This table says which import would break that, and why.

const module = "manyhands"

// A ban forbids imports. Patterns are as Go writes them: "core/..." is core and
// all below it. Three imports have names of their own: "ours" is any package of
// this module, "library" any of another module, and "itself" the same adapter.
type ban struct {
	who    []string // the packages it binds
	but    []string // except these
	what   []string // what they may not import
	except []string // except these
	tests  bool     // whether tests are bound too
	why    string
}

// bans has no entry for the order of the nouns, which is in the list after it.
var bans = []ban{
	{
		who: []string{"..."}, what: []string{"bots/manyhands/..."}, tests: true,
		but: []string{"bots/manyhands/..."},
		why: "main knows every part, and no part knows main",
	},
	{
		who: []string{"core/..."}, what: []string{"ours"}, except: []string{"core/..."}, tests: true,
		why: "the domain knows nothing of networks, databases and bots",
	},
	{
		who: []string{"core/..."}, what: []string{"library"},
		except: []string{
			"golang.org/x/text/...", "github.com/google/uuid", "github.com/govalues/decimal",
			"github.com/mozillazg/go-unidecode", "github.com/agnivade/levenshtein", // narrowed by the next
		},
		why: "the domain needs values and letters, and nothing that a new version of a framework could change",
	},
	{
		who: []string{"core/..."}, but: []string{"core/directory"},
		what: []string{"github.com/mozillazg/go-unidecode", "github.com/agnivade/levenshtein"},
		why:  "finding names is the directory's business alone",
	},
	{
		who:  []string{"core/..."},
		what: []string{"os/...", "net", "net/http/...", "database/...", "log/...", "syscall", "unsafe"},
		why:  "rules are pure: what reads, writes or logs is an adapter",
	},
	{
		who: []string{"bots/..."}, but: []string{"bots/manyhands/..."},
		what: []string{"ours"}, except: []string{"core/...", "bots/..."}, tests: true,
		why: "the bot is the same on every network: an adapter comes to it as an interface",
	},
	{
		who: []string{"bots/..."}, but: []string{"bots/manyhands/...", "bots/networktest"}, // which draws replies with rapid
		what: []string{"library"},
		except: []string{
			"golang.org/x/text/...", "github.com/google/uuid", "github.com/govalues/decimal", "golang.org/x/sync/...",
			"github.com/rivo/uniseg", "github.com/nicksnyder/go-i18n/...", "github.com/BurntSushi/toml",
		},
		why: "beyond values, the bot needs plurals, catalogues and the splitting of text",
	},
	{
		who: []string{"bots"}, what: []string{"bots/commands/...", "bots/networktest/..."},
		why: "the bot runs any command on any network; it knows none of them",
	},
	{
		who: []string{"bots/locale/..."}, what: []string{"bots/..."}, except: []string{"bots/locale/..."},
		why: "catalogues are below the bot that speaks from them",
	},
	{
		who: []string{"adapters/..."}, what: []string{"adapters/..."}, except: []string{"itself"}, tests: true,
		why: "what one adapter needs of another it declares, and main passes it in",
	},
	{
		who: []string{"adapters/..."}, what: []string{"bots/commands/..."},
		why: "a command is written without any adapter, and an adapter without any command",
	},
	{
		who: []string{"adapters/..."}, but: []string{"adapters/database/..."}, what: []string{"migrations"}, tests: true,
		why: "the schema is the database's",
	},
	{
		who: []string{"migrations/..."}, what: []string{"ours", "library"},
		why: "the schema is plain SQL that any program could read",
	},
	// Each outside library is touched in one folder, so that it can be changed there.
	onlyIn("adapters/telegram", "github.com/go-telegram-bot-api/..."),
	onlyIn("adapters/discord", "github.com/bwmarrin/discordgo", "github.com/gorilla/websocket"),
	onlyIn("adapters/database", "gorm.io/...", "github.com/libtnb/sqlite", "modernc.org/...",
		"github.com/jackc/...", "github.com/fergusstrange/..."),
	onlyIn("adapters/vault", "github.com/tink-crypto/..."),
	onlyIn("adapters/jobs", "github.com/riverqueue/..."),
	onlyIn("adapters/console", "github.com/chzyer/readline"),
	onlyIn("bots/locale", "github.com/nicksnyder/go-i18n/..."),
	{
		who: []string{"..."}, but: []string{"bots/locale/...", "bots/manyhands"}, what: []string{"github.com/BurntSushi/toml"},
		why: "catalogues and settings are TOML, and nothing else is",
	},
	onlyIn("bots/manyhands", "github.com/alecthomas/kong"),
}

func onlyIn(folder string, libraries ...string) ban {
	return ban{
		who: []string{"..."}, but: []string{folder + "/..."}, what: libraries,
		why: "this library is touched in " + folder + " only",
	}
}

// order is the order of the nouns, lowest first: a noun may import those of
// earlier lines. What it needs of its own line or a later one it gets as a
// value, or it belongs to a higher noun.
var order = [][]string{
	{"core/stats"}, // pure mathematics
	{"core"},
	{"core/money", "core/audit"},
	{"core/worker"},
	{"core/directory"},
	{"core/collective"},
	{"core/rating", "core/pay", "core/grievance"},
	{"core/decision"},
	{"core/card", "core/digest"},
}

// An edge is one import.
type edge struct {
	from, to string // "core/rating" and "manyhands/core/worker", or "net/http"
	test     bool   // in a file of tests
}

// judge says why the import is forbidden; "" where it is allowed. The number is
// that of the ban, len(bans) for the order of the nouns.
func judge(e edge) (why string, number int) {
	to := strings.TrimPrefix(e.to, module+"/")
	ours := to != e.to
	for i, b := range bans {
		if e.test && !b.tests || !matches(e.from, b.who) || matches(e.from, b.but) {
			continue
		}
		banned := matches(to, b.what) ||
			ours && slices.Contains(b.what, "ours") ||
			!ours && strings.Contains(to, ".") && slices.Contains(b.what, "library")
		allowed := matches(to, b.except) || slices.Contains(b.except, "itself") && adapter(to) == adapter(e.from)
		if banned && !allowed {
			return b.why, i
		}
	}
	if from, to := rank(e.from), rank(to); from >= 0 && to >= from && !e.test {
		return "nouns import downwards only, in the order of the list", len(bans)
	}
	return "", -1
}

// matches tells whether the package is one that the patterns name.
func matches(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		base, below := strings.CutSuffix(p, "...")
		base = strings.TrimSuffix(base, "/")
		return pkg == base || below && (base == "" || strings.HasPrefix(pkg, base+"/"))
	})
}

// adapter returns the outside thing that a package is about: adapters/telegram
// for adapters/telegram/telegramtest.
func adapter(pkg string) string {
	parts := strings.Split(pkg, "/")
	return path.Join(parts[:min(2, len(parts))]...)
}

// rank is the place of a noun in the order; -1 for what is none.
func rank(pkg string) int {
	return slices.IndexFunc(order, func(nouns []string) bool { return slices.Contains(nouns, pkg) })
}

func TestImportsPointInward(t *testing.T) {
	t.Parallel()
	found := imports(t)
	if len(found) < 50 {
		t.Fatalf("only %d imports found: the test looks in the wrong place", len(found))
	}
	for _, e := range found {
		if why, _ := judge(e.edge); why != "" {
			t.Errorf("%s: imports %s, but %s", e.at, e.to, why)
		}
	}
}

func TestEveryNounHasItsPlace(t *testing.T) {
	t.Parallel()
	for _, e := range imports(t) {
		if matches(e.from, []string{"core/..."}) && rank(e.from) < 0 {
			t.Errorf("%s: %s has no place in the order of the nouns; give it one above", e.at, e.from)
		}
	}
}

// The table is a test itself, so it is tested: each ban catches its import, and
// what the house needs passes.
func TestTableCatches(t *testing.T) {
	t.Parallel()
	caught := map[int]bool{}
	for _, e := range []edge{
		{"adapters/webchat", "manyhands/bots/manyhands", false},
		{"core/rating", "manyhands/adapters/database", false},
		{"core/rating", "manyhands/bots", true},
		{"core/directory", "gorm.io/gorm", false},
		{"core/worker", "github.com/agnivade/levenshtein", false},
		{"core/card", "net/http", false},
		{"core", "os/exec", false},
		{"bots/commands", "manyhands/adapters/telegram", true},
		{"bots/commands", "github.com/jackc/pgx/v5", false},
		{"bots", "manyhands/bots/commands", false},
		{"bots/locale", "manyhands/bots", false},
		{"adapters/telegram", "manyhands/adapters/database", false},
		{"adapters/telegram", "manyhands/adapters/discord/discordtest", true},
		{"adapters/telegram/telegramtest", "manyhands/adapters/webchat", false},
		{"adapters/console", "manyhands/bots/commands", false},
		{"adapters/vault", "manyhands/migrations", false},
		{"migrations", "manyhands/core", false},
		{"migrations", "gorm.io/gorm", false},
		{"adapters/discord", "github.com/go-telegram-bot-api/telegram-bot-api/v5", false},
		{"bots/manyhands", "github.com/bwmarrin/discordgo", false},
		{"adapters/webchat", "gorm.io/gorm", false},
		{"adapters/database", "github.com/tink-crypto/tink-go/v2/aead", false},
		{"adapters/database", "github.com/riverqueue/river", false},
		{"adapters/telegram", "github.com/chzyer/readline", false},
		{"bots/commands", "github.com/BurntSushi/toml", false},
		{"bots/transcript", "github.com/nicksnyder/go-i18n/v2/i18n", false},
		{"adapters/webchat", "github.com/alecthomas/kong", false},
		{"core/worker", "manyhands/core/rating", false},
		{"core/rating", "manyhands/core/pay", false},
		{"core", "manyhands/core/money", false},
	} {
		why, number := judge(e)
		if why == "" {
			t.Errorf("%s may import %s; want it caught", e.from, e.to)
		}
		caught[number] = true
	}
	for i, b := range bans {
		if !caught[i] {
			t.Errorf("no case above is caught by the ban %q", b.why)
		}
	}
	for _, e := range []edge{
		{"core/card", "manyhands/core/rating", false},
		{"core/rating", "manyhands/core/stats", false},
		{"core/directory", "github.com/agnivade/levenshtein", false},
		{"core/directory", "net/url", false},
		{"core/rating", "pgregory.net/rapid", true},
		{"bots/commands", "manyhands/core/rating", false},
		{"adapters/telegram", "manyhands/adapters/telegram/telegramtest", true},
		{"adapters/database", "manyhands/adapters/database/postgrestest", true},
		{"adapters/database", "manyhands/migrations", false},
		{"bots/manyhands", "manyhands/adapters/telegram", false},
	} {
		if why, _ := judge(e); why != "" {
			t.Errorf("%s may not import %s (%s); want it allowed", e.from, e.to, why)
		}
	}
}

// A located import knows its file and line.
type located struct {
	edge
	at token.Position
}

// imports returns every import of the tree, those of tests and of files for
// other systems too.
func imports(t *testing.T) []located {
	t.Helper()
	var all []located
	set := token.NewFileSet()
	for _, name := range goFiles(t) {
		file, err := parser.ParseFile(set, filepath.Join(top, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(fmt.Errorf("%s: %w", name, err))
			}
			all = append(all, located{
				edge{from: path.Dir(name), to: to, test: strings.HasSuffix(name, "_test.go")},
				set.Position(spec.Pos()),
			})
		}
	}
	return all
}

// goFiles returns the Go files of the tree by their slash-separated names.
func goFiles(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, name := range files(t) {
		if path.Ext(name) == ".go" && fs.ValidPath(name) {
			names = append(names, name)
		}
	}
	return names
}
