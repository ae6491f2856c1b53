package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func talk(t *testing.T, x *toy, in string) string {
	t.Helper()
	var out bytes.Buffer
	if err := x.stage.Interactive(t.Context(), "w1", strings.NewReader(in), &out, x.Settle); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPipedLinesAreAnsweredPlainly(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"hello\n", "hello", "hello\r\n", "\n\nhello\n  \n"} {
		if out := talk(t, newToy(t), in); out != "hello\n\n" {
			t.Errorf("%q: %q", in, out)
		}
	}
	if out := talk(t, newToy(t), ""); out != "" {
		t.Errorf("nothing was said: %q", out)
	}
	if out := talk(t, newToy(t), "\x1b[31mred\u202e\a\n"); out != "[31mred\n\n" {
		t.Errorf("a terminal is told what to do: %q", out)
	}
}

func TestButtonsOnATerminal(t *testing.T) {
	t.Parallel()
	const choose = "Choose.\n[1] Yes\n[2] No\n\n"
	for in, want := range map[string]string{
		"choose Yes No\n2\n":                         choose + "pressed data-No\n\n",
		"choose Yes No\n٢\n":                         choose + "pressed data-No\n\n",
		"choose Yes No\n[2]\n":                       choose + "pressed data-No\n\n",
		"choose Yes No\n [no] \n":                    choose + "pressed data-No\n\n",
		"choose Yes No\n3\n":                         choose + "3\n\n",
		"choose Yes No\n0\n":                         choose + "0\n\n",
		"choose Yes No\n[Maybe]\n":                   choose + "[Maybe]\n\n",
		"choose Yes No\n[No\n":                       choose + "[No\n\n",
		"choose Yes No\nhello\n[No]\n":               choose + "hello\n\npressed data-No\n\n",
		"choose Yes No\nhello\n[1]\n":                choose + "hello\n\npressed data-Yes\n\n",
		"choose Yes No\nhello\n1\n":                  choose + "hello\n\n1\n\n",
		"amount\n1\n":                                "How much?\n[1] Skip\n\n1\n\n",
		"amount\n[1]\n":                              "How much?\n[1] Skip\n\npressed data-Skip\n\n",
		"link\n1\n":                                  "See:\n[1] Page: https://example.org/\n[2] Go\n\n1\n\n",
		"link\n2\n":                                  "See:\n[1] Page: https://example.org/\n[2] Go\n\npressed data-Go\n\n",
		"panel\n1\n1\n":                              "Panel 0\n[1] More\n\nPanel 1\n[1] More\n\nPanel 2\n[1] More\n\n",
		"choose Yes No\nchoose No Never\n[Yes]\n[1]": choose + "Choose.\n[1] No\n[2] Never\n\npressed data-Yes\n\npressed data-No\n\n",
	} {
		if out := talk(t, newToy(t), in); out != want {
			t.Errorf("%q:\n%s\nexpected\n%s", in, out, want)
		}
	}
}

func TestOthersAreNotAtTheTerminal(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	if out := talk(t, x, "tell w2 psst\n"); out != "" {
		t.Errorf("w1 got %q", out)
	}
	if len(x.sent) != 1 || x.sent[0] == nil || !strings.HasPrefix(x.sent[0].Error(), "later") {
		t.Errorf("sent: %v", x.sent)
	}
}

func TestATalkEnds(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	broken := errors.New("broken")
	settle := func(context.Context) error { return broken }
	if err := x.stage.Interactive(t.Context(), "w1", strings.NewReader("a\n"), io.Discard, settle); !errors.Is(err, broken) {
		t.Errorf("could not be answered: %v", err)
	}
	if err := x.stage.Interactive(t.Context(), "w1", iotest.ErrReader(broken), io.Discard, x.Settle); !errors.Is(err, broken) {
		t.Errorf("could not be read: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	in, _ := io.Pipe()
	defer in.Close()
	stop()
	if err := x.stage.Interactive(ctx, "w1", in, io.Discard, x.Settle); err != nil {
		t.Errorf("stopped: %v", err)
	}
}
