package twin

import (
	"fmt"

	"golang.org/x/crypto/ssh"

	"sshhelp/sim/scenario"
)

// FromCloud returns the options of every server that a scenario wants, in its
// order, each with the host key that the instance's console shows and the key
// that it was launched with.
func FromCloud(c *scenario.Cloud) ([]Options, error) {
	var all []Options
	for i := range c.Servers {
		server := &c.Servers[i]
		for _, l := range server.SSHD {
			o, err := forServer(c, server, l)
			if err != nil {
				return nil, fmt.Errorf("server %s: %w", server.Name, err)
			}
			all = append(all, o)
		}
	}
	return all, nil
}

func forServer(c *scenario.Cloud, server *scenario.Server, l scenario.SSHD) (Options, error) {
	addr := server.ListenAddr(l)
	if !addr.IsValid() {
		return Options{}, fmt.Errorf("sshd: there is no address %q to listen on", l.Listen)
	}
	if Describe(l.Behaviour) == "" {
		return Options{}, fmt.Errorf("sshd: there is no behaviour %q", l.Behaviour)
	}
	host, err := ssh.NewSignerFromSigner(server.HostKey())
	if err != nil {
		return Options{}, fmt.Errorf("host key: %w", err)
	}
	o := Options{Listen: addr.String(), Behaviour: l.Behaviour, HostKeys: []ssh.Signer{host}, Account: server.AdminUser}
	if server.KeyName == nil {
		return o, nil
	}
	if k := c.KeyPair(server.User, *server.KeyName); k != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey))
		if err != nil {
			return Options{}, fmt.Errorf("key pair %s: %w", k.Name, err)
		}
		o.AuthorizedKeys = []ssh.PublicKey{key}
	}
	return o, nil
}
