package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

// whole is a whole number; key names the refusal of any other (Typed, Max).
type whole struct {
	least, most int
	key         string
}

func (k whole) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	n, err := strconv.Atoi(strings.TrimSpace(locale.LatinDigits(typed)))
	if err != nil || n < k.least || n > k.most {
		return "", core.Refuse(core.Invalid, k.key, "Typed", typed, "Max", k.most)
	}
	return strconv.Itoa(n), nil
}

func (whole) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// hourKind is a full hour of the day, 0 to 23: "18", "18:00", "18h", "6pm".
type hourKind struct{}

func (hourKind) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	s := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(locale.LatinDigits(typed)), " ", ""))
	s, pm := strings.CutSuffix(s, "pm")
	s, am := strings.CutSuffix(s, "am")
	for _, end := range []string{":00", "h00", ".00", "h"} {
		if cut, ok := strings.CutSuffix(s, end); ok {
			s = cut
			break
		}
	}
	n, err := strconv.Atoi(s)
	if pm || am {
		if n < 1 || n > 12 {
			n = -1
		} else if n %= 12; pm {
			n += 12
		}
	}
	if err != nil || n < 0 || n > 23 {
		return "", core.Refuse(core.Invalid, "error.collective_hour", "Typed", typed)
	}
	return strconv.Itoa(n), nil
}

func (hourKind) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// clockHour writes a full hour.
func clockHour(h int) locale.Plain { return locale.Plain(fmt.Sprintf("%02d:00", h)) }

func digestDay() bots.OneOf {
	k := bots.OneOf{Prefix: "digest_day"}
	for _, d := range collective.Days() {
		k.Values = append(k.Values, string(d))
	}
	return k
}

// offeredHours are the hours that are offered as buttons; any other is typed.
var offeredHours = [...]int{6, 7, 8, 9, 12, 15, 17, 18, 19, 20, 21, 22}

func (t *Collectives) settings() *bots.Command {
	return &bots.Command{
		Name: "collective_settings",
		Params: []bots.Param{
			t.which(false),
			{Name: "language", Kind: languageKind{}, Optional: true, Keyword: true},
			{Name: "zone", Kind: zoneKind{}, Optional: true, Keyword: true},
			{Name: "hour", Kind: hourKind{}, Optional: true, Keyword: true},
			{Name: "day", Kind: digestDay(), Optional: true, Keyword: true},
		},
		Run: t.within(true, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			var set collective.Settings
			if c.Args.Given("language") {
				set.Language = new(c.Args["language"])
			}
			if c.Args.Given("zone") {
				set.Zone = new(c.Args["zone"])
			}
			if h, err := strconv.Atoi(c.Args["hour"]); err == nil {
				set.Hour = &h
			}
			if c.Args.Given("day") {
				set.Day = new(collective.Day(c.Args["day"]))
			}
			return t.change(ctx, c, m.Collective.Ref, set)
		}),
		Actions: actions{
			"language":  t.settingLanguage,
			"hour":      t.settingHour,
			"day":       t.settingDay,
			"inviting":  t.settingYesNo(func(s *collective.Settings, yes bool) { s.MembersInvite = &yes }),
			"outsiders": t.settingYesNo(func(s *collective.Settings, yes bool) { s.TakesOutsiders = &yes }),
		},
	}
}

// change changes settings and shows them all.
func (t *Collectives) change(ctx context.Context, c *bots.Call, ref core.Ref, set collective.Settings) (*bots.Answer, error) {
	in, err := t.service.Change(ctx, c.Actor.Worker.ID, ref, set)
	if err != nil {
		return nil, err
	}
	out := bots.Head("collective.settings_title", "Name", in.Name)
	if set != (collective.Settings{}) {
		out.Say("collective.settings_saved")
	}
	out.Field("collective.setting_language", languageName(in.Language))
	out.Field("collective.setting_zone", locale.T("value", "Value", locale.Plain(in.Zone)))
	out.Field("collective.setting_digest", locale.T("collective.digest_at", "Hour", clockHour(in.Digest.Hour), "Day", digestDay().Label(string(in.Digest.Day))))
	out.Field("collective.setting_inviting", yesNo(in.MembersInvite, "collective.inviting_members", "collective.inviting_coordinators"))
	out.Field("collective.setting_outsiders", yesNo(in.TakesOutsiders, "collective.yes", "collective.no"))

	do := func(label, action string) bots.Button {
		return bots.Do(locale.T(label), "collective_settings", action, ref)
	}
	out.Row(do("collective.button.language", "language"), bots.Do(locale.T("collective.button.zone"), "collective_zone", "run", ref))
	out.Row(do("collective.button.hour", "hour"), do("collective.button.day", "day"))
	row := []bots.Button{do("collective.button.members_invite", "inviting-yes")}
	if in.MembersInvite {
		row[0] = do("collective.button.coordinators_invite", "inviting-no")
	}
	switch {
	case in.TakesOutsiders:
		row = append(row, do("collective.button.no_outsiders", "outsiders-no"))
	case in.FromServer || c.Actor.Worker.Steward:
		row = append(row, do("collective.button.outsiders", "outsiders-yes"))
	}
	out.Row(row...)
	out.Row(bots.Do(locale.T("collective.button.rename"), "collective_rename", "run", ref), pageButton(ref))
	return bots.Answered(out.Replacing()), nil
}

func languageName(code string) locale.Text {
	if name := locale.Lang(code).Name(); name != "" {
		return locale.T("typed", "Text", name)
	}
	return locale.T("typed", "Text", code)
}

func yesNo(is bool, yes, no string) locale.Text {
	if is {
		return locale.T(yes)
	}
	return locale.T(no)
}

// offer asks a setting by buttons, the one that stands marked; only who may
// change it is asked.
func (t *Collectives) offer(ctx context.Context, c *bots.Call, question string, perRow int, buttons func(collective.Collective) []bots.Button) (*bots.Answer, error) {
	m, err := t.service.Look(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	if !m.Member.Coordinator {
		return nil, core.Refuse(core.Forbidden, "error.collective_coordinators", "Name", m.Collective.Name)
	}
	out := bots.Say(question, "Name", m.Collective.Name).Rows(perRow, buttons(m.Collective)...)
	return bots.Answered(out.Row(bots.Do(locale.T("button.back"), "collective_settings", "run", c.Subject)).Replacing()), nil
}

// settingOption is one value that a setting can have.
type settingOption struct {
	label  locale.Text
	action string
	chosen bool
}

// button sets the value for the collective that the call is about.
func (o settingOption) button(c *bots.Call) bots.Button {
	label := o.label
	if o.chosen {
		label = locale.T("button.chosen", "Label", label)
	}
	return bots.Do(label, "collective_settings", o.action, c.Subject)
}

func (t *Collectives) settingLanguage(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if c.Value != "" {
		return t.change(ctx, c, c.Subject, collective.Settings{Language: &c.Value})
	}
	return t.offer(ctx, c, "collective.ask_language", 2, func(in collective.Collective) (bs []bots.Button) {
		for _, l := range locale.Langs() {
			bs = append(bs, settingOption{languageName(string(l)), "language-" + string(l), in.Language == string(l)}.button(c))
		}
		return bs
	})
}

func (t *Collectives) settingHour(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if c.Value != "" {
		h, err := strconv.Atoi(c.Value)
		if err != nil {
			h = -1 // refused by the domain
		}
		return t.change(ctx, c, c.Subject, collective.Settings{Hour: &h})
	}
	return t.offer(ctx, c, "collective.ask_hour", 4, func(in collective.Collective) (bs []bots.Button) {
		for _, h := range offeredHours {
			bs = append(bs, settingOption{locale.T("value", "Value", clockHour(h)), "hour-" + strconv.Itoa(h), in.Digest.Hour == h}.button(c))
		}
		return bs
	})
}

func (t *Collectives) settingDay(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if c.Value != "" {
		return t.change(ctx, c, c.Subject, collective.Settings{Day: new(collective.Day(c.Value))})
	}
	return t.offer(ctx, c, "collective.ask_day", 2, func(in collective.Collective) (bs []bots.Button) {
		for _, d := range collective.Days() {
			bs = append(bs, settingOption{digestDay().Label(string(d)), "day-" + string(d), in.Digest.Day == d}.button(c))
		}
		return bs
	})
}

func (t *Collectives) settingYesNo(set func(*collective.Settings, bool)) run {
	return func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
		var s collective.Settings
		set(&s, c.Value == "yes")
		return t.change(ctx, c, c.Subject, s)
	}
}
