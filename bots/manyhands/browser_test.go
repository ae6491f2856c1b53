//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"manyhands/bots/locale"
	"manyhands/bots/transcript"
	"manyhands/core/collective"
)

// These tests drive the whole program in a real browser, as people do: they
// read what is on the screen, press what they see and type. With
// MANYHANDS_SHOTS=DIR they leave pictures of every station there, and the
// README's picture as conversation.png.

// workers are what people type in the languages that are played.
var workers = map[locale.Lang]struct{ collective, comment, story string }{
	locale.French: {"Les mains du soir", "Ils ne répondent jamais.", "J’ai étiqueté 400 images. Le lot a disparu, et ma paie avec."},
	locale.Arabic: {"أيدي المساء", "لا يردون أبدًا.", "وسمتُ 400 صورة. اختفت الدفعة، واختفى معها أجري."},
}

// From a look-up to a report that a coordinator takes up: on a phone, in a
// language from left to right and in one from right to left.
func TestWorkersInABrowser(t *testing.T) {
	t.Parallel()
	for lang, typed := range workers {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			h := openHouse(t, Settings{Data: dir, Key: testKey, Database: "sqlite:" + filepath.Join(dir, "browser.db")}, time.Now)

			worker := h.comes(t, "worker", phone, "/")
			worker.chooses(lang)
			worker.inOrder("welcome")
			looksUp(worker)
			rates(worker, typed.comment)

			coordinator := h.comes(t, "coordinator", phone, "/?start="+founding(t, h.program, typed.collective))
			founds(coordinator, lang, typed.collective)
			joins(worker, invites(coordinator, typed.collective), typed.collective)

			reports(worker, typed.collective, typed.story)
			handles(coordinator, typed.collective, typed.story)
			hasNews(worker, typed.story)
		})
	}
}

// founding makes a collective from the server's side and returns the word of
// its first coordinator's link.
func founding(t *testing.T, p *Program, name string) string {
	t.Helper()
	var code collective.Code
	if err := p.DB.InTx(t.Context(), func(ctx context.Context) (err error) {
		_, code, err = p.Collectives.CreateFromServer(ctx, collective.Draft{Name: name, Language: "en", Zone: "UTC"}, false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return code.Word()
}

func looksUp(x *person) {
	x.Helper()
	x.writes("toloka")
	x.hears("card.no_figures", "Count", 5)
	x.reads("card.status")
}

// thumb is where the first score of the panel's second question stands.
const thumb = `[...document.querySelectorAll(".rows")].at(-1).querySelectorAll("button")[5].getBoundingClientRect().top`

// rates opens the panel from the card, presses scores and facts, writes a
// comment and saves.
func rates(x *person, comment string) {
	x.Helper()
	x.presses("button.rate")
	x.hears("rate.panel_empty")
	for _, s := range []screen{x.hold, smallPhone} {
		x.takes(s)
		if tops := is[int](x, `new Set([...[...document.querySelectorAll(".rows")].at(-1).querySelectorAll("button")].slice(0, 5).map((e) => e.offsetTop)).size`); tops != 1 {
			x.Errorf("%d pixels wide, the scores of one question stand in %d lines", s.width, tops)
		}
	}
	x.takes(x.hold)
	x.presses("rate.score_button", "Dimension", locale.T("score.short.fair"), "Score", 2)
	x.hears("score.of_five", "Score", 2)
	under := is[float64](x, thumb)
	x.presses("rate.score_button", "Dimension", locale.T("score.short.comm"), "Score", 1)
	x.hears("score.of_five", "Score", 1)
	if now := is[float64](x, thumb); now-under > 1 || under-now > 1 {
		x.Errorf("the panel moved from under the thumb, by %.0f pixels", now-under)
	}
	x.presses("rate.more_flags")
	x.hears("choice.flag.unpaid_test")
	x.presses("choice.flag.unpaid_test")
	x.hears("button.chosen", "Label", locale.T("choice.flag.unpaid_test"))
	x.presses("button.back")
	x.hears("rate.again_no")
	x.presses("rate.again_no")
	x.hears("button.chosen", "Label", locale.T("rate.again_no"))
	x.presses("rate.comment")
	x.hears("ask.comment")
	x.writes(comment)
	x.hears("rate.panel", "Name", "Toloka")
	x.presses("button.save")
	x.hears("rate.saved", "Name", "Toloka")
	x.reads("typed", "Text", comment)
	x.reads("rate.next_batch")
}

// founds takes up the invitation that the address brought, and changes the
// language in the conversation.
func founds(x *person, lang locale.Lang, name string) {
	x.Helper()
	x.inOrder("invited")
	x.touches(`document.getElementById("begin")`)
	x.hears("collective.small", "Count", collective.SmallGroup)
	x.aged()
	x.writes("/language " + string(lang))
	x.follows(lang)
	x.until(fmt.Sprintf(`document.getElementById("log").innerText.includes(%s)`, quoted(x.say("language.changed"))))
	x.writes("/collective")
	x.hears("collective.title", "Name", name)
}

// code is what an invitation looks like.
var code = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b`)

func invites(x *person, name string) (word string) {
	x.Helper()
	x.presses("collective.button.invite")
	x.hears("collective.invite_how_many", "Name", name)
	x.presses("collective.button.invite_for", "Count", 10)
	x.hears("collective.invite_once")
	if word = code.FindString(x.answers()); word == "" {
		x.Fatalf("no code in %q", x.answers())
	}
	return word
}

func joins(x *person, word, name string) {
	x.Helper()
	x.writes("/collective")
	x.hears("collective.none")
	x.presses("collective.button.join")
	x.hears("ask.collective_join.code")
	x.writes(word)
	x.hears("collective.small", "Count", collective.SmallGroup)
	x.presses("collective.button.page")
	x.hears("collective.title", "Name", name)
}

// reports goes through every step, by buttons and by typing.
func reports(x *person, name, story string) {
	x.Helper()
	x.writes("/report")
	x.hears("ask.report.requester")
	x.writes("toloka")
	x.hears("ask.report.kind")
	x.presses("choice.grievance.unpaid_work")
	x.hears("ask.report.day")
	x.presses("day.yesterday")
	x.hears("ask.report.amount")
	x.writes("12,50 EUR")
	x.hears("report.panel", "Name", "Toloka")
	x.reads("choice.grievance.unpaid_work")
	x.reads("value", "Value", locale.Money{Amount: "12.50", Currency: "EUR"})
	x.presses("button.write")
	x.hears("ask.report.story")
	x.writes(story)
	x.hears("typed", "Text", story)
	x.presses("button.file")
	x.hears("report.filed", "Name", "Toloka")
	x.reads("grievance.coordinators", "Collective", name)
	x.reads("grievance.state.received")
}

// handles acts on the digest: the first line's case is taken, acknowledged and
// read.
func handles(x *person, name, story string) {
	x.Helper()
	x.writes("/digest")
	x.hears("digest.title", "Collective", name)
	x.presses("value", "Value", 1)
	x.hears("case.page", "Name", "Toloka")
	x.presses("button.take")
	x.hears("case.is_taken")
	x.presses("button.acknowledge")
	x.hears("case.is_acknowledged")
	x.reads("grievance.state.in_review")
	x.presses("button.read")
	x.hears("case.read_logged")
	x.reads("typed", "Text", story)
}

// hasNews is how the author learns of it: a word that says nothing, then the
// new state.
func hasNews(x *person, story string) {
	x.Helper()
	x.until(fmt.Sprintf(`document.querySelector(".theirs.notice")?.innerText.includes(%s)`, quoted("/mine")))
	x.reads("notice.news")
	x.inOrder("news")
	x.writes("/mine")
	x.hears("grievance.state.in_review")
	x.presses("mine.open", "Number", 1)
	x.hears("grievance.step.acknowledged")
	x.reads("typed", "Text", story)
	x.reads("grievance.state.in_review")
}

// before is what happened before the picture: five workers rated a requester
// of an obviously invented name, and figures were published of it.
const before = `# Five workers rate, and a batch is published.
w1> /add Example Labels
w1< ...
w1< [...] [I do not know] [Cancel]
w1> [I do not know]
w1< Example Labels is in the directory now.
w1< [...]
w1> /rate example labels fair 2 comm 1 pay 2
w1< ...
w1< [...]
w2> /rate example labels fair 2 comm 1 pay 2
w2< ...
w2< [...]
w3> /rate example labels fair 3 comm 2 pay 2
w3< ...
w3< [...]
w4> /rate example labels fair 3 comm 2 pay 1
w4< ...
w4< [...]
w5> /rate example labels fair 2 comm 1 pay 2
w5< ...
w5< [...]
! clock +31d
`

// The README's picture is made of the product, and says only what the product
// says: a look-up with figures, then a rating in one line.
func TestPictureOfAConversation(t *testing.T) {
	t.Parallel()
	s := scriptSettings(t, false)
	w, err := consoleWorld(t.Context(), s, testLog(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	script, err := transcript.Parse("before", before)
	if err != nil {
		t.Fatal(err)
	}
	result, err := transcript.Play(t.Context(), script, w)
	if err = errors.Join(err, result.Err(), w.Close()); err != nil {
		t.Fatal(err)
	}
	from, start := w.Clock().Now(), time.Now()
	h := openHouse(t, s, func() time.Time { return from.Add(time.Since(start)) })

	x := h.comes(t, "reader", screen{width: 680, height: 774, scale: 1.25}, "/")
	x.unseen = true
	x.writes("example labels")
	x.hears("card.workers", "Count", 5)
	x.reads("score.mean", "Mean", locale.Decimal("2.5"))
	x.writes("/rate example labels pay 2 fair 2 nothing but silence")
	x.hears("rate.saved", "Name", "Example Labels")
	x.shot("conversation")
}
