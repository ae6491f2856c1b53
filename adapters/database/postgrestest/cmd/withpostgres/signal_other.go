//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// handed are the signals that go to the command; elsewhere the console sends
// an interrupt to all of its processes itself, so it is only waited for.
var handed = []os.Signal{os.Interrupt}

func group(*exec.Cmd) {}

func hand(*exec.Cmd, os.Signal) {}

func status(state *os.ProcessState) int { return state.ExitCode() }
