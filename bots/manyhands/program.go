package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"manyhands/adapters/database"
	"manyhands/adapters/vault"
	"manyhands/bots"
	"manyhands/bots/commands"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/rating"
)

// Program is the parts of a running instance, wired. Serving, playing a script
// and the tests all start the same one.
type Program struct {
	DB        *database.DB
	Keys      *database.Keys
	Vault     *vault.Vault
	Catalogue *locale.Catalogue
	Directory *directory.Service
	// Collectives is what tools of the keeper need.
	Collectives *collective.Service
	Digests     *commands.Digests
	Bot         *bots.Bot
	Log         *slog.Logger
}

// Parts are what a Program takes from outside, so that a script can bring a
// clock and randomness of its own.
type Parts struct {
	Clock  core.Clock
	Random core.Random
	Log    *slog.Logger
	// Catalogue is the sentences; read anew where it is nil.
	Catalogue *locale.Catalogue
	// Networks makes the networks to serve.
	Networks func(p *Program) ([]bots.Network, error)
}

// Open wires a program: settings that were checked, a database that is
// migrated, a directory that is not empty.
func Open(ctx context.Context, s Settings, parts Parts) (*Program, error) {
	p := &Program{Log: parts.Log}
	if err := p.open(ctx, s, parts); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Program) open(ctx context.Context, s Settings, parts Parts) (err error) {
	if p.Catalogue = parts.Catalogue; p.Catalogue == nil {
		if p.Catalogue, err = locale.New(); err != nil {
			return err
		}
	}
	master, err := masterKey(s, parts.Log)
	if err != nil {
		return err
	}
	if p.Keys, err = database.OpenKeys(ctx, s.Database); err != nil {
		return err
	}
	if p.Vault, err = vault.New(ctx, master, p.Keys, parts.Clock); err != nil {
		return err
	}
	if p.DB, err = database.Open(ctx, s.Database, database.Options{Cipher: p.Vault, Clock: parts.Clock, Random: parts.Random}); err != nil {
		return err
	}
	if _, err = p.DB.Migrate(ctx); err != nil {
		return err
	}
	p.Directory = directory.New(p.DB.Directory(), parts.Clock, parts.Random)
	p.DB.OnNames(func(ctx context.Context) {
		if err := p.Directory.Refresh(ctx); err != nil {
			p.Log.Warn("the names could not be read anew", "error", err)
		}
	})
	if err = p.DB.InTx(ctx, p.prepare(parts.Clock)); err != nil {
		return err
	}
	if err = p.Directory.Refresh(ctx); err != nil {
		return err
	}
	return p.wire(parts)
}

// prepare fills a new database: the starter platforms, the first batch.
func (p *Program) prepare(clock core.Clock) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := p.Directory.Seed(ctx); err != nil {
			return err
		}
		if err := (retention{db: p.DB, clock: clock}).first(ctx); err != nil {
			return err
		}
		return publication{due: p.DB, clock: clock}.first(ctx)
	}
}

// wire makes the services, the commands and the bot.
func (p *Program) wire(parts Parts) error {
	networks, err := parts.Networks(p)
	if err != nil {
		return err
	}
	ratings := rating.New(p.DB.Ratings(), parts.Clock)
	p.Collectives = collective.New(collective.Needs{
		Store: p.DB.Collectives(), Workers: p.DB.Workers(), Audit: p.DB.Audit(), Clock: parts.Clock, Random: parts.Random,
		Schedule: func(ctx context.Context, c collective.Collective) error { return p.Digests.Schedule(ctx, c) },
	})
	grievances := grievance.New(grievance.Needs{
		Store: p.DB.Grievances(), Collectives: p.Collectives, Audit: p.DB.Audit(), Clock: parts.Clock, Random: parts.Random,
	})
	p.Digests = commands.NewDigests(commands.DigestNeeds{Collectives: p.Collectives, Store: p.DB.Digests(), Due: p.DB, Clock: parts.Clock})

	due := map[string]bots.DueFunc{commands.DigestKind: p.Digests.Work, database.ForgetKey: p.DB.DoForgetKey}
	publication{ratings: ratings, due: p.DB, clock: parts.Clock}.register(due)
	retention{db: p.DB, vault: p.Vault, collectives: p.Collectives, clock: parts.Clock}.register(due)

	p.Bot = bots.New(bots.Parts{
		Store: p.DB, Networks: networks, Registry: p.commands(ratings, grievances, parts.Clock), Catalogue: p.Catalogue,
		Clock: parts.Clock, Random: parts.Random, Log: parts.Log,
		FreeText: "find", Coordinates: p.Collectives.Coordinates, Due: due,
	})
	return nil
}

// commands is every conversation, in the order in which menus show them.
func (p *Program) commands(ratings *rating.Service, grievances *grievance.Service, clock core.Clock) *bots.Registry {
	var registry *bots.Registry
	workers, cards := p.DB.Workers(), p.DB.Cards()
	collectives := commands.NewCollectives(p.Collectives)
	all := []*bots.Command{
		commands.Start(collectives.JoinByCode),
		commands.Requester(p.Directory, cards),
		commands.Rate(p.Directory, ratings, cards),
		commands.Report(p.Directory, grievances, clock),
		commands.Mine(p.Directory, ratings, grievances, p.Collectives),
		commands.MyAnswer(p.Directory, grievances),
		commands.Platform(p.Directory, cards),
		commands.Add(p.Directory),
		commands.Find(p.Directory, cards, collectives.JoinByCode),
		collectives.Command(),
		p.Digests.Command(),
	}
	all = append(all, commands.Cases(commands.CaseNeeds{
		Directory: p.Directory, Grievances: grievances, Collectives: p.Collectives, Digests: p.DB.Digests(), Clock: clock,
	})...)
	all = append(all,
		commands.Rename(p.Directory),
		commands.Language(workers),
		commands.Help(func() *bots.Registry { return registry }, p.Collectives.Coordinates),
		commands.Privacy(),
		commands.MyData(workers),
		commands.Forget(workers),
		commands.About(version),
	)
	registry = bots.NewRegistry(append(all, bots.Controls()...)...)
	return registry
}

// Close closes what is open.
func (p *Program) Close() error {
	var errs []error
	if p.DB != nil {
		errs = append(errs, p.DB.Close())
	}
	if p.Keys != nil {
		errs = append(errs, p.Keys.Close())
	}
	return errors.Join(errs...)
}

// keyName is the master key's file in the data directory.
const keyName = "master.key"

// masterKey takes the master key from the settings, or from the data
// directory, where it is made when there is none.
func masterKey(s Settings, log *slog.Logger) (vault.Master, error) {
	if s.Key != "" {
		m, err := vault.LoadMaster(s.Key)
		if err != nil {
			return m, fmt.Errorf("MANYHANDS_KEY: expected 32 bytes in base64: %w", err)
		}
		return m, nil
	}
	path := filepath.Join(s.Data, keyName)
	if _, err := os.Stat(path); err == nil {
		return vault.LoadMaster(path)
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return vault.Master{}, fmt.Errorf("MANYHANDS_DATA: the directory cannot be made: %w", err)
	}
	m, err := vault.CreateMaster(path)
	if err == nil {
		log.Warn("a master key was made: keep a copy of it apart, without it nothing that is stored can be read", "file", path)
	}
	return m, err
}
