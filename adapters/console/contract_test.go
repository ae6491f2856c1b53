package console_test

import (
	"testing"
	"time"

	"manyhands/adapters/console"
	"manyhands/bots"
	"manyhands/bots/networktest"
	"manyhands/core"
)

func TestContract(t *testing.T) {
	t.Parallel()
	networktest.Run(t, func(*testing.T) bots.Network { return console.New(console.NewStage(time.Now, core.CryptoRandom)) })
}
