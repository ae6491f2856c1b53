package main

import (
	"log/slog"

	"manyhands/adapters/discord"
	"manyhands/adapters/telegram"
	"manyhands/adapters/webchat"
	"manyhands/bots"
)

// networks makes the networks whose tokens are set.
func (p *Program) networks(s Settings, parts Parts) ([]bots.Network, error) {
	var all []bots.Network
	if s.TelegramToken != "" {
		n, err := telegram.New(telegram.Config{Token: s.TelegramToken, API: s.TelegramAPI, Log: p.Log, Clock: parts.Clock})
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	if s.DiscordToken != "" {
		n, err := discord.New(discord.Config{
			Token: s.DiscordToken, API: s.DiscordAPI, Catalogue: p.Catalogue, Log: p.Log, Clock: parts.Clock, State: p.DB,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// webchat makes the web chat.
func (p *Program) webchat(s Settings, parts Parts, log *slog.Logger) (*webchat.Chat, error) {
	return webchat.New(webchat.Config{
		Store: p.DB.WebMessages(), Catalogue: p.Catalogue, Clock: parts.Clock, Random: parts.Random, Log: log, URL: s.URL,
	})
}
