package parts

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Guest is a machine with files of its own, as the instance of a cloud has:
// /etc, /home, /root, /run and /var/log. What else it has is the machine's under it.
type Guest struct {
	*Machine
	Way *Way

	dir string
}

// system is what a guest takes over of /etc: names, logins and libraries.
var system = []string{
	"passwd", "shadow", "group", "gshadow", "pam.d", "security", "nsswitch.conf", "login.defs", "ld.so.cache", "ld.so.conf",
	"ld.so.conf.d", "hosts", "host.conf", "services", "protocols", "shells", "localtime", "fail2ban", "ssh",
}

// NewGuest makes a guest with its files in dir, which must be empty, and lays
// the way to it.
func NewGuest(ctx context.Context, dir, name string, way *Way) (*Guest, error) {
	g := &Guest{Way: way, dir: dir}
	script := "umask 022\nmkdir -p " + g.dir + "/etc " + g.dir + "/home " + g.dir + "/log " + g.dir + "/run/sshd " + g.dir + "/root\n"
	take := "cp -a /etc/%[1]s %[2]s/etc/%[1]s"
	if !Root() { // what may not be read is not needed, for want of accounts
		take = "cp -R /etc/%[1]s %[2]s/etc/%[1]s 2>/dev/null || :"
	}
	for _, f := range system {
		script += fmt.Sprintf("test ! -e /etc/%[1]s || "+take+"\n", f, g.dir)
	}
	script += "rm -f " + g.dir + "/etc/ssh/ssh_host_* " + g.dir + "/etc/ssh/sshd_config.d/*\n: >" + g.dir + "/etc/resolv.conf\n"
	for from, to := range map[string]string{"etc": "/etc", "home": "/home", "log": "/var/log", "run": "/run", "root": "/root"} {
		script += "mount --bind " + filepath.Join(g.dir, from) + " " + to + "\n"
	}
	var err error
	if g.Machine, err = NewMachine(name, script); err != nil {
		return nil, err
	}
	if err := way.Lay(ctx, g.Machine); err != nil {
		g.Close()
		return nil, fmt.Errorf("way to %s: %w", name, err)
	}
	return g, nil
}

// Close ends the guest and the way to it.
func (g *Guest) Close() {
	g.Way.Close()
	g.Machine.Close()
}

// Path is where a file of the guest's own ("/etc/ssh/sshd_config") is outside.
func (g *Guest) Path(name string) string {
	return filepath.Join(g.dir, strings.Replace(name, "/var/log", "/log", 1))
}

// Write writes one of the guest's own files.
func (g *Guest) Write(name, text string, mode os.FileMode) error {
	path := g.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s on %s: %w", name, g.Name, err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		return fmt.Errorf("write %s on %s: %w", name, g.Name, err)
	}
	return os.Chmod(path, mode) // whatever the umask
}

// An Account is one line of passwd(5) and shadow(5), and its authorized_keys.
type Account struct {
	Name  string
	UID   int
	Hash  string // "*" if empty: no password fits, keys do
	Shell string // /bin/sh if empty
	Aging string // the fields of shadow(5) after the hash; "19000:0:99999:7:::" if empty
	Keys  string // authorized_keys; none if empty
}

// AddAccount makes an account with a home directory. It takes root.
func (g *Guest) AddAccount(a Account) error {
	for field, value := range map[*string]string{&a.Hash: "*", &a.Shell: "/bin/sh", &a.Aging: "19000:0:99999:7:::"} {
		if *field == "" {
			*field = value
		}
	}
	home := "/home/" + a.Name
	for _, f := range []struct{ name, line string }{
		{"/etc/passwd", fmt.Sprintf("%s:x:%d:%d::%s:%s\n", a.Name, a.UID, a.UID, home, a.Shell)},
		{"/etc/shadow", fmt.Sprintf("%s:%s:%s\n", a.Name, a.Hash, a.Aging)},
		{"/etc/group", fmt.Sprintf("%s:x:%d:\n", a.Name, a.UID)},
	} {
		if err := g.append(f.name, f.line); err != nil {
			return err
		}
	}
	if err := os.Mkdir(g.Path(home), 0o755); err != nil {
		return fmt.Errorf("make %s on %s: %w", home, g.Name, err)
	}
	if a.Keys != "" {
		if err := os.Mkdir(g.Path(home+"/.ssh"), 0o700); err != nil {
			return fmt.Errorf("make %s/.ssh on %s: %w", home, g.Name, err)
		}
		if err := g.Write(home+"/.ssh/authorized_keys", a.Keys, 0o600); err != nil {
			return err
		}
	}
	return g.chown(a.UID, home)
}

func (g *Guest) append(name, line string) error {
	f, err := os.OpenFile(g.Path(name), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("append to %s on %s: %w", name, g.Name, err)
	}
	if _, err := f.WriteString(line); err != nil {
		return fmt.Errorf("append to %s on %s: %w", name, g.Name, err)
	}
	return f.Close()
}

func (g *Guest) chown(id int, name string) error {
	out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", id, id), g.Path(name)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("chown %s on %s: %w: %s", name, g.Name, err, out)
	}
	return nil
}
