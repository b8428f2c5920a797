package probes_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// accounts counts those that tests make, for their names.
var accounts atomic.Int64

// owner returns who a file belongs to.
func owner(info os.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}

// passwd is held while accounts are made and removed: the tools give up at once
// where the file is locked.
var passwd sync.Mutex

// system runs a tool that changes the system's accounts.
func system(t *testing.T, name string, args ...string) {
	t.Helper()
	passwd.Lock()
	defer passwd.Unlock()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}

// An inhabitant is an account with a home of the test's own.
type inhabitant struct{ name, home string }

// newAccount makes an account of the system; password is its field in the
// shadow file. Without root it is the one that runs the test.
func newAccount(t *testing.T, password string) inhabitant {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // sshd reads as the account
		t.Fatal(err)
	}
	who := inhabitant{home: filepath.Join(dir, "home")}
	if os.Geteuid() != 0 {
		u, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		who.name = u.Username
		return who.furnished(t, os.Getuid())
	}
	who.name = "sshhelp" + strconv.FormatInt(int64(os.Getpid()), 36) + strconv.Itoa(int(accounts.Add(1)))
	system(t, "useradd", "-p", password, "-M", "-d", who.home, "-s", "/bin/sh", who.name)
	t.Cleanup(func() { system(t, "userdel", "-f", who.name) })
	u, err := user.Lookup(who.name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		t.Fatal(err)
	}
	return who.furnished(t, uid)
}

func (i inhabitant) furnished(t *testing.T, uid int) inhabitant {
	t.Helper()
	for _, dir := range []string{i.home, filepath.Join(i.home, ".ssh")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, uid, -1); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// authorize writes the account's authorized_keys.
func (i inhabitant) authorize(t *testing.T, mode os.FileMode, lines ...string) {
	t.Helper()
	file := filepath.Join(i.home, ".ssh", "authorized_keys")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // past the umask
		t.Fatal(err)
	}
	if dir, err := os.Stat(filepath.Dir(file)); err != nil || os.Chown(file, owner(dir), -1) != nil {
		t.Fatal("the file could not be given to its account")
	}
}
