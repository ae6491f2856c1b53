package transcript_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"manyhands/bots/transcript"
)

// echo is a toy world: a network in memory and a bot that answers at once when
// the world settles. What it understands is in handle and in testdata.
type echo struct {
	mu     sync.Mutex
	clock  *transcript.Clock
	cannot []transcript.Feature
	queue  []update
	last   update
	done   map[int]bool // updates handled, by number
	number int

	hints    map[string]string
	rooms    map[string][]string
	moved    map[string]int
	blocked  map[string]bool
	seen     map[string][]transcript.Seen
	said     map[string]bool // who@room that has said something
	messages int
	panels   map[string]int // how far a panel has got, by message
	due      []due
	starts   int
	kills    int
	codes    int
}

type update struct {
	number    int
	who, room string
	text      string
	edited    bool
	file      string
	press     string // a button's label
	message   transcript.Seen
}

type due struct {
	at   time.Time
	who  string
	text string
}

var (
	_ transcript.World   = (*echo)(nil)
	_ transcript.Planner = (*echo)(nil)
	_ transcript.Stage   = (*echo)(nil)
)

func newEcho(cannot ...transcript.Feature) *echo {
	return &echo{
		clock:  transcript.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
		cannot: cannot, done: map[int]bool{}, hints: map[string]string{}, rooms: map[string][]string{},
		moved: map[string]int{}, blocked: map[string]bool{}, seen: map[string][]transcript.Seen{},
		said: map[string]bool{}, panels: map[string]int{}, starts: 1,
	}
}

func (e *echo) Clock() *transcript.Clock { return e.clock }
func (e *echo) Stage() transcript.Stage  { return e }

func (e *echo) Settle(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.queue) > 0 {
		u := e.queue[0]
		e.queue = e.queue[1:]
		if !e.done[u.number] {
			e.done[u.number] = true
			e.handle(u)
		}
	}
	now := e.clock.Now()
	for len(e.due) > 0 && !e.due[0].at.After(now) {
		d := e.due[0]
		e.due = e.due[1:]
		e.send(d.who, "", d.text+" at "+now.Format("02 Jan 15:04"))
	}
	return nil
}

func (e *echo) NextDue(context.Context) (time.Time, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.due) == 0 {
		return time.Time{}, false, nil
	}
	return e.due[0].at, true, nil
}

func (e *echo) Restart(_ context.Context, abrupt bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.starts++; abrupt {
		e.kills++
	}
	return nil
}

func (e *echo) Server(_ context.Context, args []string) (string, error) {
	if args[0] == "explode" {
		return "", fmt.Errorf("no such program")
	}
	return fmt.Sprintf("%d words: %q\n", len(args), args), nil
}

func (e *echo) Can(f transcript.Feature) bool { return !slices.Contains(e.cannot, f) }

func (e *echo) push(u update) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if u.room != "" && u.press == "" && !slices.Contains(e.rooms[u.room], u.who) {
		return fmt.Errorf("%s is not in the room %s", u.who, u.room)
	}
	e.number++
	u.number = e.number
	e.queue, e.last = append(e.queue, u), u
	delete(e.blocked, u.who)
	return nil
}

func (e *echo) Say(_ context.Context, who, room, text string) error {
	return e.push(update{who: who, room: room, text: text})
}

func (e *echo) Press(_ context.Context, who string, m transcript.Seen, button int) error {
	return e.push(update{who: who, room: m.Room, press: m.Buttons[button], message: m})
}

func (e *echo) Edit(_ context.Context, who, room, text string) error {
	return e.push(update{who: who, room: room, text: text, edited: true})
}

func (e *echo) Attach(_ context.Context, who, room, name, words string) error {
	return e.push(update{who: who, room: room, text: words, file: name})
}

func (e *echo) Again(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queue = append(e.queue, e.last)
	return nil
}

func (e *echo) Lang(_ context.Context, who, hint string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hints[who] = hint
	return nil
}

func (e *echo) Room(_ context.Context, room string, members ...string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rooms[room] = slices.Clone(members)
	e.send("", room, "Hello, "+strings.Join(members, " and "))
	return nil
}

func (e *echo) Leave(_ context.Context, room, who string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rooms[room] = slices.DeleteFunc(e.rooms[room], func(m string) bool { return m == who })
	return nil
}

func (e *echo) Block(_ context.Context, who string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.blocked[who] = true
	return nil
}

func (e *echo) Migrate(_ context.Context, room string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.moved[room]++
	return nil
}

func (e *echo) Reached(context.Context) error { return nil }

func (e *echo) Seen(_ context.Context, who string) ([]transcript.Seen, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := e.seen[who]
	delete(e.seen, who)
	return seen, nil
}

func (e *echo) send(who, room, text string, buttons ...string) string {
	e.messages++
	id := strconv.Itoa(e.messages)
	e.show(who, transcript.Seen{Room: room, ID: id, Text: text, Buttons: buttons})
	return id
}

func (e *echo) show(who string, m transcript.Seen) {
	to := []string{who}
	if m.Room != "" {
		to = e.rooms[m.Room]
	}
	for _, w := range to {
		if m.Room == "" && e.blocked[w] {
			continue
		}
		m.Who = w
		e.seen[w] = append(e.seen[w], m)
	}
}

// handle is the toy bot.
func (e *echo) handle(u update) {
	word, rest, _ := strings.Cut(u.text, " ")
	switch {
	case u.press != "":
		e.press(u)
	case u.file != "":
		e.send(u.who, "", "file "+u.file+": "+u.text)
	case u.edited:
		e.send(u.who, u.room, "changed to \u2068"+u.text+"\u2069")
	case word == "say":
		e.send(u.who, u.room, rest)
	case word == "all":
		e.send("", u.room, rest)
	case word == "me":
		e.send(u.who, "", rest)
	case word == "each":
		for _, x := range strings.Fields(rest) {
			e.send(u.who, u.room, x)
		}
	case word == "buttons":
		e.send(u.who, u.room, "Choose \u2068"+rest+"\u2069", strings.Fields(rest)...)
	case word == "panel":
		e.panels[e.send(u.who, u.room, "Panel 0", "More", "Same", "Done")] = 0
	case word == "card":
		e.messages++
		e.show(u.who, transcript.Seen{
			Room: u.room, ID: strconv.Itoa(e.messages), Text: rest,
			Files: []transcript.File{{Name: "card.png", Type: "image/png"}}, Buttons: []string{"Keep"},
		})
	case word == "code":
		e.codes++
		e.send(u.who, u.room, fmt.Sprintf("Your code is K7-%d.", e.codes))
	case word == "tell":
		to, text, _ := strings.Cut(rest, " ")
		e.send(to, "", text)
	case word == "later":
		after, text, _ := strings.Cut(rest, " ")
		d, _ := time.ParseDuration(after)
		e.due = append(e.due, due{e.clock.Now().Add(d), u.who, text})
		slices.SortStableFunc(e.due, func(a, b due) int { return a.at.Compare(b.at) })
	case word == "state":
		e.send(u.who, u.room, fmt.Sprintf("hint %q, %d starts, %d kills, moved %d", e.hints[u.who], e.starts, e.kills, e.moved[u.room]))
	}
}

func (e *echo) press(u update) {
	if u.message.Room == "" && u.message.Who != u.who {
		e.send(u.who, "", "That is not yours.")
		return
	}
	if n, ok := e.panels[u.message.ID]; ok && u.press != "Done" {
		if u.press == "More" {
			n++
			e.panels[u.message.ID] = n
		}
		m := u.message
		m.Text, m.InPlace = fmt.Sprintf("Panel %d", n), true
		e.show(u.who, m)
		return
	}
	e.send(u.who, u.room, u.who+" pressed "+u.press+" in "+u.message.Text)
}
