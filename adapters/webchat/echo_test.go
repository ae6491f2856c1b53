package webchat_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/webchat"
	"manyhands/adapters/webchat/webchattest"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// world is a web chat with an echo for a bot.
type world struct {
	chat   *webchat.Chat
	store  *webchattest.Memory
	server *httptest.Server
	echo   *echo
	stop   func()
	mu     sync.Mutex
	now    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldAt(t, "http://hands.example/")
}

// newWorldAt is newWorld with a public address.
func newWorldAt(t *testing.T, address string) *world {
	t.Helper()
	w := &world{now: noon}
	w.store = webchattest.NewMemory(w.clock)
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	w.chat, err = webchat.New(webchat.Config{
		Store: w.store, Catalogue: catalogue, Clock: w.clock, Random: core.CryptoRandom, Log: slog.New(slog.DiscardHandler),
		URL: address, Beat: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.echo = &echo{chat: w.chat, seen: map[string]bool{}}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.chat.Run(ctx, w.echo) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	w.server = httptest.NewServer(w.chat.Handler())
	t.Cleanup(func() {
		w.stop()
		w.server.Close()
	})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// echo is a bot that answers with what it was told.
type echo struct {
	chat *webchat.Chat

	mu       sync.Mutex
	seen     map[string]bool
	messages []bots.Message
	parcels  int
	silent   bool
}

func (e *echo) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

// Receive answers at once; an arrival seen before is passed over.
func (e *echo) Receive(ctx context.Context, batch ...bots.Arrival) error {
	for _, a := range batch {
		m, err := e.chat.Decode(a)
		if err != nil {
			return err
		}
		e.mu.Lock()
		again := e.seen[a.Key]
		e.seen[a.Key] = true
		if !again {
			e.messages = append(e.messages, m)
		}
		e.mu.Unlock()
		if again || m.Event != "" || e.silent {
			continue
		}
		out, edit := answer(m)
		if _, err := e.send(ctx, m.Here, out, edit); err != nil {
			return err
		}
	}
	return nil
}

func (e *echo) send(ctx context.Context, to bots.Address, out bots.Outgoing, edit string) (string, error) {
	parts, err := e.chat.Split(out)
	if err != nil {
		return "", err
	}
	e.mu.Lock()
	e.parcels++
	id := fmt.Sprint("parcel-", e.parcels)
	e.mu.Unlock()
	return e.chat.Send(ctx, bots.Parcel{ID: id, To: to, Edit: edit, Part: parts[0], First: !out.Notice})
}

func (e *echo) heard() []bots.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]bots.Message(nil), e.messages...)
}

// answer is what the echo says: its sample of everything to "/rate", a long
// question to "/report", and itself otherwise. A press takes the place of the
// message it was made on.
func answer(m bots.Message) (out bots.Outgoing, edit string) {
	lang := locale.Match(m.From.Language)
	switch {
	case m.Press != nil:
		out = panel(lang, strings.TrimSuffix(m.Press.Data, ".0"))
		return out, m.Press.Message
	case strings.HasPrefix(m.Text, "/language "):
		lang = locale.Match(strings.TrimPrefix(m.Text, "/language "))
		return paragraphs(lang, "language: "+string(lang)), ""
	case m.Text == "/rate":
		return panel(lang, ""), ""
	case m.Text == "/report":
		out = paragraphs(lang, "What happened?")
		out.Ask = &bots.OutAsk{Data: "report.write..1", Label: "What happened, in your words", Long: true}
		return out, ""
	}
	return paragraphs(lang, "echo: "+m.Text), ""
}

func paragraphs(lang locale.Lang, texts ...string) bots.Outgoing {
	out := bots.Outgoing{Lang: lang}
	for _, t := range texts {
		out.Blocks = append(out.Blocks, bots.OutBlock{Kind: bots.Paragraph, Text: t})
	}
	return out
}

func panel(lang locale.Lang, chosen string) bots.Outgoing {
	out := samples[lang]
	if out.Blocks == nil {
		out = samples[locale.English]
	}
	out.Lang = lang
	out.Buttons = [][]bots.OutButton{nil, {
		{Label: "Save", Data: "rate.save..1", Weight: bots.Primary},
		{Label: "Withdraw", Data: "rate.drop..1", Weight: bots.Danger},
		{Label: "Web", URL: "https://example.org/"},
	}}
	for i := 1; i <= 5; i++ {
		data := "rate.set-pay-" + strconv.Itoa(i) + "."
		label := strconv.Itoa(i)
		if strings.HasPrefix(chosen, data) {
			label = "✓ " + label
		}
		out.Buttons[0] = append(out.Buttons[0], bots.OutButton{Label: label, Data: data + ".0"})
	}
	return out
}

var samples = map[locale.Lang]bots.Outgoing{
	locale.English: {Blocks: []bots.OutBlock{
		{Kind: bots.Heading, Text: "⁨Acme (Data) 2.0⁩"},
		{Kind: bots.Field, Label: "Platform", Text: "⁨Example Tasks⁩"},
		{Kind: bots.Field, Label: "Pay, for the time it took", Text: "3.4 of 5, from 5+ workers"},
		{Kind: bots.Field, Label: "Open grievances", Text: "2"},
		{Kind: bots.Paragraph, Text: "What workers say most:"},
		{Kind: bots.Item, Text: "Rejected without a reason"},
		{Kind: bots.Item, Text: "Unpaid test of twenty minutes before the first task"},
		{Kind: bots.Quote, Text: "⁨Nothing but silence for three weeks.\nThen half of it was paid.⁩"},
		{Kind: bots.Note, Text: "Figures are published with the next batch. In one line: ⁨/rate acme pay 2 fair 1⁩"},
	}},
	locale.Arabic: {Blocks: []bots.OutBlock{
		{Kind: bots.Heading, Text: "⁨Acme (Data) 2.0⁩"},
		{Kind: bots.Field, Label: "المنصة", Text: "⁨Example Tasks⁩"},
		{Kind: bots.Field, Label: "الأجر مقابل الوقت", Text: "3.4 من 5، من أكثر من 5 عمال"},
		{Kind: bots.Field, Label: "المبلغ", Text: "⁨0,40 €⁩"},
		{Kind: bots.Paragraph, Text: "أكثر ما يقوله العمال:"},
		{Kind: bots.Item, Text: "رفض العمل دون ذكر السبب"},
		{Kind: bots.Item, Text: "اختبار غير مدفوع مدته عشرون دقيقة"},
		{Kind: bots.Quote, Text: "⁨لا شيء سوى الصمت لثلاثة أسابيع.⁩"},
		{Kind: bots.Note, Text: "في سطر واحد: ⁨/rate acme pay 2 fair 1⁩"},
	}},
}
