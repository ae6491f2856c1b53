package main

import (
	"context"
	"errors"
	"io"
)

// DigestCmd prints a digest.
type DigestCmd struct{}

func (DigestCmd) Run() error { return errors.New("later") }

func (s *Settings) checkTokens(ctx context.Context, io Streams) error { return nil }

func (p *Program) demo(ctx context.Context, out io.Writer) error { return nil }
