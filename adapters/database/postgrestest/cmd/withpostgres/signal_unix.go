//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// handed are the signals that go to the command.
var handed = []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}

// group gives the command a process group of its own: a test binary started by
// go test gets the signal too, although go test itself dies of SIGTERM without
// telling it.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func hand(cmd *exec.Cmd, s os.Signal) {
	// An error means that the group has just ended, which Wait tells too.
	_ = syscall.Kill(-cmd.Process.Pid, s.(syscall.Signal))
}

// status is what a shell would say: the command's status, or 128 and the number
// of the signal that ended it.
func status(state *os.ProcessState) int {
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return state.ExitCode()
}
