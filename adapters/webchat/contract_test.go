package webchat_test

import (
	"log/slog"
	"testing"
	"time"

	"manyhands/adapters/webchat"
	"manyhands/adapters/webchat/webchattest"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/networktest"
	"manyhands/core"
)

func TestContract(t *testing.T) {
	t.Parallel()
	networktest.Run(t, func(t *testing.T) bots.Network {
		catalogue, err := locale.New()
		if err != nil {
			t.Fatal(err)
		}
		chat, err := webchat.New(webchat.Config{
			Store: webchattest.NewMemory(time.Now), Catalogue: catalogue, Clock: time.Now, Random: core.CryptoRandom, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		return chat
	})
}
