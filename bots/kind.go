package bots

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"manyhands/bots/locale"
	"manyhands/core"
)

// Kind is a sort of value that a command asks for: how it is understood from
// what a person typed, and what can be offered instead of typing. Its value is
// a canonical text, so that it can lie in a dialog and in a button.
type Kind interface {
	// Parse understands the whole of typed as one value. A refusal says what
	// was not understood, with an example; *Pick offers what was near.
	Parse(ctx context.Context, r Reading, typed string) (string, error)
	// Choices are offered as buttons when the value is asked; none where it
	// has to be typed.
	Choices(ctx context.Context, r Reading) ([]Choice, error)
}

// Reading is the circumstances in which something is understood.
type Reading struct {
	Lang  locale.Lang
	Now   time.Time
	Actor Actor
	// Args are what the call holds already.
	Args      Args
	Catalogue *locale.Catalogue
}

// Choice is a value that can be had by a press.
type Choice struct {
	Label locale.Text
	// Value is canonical. Only letters, digits, "-" and "_" fit a button;
	// a Ref does.
	Value string
}

// Pick is returned by a Kind that does not take a near thing silently: the
// person picks.
type Pick struct {
	Ask     locale.Text
	Near    []Choice
	Offers  []Choice // further buttons: value is "COMMAND" of a nested dialog
	Prefill Args     // what the nested dialog begins with
}

func (*Pick) Error() string { return "bots: more than one reading" }

// Prefixed is a kind that can find where its value ends at the beginning of a
// longer text (the longest known name).
type Prefixed interface {
	// Prefix returns the value and what follows it, or false where none of
	// the text's beginnings is surely one.
	Prefix(ctx context.Context, r Reading, typed string) (value, rest string, ok bool)
}

// OneWord is a kind whose values are single words, so that a typed line can be
// cut behind the first. Any other kind takes the line up to the next keyword.
type OneWord interface{ OneWord() }

// Completer is a kind that can complete what is being typed.
type Completer interface {
	Complete(ctx context.Context, typed string, limit int) ([]Completion, error)
}

// Score is a whole score from 1 to 5.
type Score struct{}

// Parse takes 1 to 5 in any of the languages' digits.
func (Score) Parse(_ context.Context, _ Reading, typed string) (string, error) {
	n, err := strconv.Atoi(locale.LatinDigits(strings.TrimSpace(typed)))
	if err != nil || n < 1 || n > 5 {
		return "", core.Refuse(core.Invalid, "error.score_range", "Typed", typed)
	}
	return strconv.Itoa(n), nil
}

// OneWord is true of a score.
func (Score) OneWord() {}

// Choices are the five scores.
func (Score) Choices(context.Context, Reading) ([]Choice, error) {
	var cs []Choice
	for i := 1; i <= 5; i++ {
		cs = append(cs, Choice{Label: locale.T("score.choice", "Score", i), Value: strconv.Itoa(i)})
	}
	return cs, nil
}

// Line is a text of at most Max runes.
type Line struct {
	Max  int
	Long bool // sentences rather than a word: a form's large field
}

// Parse takes any text with something visible in it.
func (l Line) Parse(_ context.Context, _ Reading, typed string) (string, error) {
	typed = CleanText(typed)
	if typed == "" {
		return "", core.Refuse(core.Invalid, "error.text_empty")
	}
	if n := len([]rune(typed)); n > l.Max {
		return "", core.Refuse(core.Limited, "error.text_long", "Count", n, "Max", l.Max)
	}
	return typed, nil
}

// Choices are none: a text is typed.
func (Line) Choices(context.Context, Reading) ([]Choice, error) { return nil, nil }

// OneOf is a choice among fixed words. The label of a value is the catalogue's
// "choice.PREFIX.VALUE"; words that mean it when typed are the label itself,
// the value, and those in "choice.PREFIX.VALUE.words" where there is such a key.
type OneOf struct {
	Prefix string
	Values []string
}

// Label is the words for a value.
func (o OneOf) Label(value string) locale.Text { return locale.T("choice." + o.Prefix + "." + value) }

// Parse takes a value, its label in the reader's language or in English.
func (o OneOf) Parse(_ context.Context, r Reading, typed string) (string, error) {
	want := foldWord(typed)
	for _, v := range o.Values {
		if want == foldWord(v) {
			return v, nil
		}
		for _, lang := range []locale.Lang{r.Lang, locale.English} {
			for _, word := range strings.Split(r.Catalogue.Say(lang, o.Label(v)), "|") {
				if want == foldWord(word) {
					return v, nil
				}
			}
		}
	}
	return "", core.Refuse(core.Invalid, "error.choice_unknown", "Typed", typed)
}

// Choices are all values.
func (o OneOf) Choices(context.Context, Reading) ([]Choice, error) {
	var cs []Choice
	for _, v := range o.Values {
		cs = append(cs, Choice{Label: o.Label(v), Value: v})
	}
	return cs, nil
}

// Day is a date, not in the future, as YYYY-MM-DD.
type Day struct{}

// Parse takes dates as they are written in the reader's language.
func (Day) Parse(_ context.Context, r Reading, typed string) (string, error) {
	d, err := locale.ParseDate(r.Lang, typed, r.Now)
	var amb *locale.Ambiguous
	switch {
	case errors.As(err, &amb):
		return "", &Pick{Ask: locale.T("ask.which_day"), Near: []Choice{dayChoice(amb.A), dayChoice(amb.B)}}
	case err != nil:
		return "", core.Refuse(core.Invalid, "error.date_unknown", "Typed", typed)
	case d.After(r.Now):
		return "", core.Refuse(core.Invalid, "error.date_future", "Date", locale.Date(d))
	}
	return d.Format(time.DateOnly), nil
}

func dayChoice(d time.Time) Choice {
	return Choice{Label: locale.T("value", "Value", locale.Date(d)), Value: d.Format(time.DateOnly)}
}

// Choices are the days most often meant.
func (Day) Choices(_ context.Context, r Reading) ([]Choice, error) {
	return []Choice{
		{Label: locale.T("day.today"), Value: r.Now.Format(time.DateOnly)},
		{Label: locale.T("day.yesterday"), Value: r.Now.AddDate(0, 0, -1).Format(time.DateOnly)},
	}, nil
}
