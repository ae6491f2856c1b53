package bots

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"manyhands/bots/locale"
	"manyhands/core"
)

// MaxTyped is the most characters of one message that are read: far more than
// the networks let through, and little enough to be read while others wait.
const MaxTyped = 8000

// typed is all that a person wrote in a message.
func (m Message) typed() string {
	all := m.Text
	if m.Written != nil {
		all += m.Written.Text
	}
	if m.Slash != nil {
		for _, v := range m.Slash.Options {
			all += v
		}
	}
	return all
}

// run turns the message into a call and answers it.
func (t *turn) run(ctx context.Context) (*Answer, error) {
	if n := utf8.RuneCountInString(t.m.typed()); n > MaxTyped {
		return Answered(Say("error.text_long", "Count", n, "Max", MaxTyped)), nil
	}
	switch m := t.m; {
	case m.Press != nil:
		return t.press(ctx, m.Press.Data)
	case m.Written != nil:
		return t.written(ctx, *m.Written)
	case m.Slash != nil:
		return t.slash(ctx, *m.Slash)
	case m.Edited:
		return t.edited(ctx)
	default:
		return t.text(ctx, m.Text)
	}
}

// edited answers a correction: an edit never runs a command again.
func (t *turn) edited(context.Context) (*Answer, error) {
	if t.m.Chat.Room {
		return nil, nil
	}
	return Answered(Say("edited.nothing_done")), nil
}

// text understands what was typed: a command, the answer to a question, or
// free text.
func (t *turn) text(ctx context.Context, typed string) (*Answer, error) {
	typed = CleanText(typed)
	command, rest, slashed := t.commandIn(typed)
	if t.m.Chat.Room && !slashed {
		return nil, nil // in a room the bot answers commands only
	}
	if data, ok := t.typedButton(typed); ok && !slashed {
		return t.press(ctx, data)
	}
	if command != nil && (slashed || t.takesBare(command, rest)) {
		return t.start(ctx, command, nil, rest)
	}
	if slashed && t.m.Chat.Room && !t.m.PrivateSeen {
		return nil, nil // perhaps another bot's
	}
	if slashed {
		return Answered(Say("error.command_unknown", "Typed", typed).Row(t.helpButton())), nil
	}
	if t.dialog != nil {
		if command != nil && rest == "" && t.wouldRefuse(ctx, typed) {
			return t.start(ctx, command, nil, "")
		}
		return t.answer(ctx, typed)
	}
	if typed == "" {
		return Answered(Say("text.not_text").Row(t.helpButton())), nil
	}
	return t.start(ctx, t.b.Registry.Command(t.b.FreeText), nil, typed)
}

// wouldRefuse tells whether the open question does not understand what was
// typed, so that a command's word may be meant.
func (t *turn) wouldRefuse(ctx context.Context, typed string) bool {
	c := t.b.Registry.Command(t.dialog.Command)
	if c == nil || t.dialog.Asking == "" {
		return false
	}
	args := Args{}
	for k, v := range t.dialog.Args {
		args[k] = v
	}
	return t.parse(ctx, c.Param(t.dialog.Asking), args, typed) != nil
}

// takesBare tells whether a command written without a slash is meant as one.
// In a dialog only a word that stands alone is: "Stop that, they said" is part
// of somebody's story.
func (t *turn) takesBare(c *Command, rest string) bool {
	if t.dialog == nil {
		return true
	}
	return rest == "" && (isControl(c) || t.dialog.Asking == "")
}

// isControl is true for the commands that a dialog listens to even where they
// are written without a slash.
func isControl(c *Command) bool {
	return control(c.Name) != nil || c.Name == "help"
}

func (t *turn) helpButton() Button { return Do(locale.T("button.help"), "help", "run", "") }

// commandIn finds a command at the beginning of what was typed: by its name,
// or by an alias of the reader's language or of English; with or without a
// slash, and with "@botname" behind it as groups add it.
func (t *turn) commandIn(typed string) (c *Command, rest string, slashed bool) {
	word, rest := cutWord(typed)
	if strings.HasPrefix(word, "/") {
		slashed = true
		word, _, _ = strings.Cut(word[1:], "@")
	}
	c = t.b.Registry.named(t.b.Catalogue, t.lang, word)
	if c == nil {
		return nil, typed, slashed
	}
	for len(c.Subs) > 0 {
		word, after := cutWord(rest)
		sub := subNamed(c, t.b.Catalogue, t.lang, word)
		if sub == nil {
			break
		}
		c, rest = sub, after
	}
	return c, rest, slashed
}

func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

// named finds a command by a word of lang or of English.
func (r *Registry) named(cat *locale.Catalogue, lang locale.Lang, word string) *Command {
	return among(r.Commands, cat, lang, word, func(c *Command) string { return c.Name })
}

func subNamed(parent *Command, cat *locale.Catalogue, lang locale.Lang, word string) *Command {
	return among(parent.Subs, cat, lang, word, func(c *Command) string {
		return strings.TrimPrefix(c.Name, parent.Name+"_")
	})
}

func among(cs []*Command, cat *locale.Catalogue, lang locale.Lang, word string, name func(*Command) string) *Command {
	if word == "" {
		return nil
	}
	word = foldWord(word)
	for _, c := range cs {
		if foldWord(name(c)) == word {
			return c
		}
	}
	for _, l := range []locale.Lang{lang, locale.English} {
		for _, c := range cs {
			for _, alias := range strings.Split(cat.Say(l, locale.T("command."+c.Name+".aliases")), ",") {
				if a := foldWord(alias); a != "" && a == word {
					return c
				}
			}
		}
	}
	return nil
}

// slash takes a command given in the network's own form.
func (t *turn) slash(ctx context.Context, s Slash) (*Answer, error) {
	c := t.b.Registry.Command(strings.ReplaceAll(s.Command, " ", "_"))
	if c == nil {
		return Answered(Say("error.command_unknown", "Typed", "/"+s.Command).Row(t.helpButton())), nil
	}
	return t.start(ctx, c, s.Options, "")
}

// start begins a command with what came along: options by name, or a line.
func (t *turn) start(ctx context.Context, c *Command, options map[string]string, line string) (*Answer, error) {
	t.command = c
	if a, err := t.refuse(ctx, c); a != nil || err != nil {
		return a, err
	}
	if steer := control(c.Name); steer != nil {
		return steer(t, ctx)
	}
	d := t.newDialog(c.Name)
	given := func() error { return t.parseLine(ctx, c, d.Args, line) }
	if options != nil {
		given = func() error { return t.parseOptions(ctx, c, d.Args, options) }
	}
	return t.step(ctx, d, given())
}

func (t *turn) newDialog(command string) *Dialog {
	return &Dialog{Ref: core.NewRef(t.b.Random), Command: command, Args: Args{}}
}

// refuse says why a command cannot run here or for this person, or nil.
func (t *turn) refuse(ctx context.Context, c *Command) (*Answer, error) {
	if c.RoomOnly && !t.m.Chat.Room {
		return Answered(Say("error.room_only")), nil
	}
	if t.m.Chat.Room && !t.m.PrivateSeen && !c.Public && t.met.Private.Data == "" {
		return Answered(t.b.inPrivate(t.network)), nil
	}
	if c.May == Coordinators {
		ok, err := t.b.Coordinates(ctx, t.met.Worker.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			return Answered(Say("error.coordinators_only").Row(t.helpButton())), nil
		}
	}
	return nil, nil
}

// badParam is a value that could not be taken, and whose question follows.
type badParam struct {
	param string
	typed string
	err   error // a *core.Error or a *Pick
}

func (e *badParam) Error() string { return "bots: " + e.param + ": " + e.err.Error() }
func (e *badParam) Unwrap() error { return e.err }

// Wrong is how a command says that one of its values cannot be, where its kind
// could not know: the parameter is asked again, after err.
func Wrong(param, typed string, err *core.Error) error {
	return &badParam{param: param, typed: typed, err: err}
}

// parse understands typed as the value of p and keeps it.
func (t *turn) parse(ctx context.Context, p *Param, args Args, typed string) error {
	v, err := p.Kind.Parse(ctx, t.reading(args), typed)
	if err == nil {
		args[p.Name] = v
		return nil
	}
	var refusal *core.Error
	var pick *Pick
	if errors.As(err, &refusal) || errors.As(err, &pick) {
		return &badParam{param: p.Name, typed: typed, err: err}
	}
	return err
}

func (t *turn) parseOptions(ctx context.Context, c *Command, args Args, options map[string]string) error {
	var bad error
	for i := range c.Params {
		p := &c.Params[i]
		typed, ok := options[p.Name]
		if !ok {
			continue
		}
		if err := t.parse(ctx, p, args, CleanText(typed)); err != nil && bad == nil {
			bad = err
		}
	}
	return bad
}

// parseLine reads a typed line: the longest known name first, keywords with
// their values anywhere after it, the rest for the parameter that takes it.
// What can be understood is kept even where something else cannot.
func (t *turn) parseLine(ctx context.Context, c *Command, args Args, line string) error {
	var bad error
	keep := func(err error) {
		if bad == nil {
			bad = err
		}
	}
	line = strings.TrimSpace(line)
	for i := range c.Params {
		p := &c.Params[i]
		if line == "" {
			break
		}
		if p.Keyword || p.Hidden {
			continue
		}
		if p.Rest {
			line = t.leading(ctx, c, args, line, keep)
			if line != "" {
				keep2(keep, t.parse(ctx, p, args, line))
			}
			line = ""
			break
		}
		var typed string
		typed, line = t.positional(ctx, c, p, args, line)
		if typed != "" {
			keep2(keep, t.parse(ctx, p, args, typed))
		}
	}
	if line != "" {
		if left := t.keywords(ctx, c, args, line, keep); left != "" && bad == nil {
			bad = &badParam{typed: left, err: core.Refuse(core.Invalid, "error.words_left", "Typed", left,
				"Example", locale.T("command."+c.Name+".example"))}
		}
	}
	return bad
}

func keep2(keep func(error), err error) {
	if err != nil {
		keep(err)
	}
}

// positional cuts the text of a parameter off the line's beginning. Where a
// known name begins the line its value is set at once and "" returned.
func (t *turn) positional(ctx context.Context, c *Command, p *Param, args Args, line string) (typed, rest string) {
	if pk, ok := p.Kind.(Prefixed); ok {
		if v, rest, ok := pk.Prefix(ctx, t.reading(args), line); ok {
			args[p.Name] = v
			return "", rest
		}
	}
	if t.last(c, p) {
		return line, ""
	}
	if _, one := p.Kind.(OneWord); one {
		return cutWord(line)
	}
	words := strings.Fields(line)
	for i := range words {
		if kp, _ := t.keywordAt(c, words, i, false); kp != nil && (i > 0 || len(args) > 0) {
			return strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		}
	}
	return line, ""
}

// last is true where nothing after p could take words of the line.
func (t *turn) last(c *Command, p *Param) bool {
	return p == &c.Params[len(c.Params)-1]
}

// mostKeywords is how many keywords of one line are read; more is no line that
// a person wrote.
const mostKeywords = 40

// keywords takes "pay 2" and its like out of the line and returns what is
// left.
func (t *turn) keywords(ctx context.Context, c *Command, args Args, line string, keep func(error)) string {
	words := strings.Fields(line)
	var left []string
	taken := 0
	for i := 0; i < len(words); i++ {
		p, n := t.keywordAt(c, words, i, false)
		if taken++; p == nil || taken > mostKeywords {
			taken--
			left = append(left, words[i])
			continue
		}
		if err := t.parse(ctx, p, args, words[i+n]); err != nil {
			keep(err)
		}
		i += n
	}
	if len(left) == len(words) {
		return line // nothing taken: leave its spaces and lines as typed
	}
	return strings.Join(left, " ")
}

// mostWords is how many words the value of a keyword may have ("20 November
// 2026").
const mostWords = 4

// leading takes keywords with their values off the beginning of a line, and
// leaves the rest as it was typed: what follows is somebody's sentence. A
// number that a keyword does not take is asked for; a keyword without anything
// like a value is left in the sentence, which then is not saved unseen.
func (t *turn) leading(ctx context.Context, c *Command, args Args, line string, keep func(error)) string {
	for range mostKeywords {
		words := strings.Fields(t.apart(c, line))
		if len(words) == 0 {
			return ""
		}
		p := t.keyword(c, words[0])
		if p == nil {
			return line
		}
		taken, err := t.keywordValue(ctx, p, args, words[1:])
		if taken == 0 {
			t.unsure = true
			return line
		}
		if err != nil {
			keep(err)
		}
		line = t.apart(c, line)
		for range taken + 1 {
			_, line = cutWord(line)
		}
	}
	return line
}

// keywordValue reads the longest value of p that the words begin with, and
// says how many words it took: none where nothing there looks like one.
func (t *turn) keywordValue(ctx context.Context, p *Param, args Args, words []string) (taken int, err error) {
	most := min(len(words), mostWords)
	if _, one := p.Kind.(OneWord); one {
		most = min(most, 1)
	}
	for n := most; n > 0; n-- {
		typed := strings.TrimRight(strings.Join(words[:n], " "), ",;")
		if err = t.parse(ctx, p, args, typed); err == nil {
			return n, nil
		}
	}
	if most > 0 && looksNumeric(words[0]) {
		return 1, err
	}
	return 0, nil
}

func looksNumeric(word string) bool {
	w := locale.LatinDigits(strings.TrimLeft(word, "-+"))
	return w != "" && w[0] >= '0' && w[0] <= '9'
}

// keyword is the keyword parameter that a word names, or nil.
func (t *turn) keyword(c *Command, word string) *Param {
	p, _ := t.keywordAt(c, []string{word, ""}, 0, true)
	return p
}

// glued is a keyword with its number in one word: "fair2", "fair:2", "pay=3".
var glued = regexp.MustCompile(`^(\pL+)[:=]?([0-9٠-٩۰-۹]+)(\s|$)`)

// apart puts a space between a keyword and the number glued to it.
func (t *turn) apart(c *Command, line string) string {
	m := glued.FindStringSubmatchIndex(line)
	if m == nil || t.keyword(c, line[m[2]:m[3]]) == nil {
		return line
	}
	return line[m[2]:m[3]] + " " + line[m[4]:]
}

// keywordAt finds a keyword parameter at words[i] that has a word after it,
// and says how many words the keyword has. With alone, any word after it does.
func (t *turn) keywordAt(c *Command, words []string, i int, alone bool) (*Param, int) {
	if i+1 >= len(words) {
		return nil, 0
	}
	word := foldWord(words[i])
	for k := range c.Params {
		p := &c.Params[k]
		if !p.Keyword || p.Hidden {
			continue
		}
		if word == foldWord(p.Name) && (alone || t.fits(p, words[i+1])) {
			return p, 1
		}
		for _, l := range []locale.Lang{t.lang, locale.English} {
			for _, alias := range strings.Split(t.b.Catalogue.Say(l, locale.T("keyword."+p.Name)), ",") {
				if word == foldWord(alias) && (alone || t.fits(p, words[i+1])) {
					return p, 1
				}
			}
		}
	}
	return nil, 0
}

// fits tells whether a word looks like a value of a keyword: "pay 2" and the
// mistyped "pay 9" do, the "fair enough" of a comment does not.
func (t *turn) fits(p *Param, word string) bool {
	if _, score := p.Kind.(Score); score {
		w := locale.LatinDigits(strings.TrimPrefix(word, "-"))
		return w != "" && w[0] >= '0' && w[0] <= '9'
	}
	_, err := p.Kind.Parse(context.Background(), t.reading(nil), word)
	return err == nil
}
