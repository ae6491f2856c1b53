package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"manyhands/adapters/database"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

// offline opens the program without any network, for a tool of the keeper's.
func offline(ctx context.Context, s *Settings, io Streams, o Outside) (*Program, error) {
	return Open(ctx, *s, Parts{
		Clock: o.Clock, Random: o.Random, Log: logTo(io.Err), Catalogue: o.Catalogue,
		Networks: func(*Program) ([]bots.Network, error) { return nil, nil },
	})
}

// openDatabase opens the database alone; nothing that is sealed can be read.
func (s *Settings) openDatabase(ctx context.Context, o Outside) (*database.DB, error) {
	return database.Open(ctx, s.Database, database.Options{Clock: o.Clock, Random: o.Random})
}

// MigrateCmd brings the schema up to date.
type MigrateCmd struct{}

// Run applies what is missing.
func (MigrateCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	db, err := s.openDatabase(ctx, o)
	if err != nil {
		return err
	}
	applied, err := db.Migrate(ctx)
	for _, m := range applied {
		fmt.Fprintf(io.Out, "applied %04d %s\n", m.Number, m.Name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintln(io.Out, "The schema is up to date.")
	}
	return errors.Join(err, db.Close())
}

// CollectiveCmd is what the keeper does for collectives.
type CollectiveCmd struct {
	Create CreateCmd `cmd:"" help:"Make a collective and print the invitation of its first coordinator."`
	Invite InviteCmd `cmd:"" help:"Print a new invitation for a coordinator, where the first was lost."`
	List   ListCmd   `cmd:"" help:"List the collectives."`
}

// CreateCmd makes a collective.
type CreateCmd struct {
	Name     string `arg:"" help:"The collective's name."`
	Language string `help:"Language of its digest and room: en, fr, es, pt, ar, mg or sw." default:"en"`
	Zone     string `help:"Time zone, such as Indian/Antananarivo." default:"UTC"`
	Steward  bool   `help:"Recognise its first coordinator as a steward of this server."`
}

// Run makes it.
func (c CreateCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	return keeping(ctx, s, io, o, func(ctx context.Context, p *Program) error {
		if _, err := p.collectiveNamed(ctx, c.Name); err == nil {
			return fmt.Errorf("there is a collective named %q already: manyhands collective invite makes a new invitation for it", c.Name)
		}
		made, code, err := p.Collectives.CreateFromServer(ctx, collective.Draft{Name: c.Name, Language: c.Language, Zone: c.Zone}, c.Steward)
		if err == nil {
			fmt.Fprintf(io.Out, "Made the collective %s.\n", made.Name)
			printInvitation(io, code)
		}
		return err
	})
}

// InviteCmd makes another invitation for a coordinator.
type InviteCmd struct {
	Name    string `arg:"" help:"The collective's name."`
	Steward bool   `help:"Recognise who uses it as a steward of this server."`
}

// Run makes it.
func (c InviteCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	return keeping(ctx, s, io, o, func(ctx context.Context, p *Program) error {
		found, err := p.collectiveNamed(ctx, c.Name)
		if err != nil {
			return err
		}
		_, code, err := p.Collectives.InviteFromServer(ctx, found.Ref, c.Steward)
		if err == nil {
			printInvitation(io, code)
		}
		return err
	})
}

// ListCmd lists the collectives.
type ListCmd struct{}

// Run lists them.
func (ListCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	return keeping(ctx, s, io, o, func(ctx context.Context, p *Program) error {
		all, err := p.DB.Collectives().All(ctx)
		for _, c := range all {
			fmt.Fprintf(io.Out, "%s\t%s\t%s\n", c.Name, c.Language, c.Zone)
		}
		return err
	})
}

func printInvitation(io Streams, code collective.Code) {
	fmt.Fprintf(io.Out, "Its coordinator joins by writing to the bot: /start %s\n", code.Word())
	fmt.Fprintf(io.Out, "Once, within %d days. Whoever has it becomes coordinator: hand it over in private.\n", int(collective.InvitationLasts.Hours()/24))
}

// keeping runs a keeper's act in one transaction; a refusal is put into words.
func keeping(ctx context.Context, s *Settings, io Streams, o Outside, act func(context.Context, *Program) error) error {
	p, err := offline(ctx, s, io, o)
	if err != nil {
		return err
	}
	err = p.DB.InTx(ctx, func(ctx context.Context) error { return act(ctx, p) })
	var refusal *core.Error
	if errors.As(err, &refusal) {
		err = errors.New(locale.Strip(p.Catalogue.Say(locale.English, locale.Text{Key: refusal.Key, Values: refusal.Values})))
	}
	return errors.Join(err, p.Close())
}

// collectiveNamed finds a collective by its name.
func (p *Program) collectiveNamed(ctx context.Context, name string) (collective.Collective, error) {
	all, err := p.DB.Collectives().All(ctx)
	if err != nil {
		return collective.Collective{}, err
	}
	for _, c := range all {
		if strings.EqualFold(c.Name, name) {
			return c, nil
		}
	}
	return collective.Collective{}, fmt.Errorf("there is no collective named %q: see manyhands collective list", name)
}

// DigestCmd prints a collective's digest.
type DigestCmd struct {
	Name string `arg:"" help:"The collective's name."`
}

// Run prints it. Nothing in it becomes less new for its coordinators.
func (c DigestCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	return keeping(ctx, s, io, o, func(ctx context.Context, p *Program) error {
		found, err := p.collectiveNamed(ctx, c.Name)
		if err != nil {
			return err
		}
		text, err := p.Digests.Print(ctx, found.Ref, p.Catalogue)
		if err == nil {
			fmt.Fprintln(io.Out, locale.Strip(text))
		}
		return err
	})
}

// CheckCmd checks.
type CheckCmd struct {
	Live bool `help:"Ask a server that runs here whether it is alive, and nothing else."`
}

// liveWithin is how long a running server may take to say that it is alive.
const liveWithin = 3 * time.Second

// Run checks everything that can be checked without changing anything.
func (c CheckCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	if c.Live {
		return live(ctx, s.Addr)
	}
	fmt.Fprintln(io.Out, "Settings: good")
	db, err := s.openDatabase(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.Out, "Database: answers")
	if err := db.Close(); err != nil {
		return err
	}
	return s.checkTokens(ctx, io, o)
}

func live(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, liveWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("no server answers at %s", addr)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s is not well: %s", addr, answer.Status)
	}
	return nil
}

// checkTokens asks the networks whose tokens are set whether they take them.
func (s *Settings) checkTokens(ctx context.Context, io Streams, o Outside) error {
	p := &Program{Log: logTo(io.Err)}
	networks, err := p.networks(*s, Parts{Clock: o.Clock})
	if err != nil {
		return err
	}
	var bad []error
	for _, n := range networks {
		c, ok := n.(interface {
			Check(ctx context.Context) error
		})
		if !ok {
			continue
		}
		if err := c.Check(ctx); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", n.Name(), err))
			continue
		}
		fmt.Fprintf(io.Out, "%s: the token is good\n", n.Name())
	}
	return errors.Join(bad...)
}
