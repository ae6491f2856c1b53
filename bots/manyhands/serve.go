package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"manyhands/adapters/webchat"
	"manyhands/bots"
)

// ServeCmd serves.
type ServeCmd struct {
	Demo bool `help:"Serve an invented collective from a throw-away database."`
}

// Run serves until the context ends.
func (c ServeCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) (err error) {
	if c.Demo {
		dir, err := os.MkdirTemp("", "manyhands-demo-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		s.Data, s.Database, s.Key = dir, "sqlite:"+filepath.Join(dir, "demo.db"), ""
		link, err := makeDemo(ctx, *s, o.Clock(), io.Out)
		if err != nil {
			return err
		}
		defer func() { _, _ = fmt.Fprintln(io.Out, "The demo's data are gone.") }()
		fmt.Fprintf(io.Out, "Look up %s, or see what a coordinator sees: write /start %s\n", demoRequesters[2], link)
	}
	log := logTo(io.Err)
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("MANYHANDS_ADDR: %s cannot be listened on (is another copy running?): %w", s.Addr, errors.Unwrap(err))
	}
	defer func() { _ = listener.Close() }()
	var chat *webchat.Chat
	parts := Parts{Clock: o.Clock, Random: o.Random, Log: log}
	parts.Networks = func(p *Program) ([]bots.Network, error) {
		networks, err := p.networks(*s, parts)
		if err != nil {
			return nil, err
		}
		chat, err = p.webchat(*s, parts, log)
		return append(networks, chat), err
	}
	p, err := Open(ctx, *s, parts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	s.announce(io, listener.Addr().String())
	return p.serve(ctx, listener, chat)
}

// announce says what is on and what is off.
func (s *Settings) announce(io Streams, addr string) {
	onOff := func(name, token, variable string) {
		if token == "" {
			fmt.Fprintf(io.Out, "%s: off, set %s\n", name, variable)
			return
		}
		fmt.Fprintf(io.Out, "%s: on\n", name)
	}
	fmt.Fprintf(io.Out, "Web chat: http://%s\n", addr)
	onOff("Telegram", s.TelegramToken, "MANYHANDS_TELEGRAM_TOKEN")
	onOff("Discord", s.DiscordToken, "MANYHANDS_DISCORD_TOKEN")
	fmt.Fprintln(io.Out, "Stop with Ctrl-C.")
}

// serve runs the bot and the web's door until ctx ends, then finishes what has
// begun.
func (p *Program) serve(ctx context.Context, listener net.Listener, chat *webchat.Chat) error {
	server := &http.Server{
		Handler: p.door(chat), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	ended := make(chan error, 2)
	go func() { ended <- p.Bot.Run(running) }()
	go func() { ended <- server.Serve(listener) }()
	var err error
	left := 2
	select {
	case <-ctx.Done():
	case err = <-ended:
		left--
	}
	stopping, done := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer done()
	cancel() // the networks bring nothing more; lanes finish their message
	if shut := server.Shutdown(stopping); shut != nil {
		_ = server.Close()
	}
	for ; left > 0; left-- {
		select {
		case e := <-ended:
			err = errors.Join(err, e)
		case <-stopping.Done():
			return errors.Join(err, errors.New("stopped before everything was finished; what was begun goes on at the next start"))
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// door is everything that the program answers on the web: the chat, and
// whether it is alive.
func (p *Program) door(chat *webchat.Chat) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", chat.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := p.DB.Ping(ctx); err != nil {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("alive\n"))
	})
	return mux
}
