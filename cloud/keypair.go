package cloud

import (
	"context"
	"net/http"
	"net/url"

	"sshhelp/diag"
)

// readKeyPair asks for the launch key. Key pairs belong to users: others' are
// shown to administrators only, who must say whose (since 2.10).
func (c *Cloud) readKeyPair(ctx context.Context, i *diag.Instance) (diag.Fact, error) {
	if i.KeyName == "" {
		return nil, nil
	}
	q := call{op: "read key pair " + i.KeyName, service: nova, path: "os-keypairs/" + url.PathEscape(i.KeyName)}
	if who := c.who(); who.admin() && i.User != "" && i.User != who.User.ID && c.atLeast(10) {
		q.query = url.Values{"user_id": {i.User}}
	}
	var body struct {
		KeyPair struct {
			Type        string `json:"type"` // since 2.2
			Fingerprint string `json:"fingerprint"`
			PublicKey   string `json:"public_key"`
		} `json:"keypair"`
	}
	err := c.ask(ctx, q, &body)
	if statusOf(err) == http.StatusNotFound {
		return nil, &diag.Gap{
			Source: diag.SourceKeyPair, Why: diag.GapNotFound,
			Text: "The key pair \"" + i.KeyName + "\" belongs to another user or was deleted: only its name is known.",
		}
	}
	if err != nil {
		return nil, err
	}
	k := body.KeyPair
	return &diag.KeyPair{Name: i.KeyName, Type: k.Type, Fingerprint: k.Fingerprint, PublicKey: k.PublicKey}, nil
}
