package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// Settings are what an instance is run with. Each is declared here and nowhere
// else: the flag, the variable, the file's key, the help and the check come
// from its line. A secret can be given as the name of a file that holds it.
type Settings struct {
	Config   kong.ConfigFlag `help:"Read settings from this TOML file (keys are the flags' names)." env:"MANYHANDS_CONFIG" placeholder:"FILE"`
	Data     string          `help:"Directory for everything that is kept here." env:"MANYHANDS_DATA" default:"manyhands-data" placeholder:"DIR"`
	Database string          `help:"Database: sqlite:PATH or postgres://USER@HOST/NAME. Default: sqlite in the data directory." env:"MANYHANDS_DATABASE" placeholder:"ADDRESS"`

	DatabaseFile string `help:"File that holds the database's address." env:"MANYHANDS_DATABASE_FILE" placeholder:"FILE"`
	Key          string `help:"Master key: 32 bytes in base64. Default: made once and kept in the data directory." env:"MANYHANDS_KEY" placeholder:"KEY"`
	KeyFile      string `help:"File that holds the master key." env:"MANYHANDS_KEY_FILE" placeholder:"FILE"`

	Addr string `help:"Where the web chat listens." env:"MANYHANDS_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`

	URL string `name:"url" help:"Public address of the web chat, for links to it, such as https://hands.example." env:"MANYHANDS_URL" placeholder:"URL"`

	TelegramToken     string `help:"Token of the Telegram bot." env:"MANYHANDS_TELEGRAM_TOKEN" placeholder:"TOKEN"`
	TelegramTokenFile string `help:"File that holds the Telegram token." env:"MANYHANDS_TELEGRAM_TOKEN_FILE" placeholder:"FILE"`
	TelegramAPI       string `name:"telegram-api" help:"Base address of the Bot API server." env:"MANYHANDS_TELEGRAM_API" default:"https://api.telegram.org" placeholder:"URL"`

	DiscordToken     string `help:"Token of the Discord bot." env:"MANYHANDS_DISCORD_TOKEN" placeholder:"TOKEN"`
	DiscordTokenFile string `help:"File that holds the Discord token." env:"MANYHANDS_DISCORD_TOKEN_FILE" placeholder:"FILE"`
	DiscordAPI       string `name:"discord-api" help:"Base address of the Discord API." env:"MANYHANDS_DISCORD_API" default:"https://discord.com" placeholder:"URL"`
}

// secretsFromFiles reads the settings that were given as files.
func (s *Settings) secretsFromFiles() error {
	for _, f := range []struct {
		name, file string
		value      *string
	}{
		{"MANYHANDS_DATABASE", s.DatabaseFile, &s.Database},
		{"MANYHANDS_KEY", s.KeyFile, &s.Key},
		{"MANYHANDS_TELEGRAM_TOKEN", s.TelegramTokenFile, &s.TelegramToken},
		{"MANYHANDS_DISCORD_TOKEN", s.DiscordTokenFile, &s.DiscordToken},
	} {
		if f.file == "" {
			continue
		}
		if *f.value != "" {
			return fmt.Errorf("%s and %s_FILE are both set: keep one", f.name, f.name)
		}
		text, err := os.ReadFile(f.file)
		if err != nil {
			return fmt.Errorf("%s_FILE cannot be read: %w", f.name, errors.Unwrap(err))
		}
		*f.value = strings.TrimSpace(string(text))
		if *f.value == "" {
			return fmt.Errorf("%s_FILE names an empty file", f.name)
		}
	}
	return nil
}

// check completes the settings and names the first that cannot be right, with
// what is expected. It never repeats a secret.
func (s *Settings) check() error {
	if err := s.secretsFromFiles(); err != nil {
		return err
	}
	if s.Database == "" {
		s.Database = "sqlite:" + filepath.Join(s.Data, "manyhands.db")
	}
	if !strings.HasPrefix(s.Database, "sqlite:") && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		return errors.New("MANYHANDS_DATABASE: expected sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	if s.Database == "sqlite:" {
		return errors.New("MANYHANDS_DATABASE: the path after sqlite: is missing, for example sqlite:manyhands.db")
	}
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return fmt.Errorf("MANYHANDS_ADDR: expected HOST:PORT, for example 127.0.0.1:8080, got %q", s.Addr)
	}
	for _, u := range []struct{ name, value string }{
		{"MANYHANDS_URL", s.URL}, {"MANYHANDS_TELEGRAM_API", s.TelegramAPI}, {"MANYHANDS_DISCORD_API", s.DiscordAPI},
	} {
		if u.value == "" {
			continue
		}
		p, err := url.Parse(u.value)
		if err != nil || (p.Scheme != "https" && p.Scheme != "http") || p.Host == "" || p.User != nil {
			return fmt.Errorf("%s: expected a web address such as https://example.org", u.name)
		}
	}
	if t := s.TelegramToken; t != "" {
		id, secret, ok := strings.Cut(t, ":")
		if !ok || id == "" || strings.Trim(id, "0123456789") != "" || len(secret) < 10 || strings.ContainsAny(secret, " /\n") {
			return errors.New("MANYHANDS_TELEGRAM_TOKEN: expected the token as BotFather gives it, digits, a colon, letters")
		}
	}
	if strings.ContainsAny(s.DiscordToken, " \n/") {
		return errors.New("MANYHANDS_DISCORD_TOKEN: expected the bot's token as the developer portal gives it, without spaces")
	}
	return nil
}

// settingsFile is a TOML file whose keys are the flags' names. What the
// environment or a flag says wins over it.
type settingsFile map[string]any

// tomlSettings lets kong read a settings file.
func tomlSettings(r io.Reader) (kong.Resolver, error) {
	var values settingsFile
	if _, err := toml.NewDecoder(r).Decode(&values); err != nil {
		return nil, errors.New("the settings file is not TOML: expected lines such as addr = \"127.0.0.1:8080\"")
	}
	return values, nil
}

// Validate refuses a key that is no setting.
func (f settingsFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, flag := range app.Flags {
		known[flag.Name] = true
	}
	for key := range f {
		if !known[key] {
			return fmt.Errorf("the settings file has an unknown key %q: see manyhands --help for their names", key)
		}
	}
	return nil
}

// Resolve returns a flag's value from the file.
func (f settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if v, ok := f[flag.Name]; ok {
		return fmt.Sprint(v), nil
	}
	return nil, nil
}
