package discord

import (
	"testing"

	"manyhands/bots"
	"manyhands/bots/networktest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	networktest.Run(t, func(t *testing.T) bots.Network {
		d, err := New(Config{Token: secret, API: "http://127.0.0.1:1", Clock: new(hands).time})
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}
