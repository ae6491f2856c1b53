package telegram_test

import (
	"testing"
	"time"

	"manyhands/adapters/telegram"
	"manyhands/bots"
	"manyhands/bots/networktest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	networktest.Run(t, func(t *testing.T) bots.Network {
		n, err := telegram.New(telegram.Config{Token: "7000001:contract-token", API: "http://127.0.0.1:1", Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return n
	})
}
