package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/sync/errgroup"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// The limits of the menu and of what a bot says of itself
// (https://core.telegram.org/bots/api#botcommand, #setmydescription). Far
// fewer than a hundred commands are refused as too many where their texts come
// to about 4 KiB (reported at NousResearch/hermes-agent#4006).
const (
	maxCommands    = 100
	maxSummary     = 256
	maxMenu        = 4000 // bytes of names and descriptions
	maxDescription = 512
	maxShort       = 120
	// menuTime bounds a call at the start: the bot waits for the menu.
	menuTime   = 5 * time.Second
	menuAtOnce = 4
)

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// entry is one line of the menu.
type entry struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// PublishMenu tells Telegram the commands and what the bot says of itself, in
// every language, where they differ from what it shows. Private chats get
// every command but those that make sense in a room only; groups get the
// public ones and those. Coordinators' own commands are in no menu, so that a
// menu tells nothing of who reads it. A text that Telegram refuses does not
// keep the others; the error is the first refusal.
func (t *Telegram) PublishMenu(ctx context.Context, m bots.Menu) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(menuAtOnce)
	var once sync.Once
	var refusal error
	publish := func(do func() *failure) {
		g.Go(func() error {
			f := do()
			switch {
			case f == nil:
			case f.refused && f.code == http.StatusBadRequest:
				once.Do(func() { refusal = f })
			default:
				return f // and nothing else will be heard now
			}
			return nil
		})
	}
	for _, l := range locale.Langs() {
		code := string(l)
		if l == locale.English {
			code = "" // for every language that the bot does not speak
		}
		for scope, has := range map[string]func(*bots.Command) bool{"all_private_chats": inPrivate, "all_group_chats": inGroups} {
			publish(func() *failure { return t.publishCommands(ctx, scope, code, entries(m, l, has)) })
		}
		for _, x := range []struct {
			methods, field, key string
			limit               int
		}{
			{"MyDescription", "description", "telegram.description", maxDescription},
			{"MyShortDescription", "short_description", "telegram.short", maxShort},
		} {
			text := shortened(m.Catalogue.Say(l, locale.T(x.key)), x.limit, units)
			publish(func() *failure { return t.publishText(ctx, x.methods, x.field, code, text) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return refusal
}

func inMenu(c *bots.Command) bool { return !c.Hidden && c.May != bots.Coordinators }

func inPrivate(c *bots.Command) bool { return inMenu(c) && !c.RoomOnly }

// inGroups is true for a command with a part that has its place in a room.
func inGroups(c *bots.Command) bool {
	return inMenu(c) && (c.Public || c.RoomOnly || slices.ContainsFunc(c.Subs, inGroups))
}

// entries are the lines of a menu, shortened alike until they fit.
func entries(m bots.Menu, l locale.Lang, has func(*bots.Command) bool) []entry {
	out := []entry{}
	size := 0
	for _, c := range m.Commands {
		if !has(c) || !commandForm.MatchString(c.Name) || len(out) == maxCommands {
			continue
		}
		e := entry{Command: c.Name, Description: c.Name}
		if key := "command." + c.Name + ".summary"; m.Catalogue.Has(key) {
			e.Description = shortened(m.Catalogue.Say(l, locale.T(key)), maxSummary, units)
		}
		out = append(out, e)
		size += len(e.Command) + len(e.Description)
	}
	for most := maxSummary; size > maxMenu && most > 8; most -= 8 {
		size = 0
		for i := range out {
			out[i].Description = shortened(out[i].Description, most, octets)
			size += len(out[i].Command) + len(out[i].Description)
		}
	}
	return out
}

func (t *Telegram) publishCommands(ctx context.Context, scope, language string, want []entry) *failure {
	about := tgbotapi.Params{"scope": jsonText(map[string]string{"type": scope})}
	about.AddNonEmpty("language_code", language)
	result, f := t.callWithin(ctx, menuTime, "getMyCommands", about)
	if f != nil {
		return f
	}
	var have []entry
	if json.Unmarshal(result, &have) == nil && slices.Equal(have, want) {
		return nil
	}
	about["commands"] = jsonText(want)
	_, f = t.callWithin(ctx, menuTime, "setMyCommands", about)
	return f
}

// publishText sets one of the texts that the bot says of itself, by the common
// end of its two methods and the name of their parameter.
func (t *Telegram) publishText(ctx context.Context, methods, field, language, want string) *failure {
	about := tgbotapi.Params{}
	about.AddNonEmpty("language_code", language)
	result, f := t.callWithin(ctx, menuTime, "get"+methods, about)
	if f != nil {
		return f
	}
	var have map[string]string
	if json.Unmarshal(result, &have) == nil && strings.TrimSpace(have[field]) == want {
		return nil
	}
	about[field] = want
	_, f = t.callWithin(ctx, menuTime, "set"+methods, about)
	return f
}
