//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package postgrestest

import (
	"context"
	"errors"
	"io"
)

// Elsewhere no cluster is started: the keeper is a Unix shell script.

func start(context.Context, string) (*Server, error) {
	return nil, errors.New("a private server can be started on Unix systems only")
}

func canInstall() bool { return false }

func install(context.Context, io.Writer) error { return errors.ErrUnsupported }
