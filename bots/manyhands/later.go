package main

import (
	"context"
	"io"
)

func (s *Settings) checkTokens(ctx context.Context, io Streams) error { return nil }

func (p *Program) demo(ctx context.Context, out io.Writer) error { return nil }
