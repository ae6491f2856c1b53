package commands

import (
	"context"
	"encoding/json"
	"fmt"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core/worker"
)

// MyData declares /mydata: everything the worker gave, as one JSON file.
func MyData(workers worker.Store) *bots.Command {
	return &bots.Command{Name: "mydata", Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
		all, err := workers.Everything(ctx, c.Actor.Worker.ID)
		if err != nil {
			return nil, err
		}
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("mydata: %w", err)
		}
		out := bots.Say("mydata.here").Row(bots.Do(locale.T("menu.forget"), "forget", "run", ""))
		out.Document = &bots.Document{Name: "manyhands.json", Type: "application/json", Content: text}
		return bots.Answered(out), nil
	}}
}

// Forget declares /forget: asks once, says what stays, and erases.
func Forget(workers worker.Store) *bots.Command {
	f := func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
		if err := workers.Erase(ctx, c.Actor.Worker.ID); err != nil {
			return nil, err
		}
		a := bots.Answered(bots.Say("forget.done").Replacing())
		a.Forgotten = true
		return a, nil
	}
	return &bots.Command{
		Name: "forget",
		Run: func(context.Context, *bots.Call) (*bots.Answer, error) {
			sure := bots.Do(locale.T("forget.yes"), "forget", "sure", "")
			sure.Weight = bots.Danger
			out := bots.Head("forget.title").Say("forget.goes").Say("forget.stays")
			return bots.Answered(out.Row(sure).Row(bots.Do(locale.T("menu.mydata"), "mydata", "run", ""), bots.Do(locale.T("forget.no"), "forget", "kept", ""))), nil
		},
		Actions: map[string]func(context.Context, *bots.Call) (*bots.Answer, error){
			"sure": f,
			"kept": func(context.Context, *bots.Call) (*bots.Answer, error) {
				return bots.Answered(firstSteps(bots.Say("forget.kept")).Replacing()), nil
			},
		},
	}
}
