//go:build browser

package webchat_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// These tests open the page in Debian's chromium. With MANYHANDS_SHOTS=DIR
// they leave pictures of it there.

// tab is a page in a browser without any past.
type tab struct {
	*testing.T
	ctx   context.Context
	world *world
	mu    sync.Mutex
	said  []string // by the console
}

// openBrowser starts a browser for a test and everything below it.
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

func openTab(t *testing.T, browser context.Context, width, height int64, path string) *tab {
	t.Helper()
	x := &tab{T: t, world: newWorld(t)}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, late := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(late)
	x.ctx = ctx
	x.do(chromedp.EmulateViewport(width, height))
	x.prefers("light")
	console := chromedp.Console(ctx)
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
	x.do(chromedp.Navigate(x.world.server.URL + path))
	x.until(`document.querySelector("#log:not([aria-busy])")`)
	return x
}

func (x *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	x.Helper()
	if err := chromedp.Do(x.ctx, actions...); err != nil {
		x.Fatal(err)
	}
}

// is evaluates an expression.
func is[T any](x *tab, expression string) T {
	x.Helper()
	v, err := chromedp.Run(x.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		x.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true, over the loading of another page
// too.
func (x *tab) until(expression string) {
	x.Helper()
	waiting := fmt.Sprintf(`new Promise((done) => {
		const look = () => { if (%s) done(true); else setTimeout(look, 10); };
		look();
	})`, expression)
	for {
		_, err := chromedp.Run(x.ctx, chromedp.Evaluate[bool](waiting, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if x.ctx.Err() != nil {
			x.Fatalf("never came true: %s; console: %q", expression, x.console())
		}
	}
}

func (x *tab) console() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]string(nil), x.said...)
}

// keys types on the keyboard, wherever the focus is.
func (x *tab) keys(keys string, modifiers ...chromedp.Modifier) {
	x.Helper()
	x.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

func (x *tab) say(text string) {
	x.Helper()
	n := is[int](x, `document.querySelectorAll(".theirs").length`)
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("input").focus()`))
	if _, err := chromedp.Call(x.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		x.Fatal(err)
	}
	x.keys("\r")
	x.until(fmt.Sprintf(`document.querySelectorAll(".theirs").length > %d`, n))
}

// noScroll fails where the page is wider than its window.
func (x *tab) noScroll(what string) {
	x.Helper()
	wide := is[string](x, `(() => {
		const most = document.documentElement.clientWidth;
		const out = [...document.querySelectorAll("body *")].filter((e) => {
			const r = e.getBoundingClientRect();
			return r.width > 1 && (r.right > most + 1 || r.left < -1) && !e.closest("svg");
		}).map((e) => e.tagName + "." + e.className);
		const main = document.getElementById("scroll");
		if (document.documentElement.scrollWidth > most || main.scrollWidth > main.clientWidth) out.push("scrolls");
		return out.join(" ");
	})()`)
	if wide != "" {
		x.Errorf("%s: wider than the window: %s", what, wide)
	}
}

// shot leaves a picture where pictures are wanted.
func (x *tab) shot(name string) {
	x.Helper()
	dir := os.Getenv("MANYHANDS_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(x.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		x.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		x.Fatal(err)
	}
}

// prefers lets the person's machine prefer still pictures and a colour scheme.
func (x *tab) prefers(scheme string) {
	x.Helper()
	if _, err := chromedp.Call(x.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	}); err != nil {
		x.Fatal(err)
	}
}

func (x *tab) offline(off bool) {
	x.Helper()
	if _, err := chromedp.Call(x.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		x.Fatal(err)
	}
	if _, err := chromedp.Call(x.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
	}); err != nil {
		x.Fatal(err)
	}
}

func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	for _, size := range []struct{ width, height int64 }{{320, 568}, {360, 740}, {640, 400}, {1280, 800}} {
		for _, lang := range []locale.Lang{locale.English, locale.Arabic} {
			t.Run(fmt.Sprintf("fits %d %s", size.width, lang), func(t *testing.T) {
				x := openTab(t, browser, size.width, size.height, "/?lang="+string(lang))
				name := fmt.Sprintf("%d-%s", size.width, lang)
				x.noScroll("at the start")
				x.shot(name + "-1-start")
				x.say("hello")
				x.say("/rate")
				x.noScroll("with a panel")
				x.shot(name + "-2-panel")
				x.say(strings.Repeat("0123456789", 40))
				x.noScroll("with a long word")
				x.say("/report")
				x.noScroll("with a long question")
				x.shot(name + "-3-question")
				if dir := is[string](x, `[...document.querySelectorAll(".theirs")].at(-1).dir`); (dir == "rtl") != lang.RTL() {
					t.Errorf("an answer in %s runs %s", lang, dir)
				}
				if small := is[int](x, `[...document.querySelectorAll("button, select, a.button")].filter((e) => e.offsetParent && e.offsetHeight < 44).length`); small > 0 {
					t.Errorf("%d buttons are lower than 44 pixels", small)
				}
				x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("leave").click()`))
				x.noScroll("before leaving")
				x.shot(name + "-4-leave")
				if bad := x.console(); len(bad) > 0 {
					t.Errorf("the console says %q", bad)
				}
			})
		}
	}
	for name, test := range map[string]func(*testing.T, context.Context){
		"keyboard alone": keyboardAlone, "offline and back": offlineAndBack, "dark": darkMode, "leaving": leaving, "language": choosingALanguage,
		"nothing typed is markup": nothingTypedIsMarkup, "loaded again": loadedAgain, "invited": invited, "long answers": longAnswers,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

func keyboardAlone(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 1280, 800, "/")
	x.keys("\t")
	if got := is[string](x, `document.activeElement.className`); got != "skip" {
		t.Errorf("the first stop is %q", got)
	}
	x.keys("\r")
	x.until(`document.activeElement.id === "input"`)
	x.keys("one")
	x.keys("\r", chromedp.ModifierShift)
	x.keys("two\r")
	x.until(`document.querySelector(".theirs")?.innerText.includes("echo: one\ntwo")`)
	if got := is[string](x, `document.activeElement.id`); got != "input" {
		t.Errorf("after sending, the focus is on %q", got)
	}
	x.say("/rate")
	x.keys("\t", chromedp.ModifierShift)
	for range 12 {
		if is[bool](x, `document.activeElement.textContent.startsWith("2") || document.activeElement === document.body`) {
			break
		}
		x.keys("\t", chromedp.ModifierShift)
	}
	outline := is[string](x, `getComputedStyle(document.activeElement).outlineStyle`)
	if outline == "none" {
		t.Error("the focus cannot be seen")
	}
	x.keys("\r")
	x.until(`document.activeElement.textContent === "✓ 2"`) // replaced under the keyboard
	x.shot("1280-en-5-pressed")
	x.keys("\u001b")
	x.until(`document.activeElement.id === "input"`)
}

func offlineAndBack(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	x.say("before")
	x.offline(true)
	x.until(`!document.getElementById("offline").hidden`)
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("input").focus()`))
	x.keys("while away\r")
	x.until(`document.querySelector(".waiting .state")?.textContent`)
	x.shot("360-en-6-offline")
	to := x.world.echo.heard()[0].Private
	if _, err := x.world.echo.send(t.Context(), to, paragraphs("en", "news meanwhile"), ""); err != nil {
		t.Fatal(err)
	}
	x.offline(false)
	x.until(`document.getElementById("log").innerText.includes("echo: while away")`)
	x.until(`document.getElementById("offline").hidden && !document.querySelector(".waiting")`)
	got := is[string](x, `[...document.querySelectorAll("#log article")].map((e) => e.querySelector("p").textContent).join("|")`)
	if got != "before|echo: before|news meanwhile|while away|echo: while away" {
		t.Errorf("the conversation is %q", got)
	}
}

func darkMode(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	x.prefers("dark")
	x.say("/rate")
	x.shot("360-en-7-dark")
	for _, pair := range []string{".bubble p", "button.primary", ".rows button", "#leave", ".note"} {
		if ratio := is[float64](x, fmt.Sprintf(contrast, pair)); ratio < 4.5 {
			t.Errorf("%s: contrast %.2f", pair, ratio)
		}
	}
}

// contrast is the ratio of an element's colour to what is behind it (WCAG 2,
// relative luminance).
const contrast = `((selector) => {
	const e = [...document.querySelectorAll(selector)].at(-1);
	const parts = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => {
		const [r, g, b] = parts(c).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	let behind = e;
	const clear = (x) => (parts(getComputedStyle(x).backgroundColor)[3] ?? 1) === 0;
	while (behind.parentElement && clear(behind)) behind = behind.parentElement;
	const [a, b] = [light(getComputedStyle(e).color), light(getComputedStyle(behind).backgroundColor)].sort((p, q) => q - p);
	return (a + 0.05) / (b + 0.05);
})(%q)`

func leaving(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	x.say("a secret")
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("leave").click()`))
	x.until(`document.getElementById("sure").open`)
	x.keys("\u001b")
	x.until(`!document.getElementById("sure").open`)
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("leave").click(), document.getElementById("go").click()`))
	x.until(`!document.body.innerText.includes("a secret") && document.querySelector("#log .plain")`)
	x.shot("360-en-8-left")
	x.do(chromedp.Reload())
	x.until(`document.querySelector("#log:not([aria-busy])")`)
	if is[bool](x, `document.body.innerText.includes("a secret") || sessionStorage.length + localStorage.length > 0`) {
		t.Error("something is left")
	}
	x.say("anew")
	if heard := x.world.echo.heard(); heard[0].From.ID == heard[len(heard)-1].From.ID {
		t.Error("the same account after leaving")
	}
}

func choosingALanguage(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	choose := func(lang string) {
		x.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
			const s = document.getElementById("language");
			s.value = %q;
			s.dispatchEvent(new Event("change"));
		})()`, lang)))
		x.until(fmt.Sprintf(`document.documentElement.lang === %q && document.querySelector("#log:not([aria-busy])")`, lang))
	}
	choose("fr") // nothing said yet: no session is begun for it
	if len(x.world.echo.heard()) != 0 {
		t.Error("choosing a language began a conversation")
	}
	x.say("bonjour")
	choose("ar")
	if got := is[string](x, `document.documentElement.dir + " " + location.search`); got != "rtl " {
		t.Errorf("the page runs %q", got)
	}
	x.until(`document.getElementById("log").innerText.includes("language: ar")`)
	if heard := x.world.echo.heard(); heard[len(heard)-1].Text != "/language ar" || heard[0].From.Language != "fr" {
		t.Errorf("heard %+v", heard)
	}
}

func nothingTypedIsMarkup(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	x.say(`<img src=x onerror="document.title='hit'"><b>bold</b>`)
	x.say("second")
	if is[bool](x, `document.title === "hit" || document.querySelector("#log img, #log b") !== null`) {
		t.Error("what was typed became markup")
	}
	if bad := x.console(); len(bad) > 0 {
		t.Errorf("the console says %q", bad)
	}
}

func loadedAgain(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	x.say("/rate")
	x.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".rows button")[3].click()`))
	x.until(`document.getElementById("log").innerText.includes("✓ 4")`)
	x.say("after the panel")
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("input").focus()`))
	x.keys("a draft")
	before := is[string](x, `document.getElementById("log").innerText`)
	x.do(chromedp.Reload())
	x.until(`document.querySelector("#log:not([aria-busy])") && document.querySelectorAll("#log article").length === 4`)
	if after := is[string](x, `document.getElementById("log").innerText`); after != before {
		t.Errorf("loaded again it is %q, was %q", after, before)
	}
	if draft := is[string](x, `document.getElementById("input").value`); draft != "a draft" {
		t.Errorf("the draft is %q", draft)
	}
}

func invited(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/?start=join_abc")
	if len(x.world.echo.heard()) != 0 {
		t.Error("a link alone began a conversation")
	}
	x.shot("360-en-9-invited")
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("begin").click()`))
	x.until(`document.getElementById("log").innerText.includes("echo: /start join_abc")`)
	if got := is[string](x, `location.search`); got != "" {
		t.Errorf("the address still has %q", got)
	}
}

func longAnswers(t *testing.T, browser context.Context) {
	x := openTab(t, browser, 360, 740, "/")
	low := is[int](x, `document.getElementById("input").offsetHeight`)
	x.say("/report")
	if label := is[string](x, `document.getElementById("input").placeholder`); label != "What happened, in your words" {
		t.Errorf("the box asks %q", label)
	}
	if high := is[int](x, `document.getElementById("input").offsetHeight`); high < 2*low {
		t.Errorf("the box grew from %d to %d pixels", low, high)
	}
	x.world.echo.silent = true
	x.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("input").focus()`))
	x.keys("it was unpaid\r")
	x.until(`!document.getElementById("working").hidden`)
	x.shot("360-en-10-working")
	x.until(`!document.querySelector(".waiting")`)
	heard := x.world.echo.heard()
	out := paragraphs("en", "thank you")
	out.Buttons = [][]bots.OutButton{{{Label: "Help", Data: "help.run..0"}}}
	if _, err := x.world.echo.send(t.Context(), heard[len(heard)-1].Here, out, ""); err != nil {
		t.Fatal(err)
	}
	x.until(`document.getElementById("working").hidden`)
	x.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".rows button")].at(-1).click()`))
	x.until(`document.querySelector("[aria-busy=true]")`)
	x.shot("360-en-11-busy")
}
