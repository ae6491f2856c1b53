//go:build browser

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"manyhands/adapters/webchat"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

// shots is where pictures are wanted. It is read before TestMain takes the
// machine's own settings away.
var shots = os.Getenv("MANYHANDS_SHOTS")

// patience is how long anything may take, on a slow machine too.
const patience = 30 * time.Second

// house is the running program with a browser before its door.
type house struct {
	program *Program
	url     string
	browser context.Context
}

// openHouse starts the program as serve does, at an address of its own, and a
// browser. Both end with the test.
func openHouse(t *testing.T, s Settings, clock core.Clock) *house {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	parts := Parts{Clock: clock, Random: core.CryptoRandom, Log: testLog(t)}
	var chat *webchat.Chat
	parts.Networks = func(p *Program) (_ []bots.Network, err error) {
		chat, err = p.webchat(s, parts, parts.Log)
		return []bots.Network{chat}, err
	}
	p, err := Open(t.Context(), s, parts)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.serve(ctx, listener, chat) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{program: p, url: s.URL, browser: openBrowser(t)}
}

// openBrowser starts Debian's chromium.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium did not start (on Debian: apt-get install chromium): %v", err)
	}
	return ctx
}

// screen is what somebody holds in their hand or sits before.
type screen struct {
	width, height int64
	touch         bool
	scale         float64 // 1 where it is 0
}

var (
	phone      = screen{width: 360, height: 740, touch: true}
	smallPhone = screen{width: 320, height: 568, touch: true}
	desktop    = screen{width: 1280, height: 800}
)

// person is somebody with a browser that has no past, a language, and a phone
// unless told otherwise.
type person struct {
	*testing.T
	*house
	name string
	lang locale.Lang
	hold screen
	tab  context.Context

	mu       sync.Mutex
	said     []string // by the browser's console
	stations int
	unseen   bool // no pictures of the stations are wanted
}

// comes opens the page for somebody. Whatever the browser complains of until
// the end of the test fails it: a refusal by the page's policy, too.
func (h *house) comes(t *testing.T, name string, hold screen, path string) *person {
	t.Helper()
	x := &person{T: t, house: h, name: name, lang: locale.English, hold: hold}
	tab, leave := chromedp.NewContext(h.browser, chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	tab, late := context.WithTimeout(tab, 5*time.Minute)
	t.Cleanup(late)
	x.tab = tab
	x.takes(hold)
	call(x, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	console := chromedp.Console(tab)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			x.mu.Lock()
			x.said = append(x.said, m.String())
			x.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		if bad := x.console(); len(bad) > 0 {
			t.Errorf("%s: the console says %q", name, bad)
		}
	})
	x.do(chromedp.Navigate(h.url + path))
	x.until(ready)
	return x
}

// ready is true of a page that shows all there was.
const ready = `document.querySelector("#log:not([aria-busy])")`

func (x *person) console() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]string(nil), x.said...)
}

func (x *person) do(actions ...chromedp.Action[chromedp.Void]) {
	x.Helper()
	if err := chromedp.Do(x.tab, actions...); err != nil {
		x.Fatalf("%s: %v", x.name, err)
	}
}

// takes puts another screen before the person; the page stays.
func (x *person) takes(s screen) {
	x.Helper()
	options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(cmp.Or(s.scale, 1))}
	if s.touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	x.do(chromedp.EmulateViewport(s.width, s.height, options...))
}

// is evaluates an expression.
func is[T any](x *person, expression string) T {
	x.Helper()
	v, err := chromedp.Run(x.tab, chromedp.Evaluate[T](expression))
	if err != nil {
		x.Fatalf("%s: %s: %v", x.name, expression, err)
	}
	return v
}

// until waits for an expression to be true, whenever the page changes, and
// over the loading of another page too.
func (x *person) until(expression string) {
	x.Helper()
	waiting := fmt.Sprintf(`new Promise((done) => {
		const look = () => {
			if (!(%s)) return;
			watch.disconnect();
			done(true);
		};
		const watch = new MutationObserver(look);
		watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		look();
	})`, expression)
	ctx, late := context.WithTimeout(x.tab, patience)
	defer late()
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](waiting, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			x.Fatalf("%s: never came true: %s; the page says %q; console: %q", x.name, expression, is[string](x, `document.body.innerText`), x.console())
		}
	}
}

// say is a sentence as the person reads it.
func (x *person) say(key string, pairs ...any) string {
	return locale.Strip(x.program.Catalogue.Say(x.lang, locale.T(key, pairs...)))
}

// quoted is a text as a script has it.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always can be
	}
	return string(text)
}

// plainScript is what a script puts around a text, so that the isolates of
// what was typed do not count.
func plainScript(expression string) string {
	return `(` + expression + `).replace(/[\u2066-\u2069]/g, "").trim()`
}

// aged marks every message that is there, so that an answer is known as new.
func (x *person) aged() {
	x.Helper()
	x.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".theirs").forEach((e) => { e.dataset.before = "1"; })`))
}

// hears waits for an answer to what was done last, in a new message or in the
// place of an earlier one, that holds a sentence of the catalogue; and looks
// whether the page is in order.
func (x *person) hears(key string, pairs ...any) {
	x.Helper()
	x.until(fmt.Sprintf(`[...document.querySelectorAll(".theirs:not([data-before])")].some((e) => %s.includes(%s))`,
		plainScript("e.innerText"), quoted(x.say(key, pairs...))))
	x.inOrder(key)
}

// reads fails where what came since the last act lacks a sentence.
func (x *person) reads(key string, pairs ...any) {
	x.Helper()
	if want, all := x.say(key, pairs...), x.answers(); !strings.Contains(all, want) {
		x.Errorf("%s: %q is not in %q", x.name, want, all)
	}
}

// answers are the words of what came since the last act.
func (x *person) answers() string {
	x.Helper()
	return is[string](x, plainScript(`[...document.querySelectorAll(".theirs:not([data-before])")].map((e) => e.innerText).join("\n")`))
}

// writes types a message and presses the page's button to send it.
func (x *person) writes(text string) {
	x.Helper()
	x.aged()
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("input").focus()`))
	call(x, input.InsertText, input.InsertTextParams{Text: text})
	x.touches(`document.getElementById("send")`)
}

func call[P, R any](x *person, command cdp.Command[P, R], params P) {
	x.Helper()
	if _, err := chromedp.Call(x.tab, command, params); err != nil {
		x.Fatalf("%s: %v", x.name, err)
	}
}

// presses presses the newest button with a label of the catalogue's.
func (x *person) presses(key string, pairs ...any) {
	x.Helper()
	x.aged()
	x.touches(fmt.Sprintf(`[...document.querySelectorAll("button")].filter((e) => e.offsetParent && %s === %s).at(-1)`,
		plainScript("e.textContent"), quoted(x.say(key, pairs...))))
}

// touches touches, or clicks, what an expression finds, where it can be seen
// and nothing lies over it.
func (x *person) touches(expression string) {
	x.Helper()
	at := is[[]float64](x, fmt.Sprintf(`(() => {
		const e = %s;
		if (!e) return [];
		e.scrollIntoView({ block: "nearest" });
		const r = e.getBoundingClientRect();
		const [left, top] = [r.left + r.width / 2, r.top + r.height / 2];
		return e.contains(document.elementFromPoint(left, top)) ? [left, top] : [];
	})()`, expression))
	switch {
	case len(at) != 2:
		x.Fatalf("%s: there is nothing to touch: %s in %q", x.name, expression, is[string](x, `document.body.innerText`))
	case x.hold.touch:
		x.do(chromedp.TapXY(at[0], at[1]))
	default:
		x.do(chromedp.MouseClickXY(at[0], at[1]))
	}
}

// chooses takes a language from the page's own list.
func (x *person) chooses(lang locale.Lang) {
	x.Helper()
	x.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const list = document.getElementById("language");
		list.value = %s;
		list.dispatchEvent(new Event("change"));
	})()`, quoted(string(lang)))))
	x.follows(lang)
}

// follows waits for the page to be in a language.
func (x *person) follows(lang locale.Lang) {
	x.Helper()
	x.until(fmt.Sprintf(`document.documentElement.lang === %s && %s`, quoted(string(lang)), ready))
	x.lang = lang
}

// inOrder leaves a picture where pictures are wanted, and fails where the page
// is not in the person's language and direction, is wider than a screen, or
// has a button too small for a thumb: on the person's own screen, on a smaller
// phone and on a desktop.
func (x *person) inOrder(station string) {
	x.Helper()
	x.stations++
	dir := "ltr"
	if x.lang.RTL() {
		dir = "rtl"
	}
	if got, want := is[string](x, `document.documentElement.lang + " " + document.documentElement.dir`), string(x.lang)+" "+dir; got != want {
		x.Errorf("%s, %s: the page is %q, want %q", x.name, station, got, want)
	}
	if other := is[string](x, fmt.Sprintf(`[...document.querySelectorAll(".theirs:not([data-before])")].filter((e) => e.lang !== %s || e.dir !== %s || getComputedStyle(e).direction !== %s)
		.map((e) => e.lang + " " + e.dir + " " + e.innerText).join("; ")`, quoted(string(x.lang)), quoted(dir), quoted(dir))); other != "" {
		x.Errorf("%s, %s: an answer is in another language or direction: %q", x.name, station, other)
	}
	at := is[float64](x, `document.getElementById("scroll").scrollTop`)
	for _, s := range []screen{x.hold, smallPhone, desktop} {
		if s != x.hold {
			x.takes(s)
			x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("scroll").scrollTo(0, 1e6)`))
		}
		if bad := is[string](x, disorder); bad != "" {
			x.Errorf("%s, %s, %d pixels wide: %s", x.name, station, s.width, bad)
		}
		if x.unseen {
			continue
		}
		x.shot(fmt.Sprintf("%s-%d-%s-%02d-%s", x.lang, s.width, x.name, x.stations, station))
	}
	x.takes(x.hold)
	x.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById("scroll").scrollTo(0, %f)`, at)))
}

// disorder tells what is wider than the window, what is too small for a thumb
// (44 pixels: WCAG 2.2, target size enhanced) and what does not fit its button.
const disorder = `(() => {
	const most = document.documentElement.clientWidth, main = document.getElementById("scroll");
	const what = (e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30);
	const bad = [...document.querySelectorAll("body *")].filter((e) => {
		const r = e.getBoundingClientRect();
		return r.width > 1 && (r.right > most + 1 || r.left < -1) && !e.closest("svg");
	}).map((e) => "wider than the window: " + what(e));
	if (document.documentElement.scrollWidth > most || main.scrollWidth > main.clientWidth) bad.push("scrolls sideways");
	for (const e of document.querySelectorAll("button, select, a.button")) {
		if (!e.offsetParent) continue;
		if (e.offsetHeight < 44 || e.offsetWidth < 44) bad.push("under 44 pixels: " + what(e));
		if (e.scrollWidth > e.clientWidth + 1) bad.push("does not fit: " + what(e));
	}
	return bad.join("; ");
})()`

// shot leaves a picture where pictures are wanted.
func (x *person) shot(name string) {
	x.Helper()
	if shots == "" {
		return
	}
	png, err := chromedp.Run(x.tab, chromedp.CaptureScreenshot())
	if err != nil {
		x.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shots, name+".png"), png, 0o600); err != nil {
		x.Fatal(err)
	}
}
