//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package postgrestest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// dpkg's folder is there on Debian and its kin only.
const dpkg = "/var/lib/dpkg"

// canInstall tells whether apt-get may install a server here.
func canInstall() bool {
	if os.Geteuid() != 0 {
		return false
	}
	if _, err := os.Stat(dpkg); err != nil {
		return false
	}
	_, err := exec.LookPath("apt-get")
	return err == nil
}

// install installs Debian's PostgreSQL. Test processes that run side by side
// take turns (a lock on dpkg's folder, which is not one that dpkg takes), and
// who comes later finds it done.
func install(ctx context.Context, log io.Writer) error {
	turn, err := os.Open(dpkg)
	if err != nil {
		return err
	}
	defer turn.Close() // gives the lock back
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if len(programs(ctx)) > 0 {
		return nil
	}
	for _, args := range [][]string{
		{"update"},
		{"install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "postgresql"},
	} {
		say(log, "no PostgreSQL here; as root on Debian: apt-get %s", args[0])
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-q"}, args...)...)
		// RUNLEVEL keeps the package from starting a server of its own.
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}
