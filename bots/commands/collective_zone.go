package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core/collective"
)

// zoneKind is a time zone, by its name or by the place it is called after;
// canonically either, as collective.NewZone takes it.
type zoneKind struct{}

// offeredZones are the places that are offered before one is typed: where most
// who speak the bot's languages do this work.
var offeredZones = [...]string{
	"Indian/Antananarivo", "Africa/Nairobi", "Africa/Abidjan", "Africa/Cairo",
	"America/Sao_Paulo", "America/Caracas", "Europe/Paris", "Asia/Manila",
}

// Parse takes what names a zone, and offers those that are near.
func (zoneKind) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	zone, err := collective.NewZone(typed)
	if err == nil {
		return zone, nil
	}
	near := collective.ZonesNear(typed, mostNear)
	if len(near) == 0 {
		return "", err
	}
	pick := &bots.Pick{Ask: locale.T("collective.zone_near", "Typed", typed)}
	for _, z := range near {
		pick.Near = append(pick.Near, zoneChoice(z))
	}
	return "", pick
}

// Choices are the places most often meant.
func (zoneKind) Choices(context.Context, bots.Reading) ([]bots.Choice, error) {
	var cs []bots.Choice
	for _, z := range offeredZones {
		cs = append(cs, zoneChoice(z))
	}
	return cs, nil
}

// zoneChoice offers a zone; its place fits a button, where its name may not.
func zoneChoice(zone string) bots.Choice {
	return bots.Choice{Label: locale.T("value", "Value", locale.Plain(zone)), Value: collective.ZonePlace(zone)}
}

// zone asks for the time zone; it is the settings' own, out of the menu.
func (t *Collectives) zone() *bots.Command {
	return &bots.Command{
		Name: "collective_zone", Hidden: true, Ready: t.coordinated,
		Params: []bots.Param{t.which(false), {Name: "zone", Kind: zoneKind{}, Rest: true}},
		Run: t.within(true, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			return t.change(ctx, c, m.Collective.Ref, collective.Settings{Zone: new(c.Args["zone"])})
		}),
	}
}

// rename asks for another name of the collective; likewise.
func (t *Collectives) rename() *bots.Command {
	return &bots.Command{
		Name: "collective_rename", Hidden: true, Ready: t.coordinated,
		Params: []bots.Param{
			{Name: "collective", Kind: ownCollective{service: t.service, several: true}, Optional: true},
			{Name: "name", Kind: collectiveName{}, Rest: true},
		},
		Run: t.within(true, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			return t.change(ctx, c, m.Collective.Ref, collective.Settings{Name: new(c.Args["name"])})
		}),
	}
}

// coordinated answers who coordinates none of the collectives that a call can
// be about, and asks which of several is meant, before anything else is asked.
func (t *Collectives) coordinated(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	_, instead, err := t.resolve(ctx, c, true)
	return instead, err
}
