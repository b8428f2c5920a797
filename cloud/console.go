package cloud

import (
	"context"
	"net/http"

	"sshhelp/diag"
)

// consoleGaps are the refusals that mean something of their own for a console.
var consoleGaps = map[int]diag.Gap{
	http.StatusUnauthorized: {Why: diag.GapForbidden, Text: "The credential may not read the console log: its access rules do not list POST /v2.1/servers/*/action."},
	http.StatusForbidden:    {Why: diag.GapForbidden, Text: "The credential may not read the console log: it needs the role member, not only reader."},
	http.StatusNotFound:     {Why: diag.GapNotFound, Text: "The instance has no console log."},
	// An instance that never reached a host, or left it, as when shelved.
	http.StatusConflict:       {Why: diag.GapNotFound, Text: "The instance has no console log: it is on no host."},
	http.StatusNotImplemented: {Why: diag.GapUnsupported, Text: "This cloud keeps no console log for the instance: its hypervisor does not offer it."},
}

// readConsole asks for the whole log. Without a length Nova sends the last
// 100 KiB; there is no way to ask where it begins.
func (c *Cloud) readConsole(ctx context.Context, i *diag.Instance) (diag.Fact, error) {
	var body struct {
		Output string `json:"output"`
	}
	err := c.ask(ctx, call{
		op: "read console of " + i.ID, service: nova, path: "servers/" + i.ID + "/action",
		body: map[string]any{"os-getConsoleOutput": map[string]any{}},
	}, &body)
	if statusOf(err) == http.StatusNotFound && c.gone(ctx, i.ID) {
		return nil, &diag.Gap{
			Source: diag.SourceConsole, Why: diag.GapNotFound,
			Text: "The instance was deleted while it was looked at: what is said of it here may be of the past.",
		}
	}
	if gap, ok := consoleGaps[statusOf(err)]; ok {
		gap.Source = diag.SourceConsole
		return nil, &gap
	}
	if err != nil {
		return nil, err
	}
	return diag.ReadConsole(body.Output), nil
}

// gone reports whether there is no such server any more: Nova answers 404 for a
// console that is not there and for a server that is not there.
func (c *Cloud) gone(ctx context.Context, id string) bool {
	_, err := c.server(ctx, id)
	return statusOf(err) == http.StatusNotFound
}
