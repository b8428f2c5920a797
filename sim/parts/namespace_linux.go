package parts

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// inside is set in the environment of a process that [Main] has put into
// namespaces; it says whether root did.
const inside = "SSHHELP_PARTS_INSIDE"

// Root reports whether machines can have several accounts, which takes root
// outside.
func Root() bool { return os.Getenv(inside) == "root" }

// Main runs this program once more, with the same arguments, in a network, mount
// and process namespace of its own, and returns its exit status. In that second
// run it calls run. It is for TestMain.
func Main(run func() int) int {
	if os.Getenv(inside) != "" {
		if err := settle(); err != nil {
			fmt.Fprintln(os.Stderr, "parts:", err)
			return 1
		}
		return run()
	}
	status, err := again()
	if err != nil {
		fmt.Fprintln(os.Stderr, "parts: namespaces are needed (as root, or where the kernel lets users make them):", err)
	}
	return status
}

func again() (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 1, err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	who := "user"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL,
	}
	if os.Geteuid() == 0 {
		who = "root"
	} else {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	cmd.Env = append(os.Environ(), inside+"="+who)
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil // -1 if a signal ended it
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// ownMounts keeps what is mounted here from showing elsewhere. In a chroot the
// root is no mount point and cannot be changed (mount(2), EINVAL): that is as good
// if nothing is shared anyway.
func ownMounts() error {
	err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	if !errors.Is(err, syscall.EINVAL) {
		return err
	}
	table, readErr := os.ReadFile("/proc/self/mountinfo")
	if readErr != nil || bytes.Contains(table, []byte(" shared:")) {
		return err
	}
	return nil
}

// settle makes the namespaces fit to live in: mounts stay here, /proc shows the
// processes that are here, and the loopback is up.
func settle() error {
	if err := ownMounts(); err != nil {
		return fmt.Errorf("keep mounts to ourselves: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := command("sh", "-ec", begin); err != nil {
		return err
	}
	// What no machine was made for is never answered.
	return command("sh", "-ec", `ip route add 203.0.113.0/24 dev lo
ip route add 2001:db8::/32 dev lo`)
}

// begin brings a new network namespace up, in which addresses are used at once
// (RFC 4862 waits a second to see whether another machine has them).
const begin = `ip link set lo up
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
`

// command runs a program here, in the place that is probed from.
func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
