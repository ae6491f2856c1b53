package main_test

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The plain look of the code: files of one thought, a tidy top, tests that wait
// for nothing and skip nothing, and no trace of the machine it was written on.

// top is the top of the repository, seen from this package.
const top = "../.."

// ground is what may stand at the top. Nothing else without a reason; what
// .gitignore names does not count.
var ground = []string{
	".ci", ".dockerignore", ".git", ".gitignore", ".golangci.yml",
	"CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile", "README.md",
	"adapters", "bots", "core", "docs", "go.mod", "go.sum", "migrations",
}

func TestTopIsTidy(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	ignored := ignorer(t)
	for _, e := range entries {
		if !slices.Contains(ground, e.Name()) && !ignored(e.Name()) {
			t.Errorf("%s stands at the top; it belongs into one of %v", e.Name(), ground)
		}
	}
}

func TestFilesAreOneThought(t *testing.T) {
	t.Parallel()
	const most, usual = 800, 400
	var all int
	var long []string
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		all++
		switch n := bytes.Count(read(t, name), []byte("\n")); {
		case n > most:
			t.Errorf("%s has %d lines, over %d: split it by meaning", name, n, most)
		case n >= usual:
			long = append(long, name)
		}
	}
	if len(long)*10 > all {
		t.Errorf("%d of %d files have %d lines and more, over one in ten: %s", len(long), all, usual, strings.Join(long, ", "))
	}
}

func TestTestsNeitherSleepNorSkip(t *testing.T) {
	t.Parallel()
	set := token.NewFileSet()
	for _, name := range goFiles(t) {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, read(t, name), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for at, what := range lazy(file) {
			t.Errorf("%s: %s: wait for what happens, and test it everywhere or fail with what to do", set.Position(at), what)
		}
	}
}

func TestLazyCallsAreFound(t *testing.T) {
	t.Parallel()
	const source = `package p
func TestA(t *testing.T) { time.Sleep(1); t.Skip("no"); t.Run("", func(t *testing.T) { t.SkipNow() }) }
func FuzzB(f *testing.F) { f.Skipf("no"); reader.Skip(3); time.NewTimer(1) }
func TestC(t *testing.T) { rapid.Check(t, func(t *rapid.T) { t.Skip("draw another") }) }`
	file, err := parser.ParseFile(token.NewFileSet(), "a_test.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(lazy(file)); n != 4 {
		t.Errorf("%d calls found, want time.Sleep, t.Skip, t.SkipNow and f.Skipf", n)
	}
}

// lazy returns the calls that sleep or skip a test. In a property of rapid's,
// Skip only asks for another value, so it is no such call.
func lazy(file *ast.File) map[token.Pos]string {
	found := map[token.Pos]string{}
	var look func(body ast.Node, testers []string)
	look = func(body ast.Node, testers []string) {
		ast.Inspect(body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Body != nil {
					look(n.Body, bound(n.Type, testers))
				}
				return false
			case *ast.FuncLit:
				look(n.Body, bound(n.Type, testers))
				return false
			case *ast.SelectorExpr:
				on, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				skips := slices.Contains(testers, on.Name) && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, n.Sel.Name)
				if skips || on.Name == "time" && n.Sel.Name == "Sleep" {
					found[n.Pos()] = on.Name + "." + n.Sel.Name
				}
			}
			return true
		})
	}
	look(file, nil)
	return found
}

// bound returns which names stand for a test of package testing in a function
// of this type, given those of the function around it.
func bound(f *ast.FuncType, around []string) []string {
	names := slices.Clone(around)
	for _, param := range f.Params.List {
		kind := param.Type
		if star, ok := kind.(*ast.StarExpr); ok {
			kind = star.X
		}
		selector, _ := kind.(*ast.SelectorExpr)
		for _, name := range param.Names {
			names = slices.DeleteFunc(names, func(n string) bool { return n == name.Name })
			if selector == nil {
				continue
			}
			if from, ok := selector.X.(*ast.Ident); ok && from.Name == "testing" {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func TestNoTraceOfAMachine(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		for n, line := range lines(t, name) {
			if trace := traceIn(line); trace != "" {
				t.Errorf("%s:%d mentions %s", name, n+1, trace)
			}
		}
	}
}

func TestTracesAreFound(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"see " + slash("work", "main") + " for more": true,
		"HOME=" + slash("root", ".cache"):            true,
		"https://proxy." + "golang.org/x/text":       true,
		"the homework/main part":                     false,
		"https://go.dev/dl/":                         false,
	} {
		if got := traceIn(line) != ""; got != want {
			t.Errorf("%q: a trace %t, want %t", line, got, want)
		}
	}
}

// traceIn returns the path of a developer's machine, or the host of a package
// registry, that a line mentions. They are put together here so that this file
// mentions none.
func traceIn(line string) string {
	for _, host := range []string{"proxy." + "golang.org", "registry." + "npmjs.org", "deb." + "debian.org"} {
		if strings.Contains(line, host) {
			return host
		}
	}
	for _, folder := range []string{slash("work", ""), slash("root", ""), slash("tmp", "notes")} {
		for rest := line; ; {
			before, after, found := strings.Cut(rest, folder)
			if !found {
				break
			}
			// "homework/main" and "https://host/work/" are no paths of a machine.
			if last, _ := utf8.DecodeLastRuneInString(before); before == "" || strings.ContainsRune(" \t\"'`=:(<[,", last) {
				return folder
			}
			rest = after
		}
	}
	return ""
}

func slash(parts ...string) string { return "/" + strings.Join(parts, "/") }

// files returns the slash-separated names of all files of the tree, but for
// history and what .gitignore names.
func files(t *testing.T) []string {
	t.Helper()
	var names []string
	ignored := ignorer(t)
	err := fs.WalkDir(os.DirFS(top), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" || ignored(name):
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// ignorer tells of a file whether .gitignore names it, for the plain patterns
// that ours is made of: /folder/ at the top, and *.suffix anywhere.
func ignorer(t *testing.T) func(name string) bool {
	t.Helper()
	patterns := slices.DeleteFunc(lines(t, ".gitignore"), func(p string) bool {
		return p == "" || strings.HasPrefix(p, "#")
	})
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			if atTop, ok := strings.CutPrefix(strings.TrimSuffix(p, "/"), "/"); ok {
				return name == atTop
			}
			ok, err := path.Match(p, path.Base(name))
			return ok || err != nil
		})
	}
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	var all []string
	scan := bufio.NewScanner(bytes.NewReader(read(t, name)))
	scan.Buffer(nil, 16<<20) // a picture is one long line
	for scan.Scan() {
		all = append(all, scan.Text())
	}
	if err := scan.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
