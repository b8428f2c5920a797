package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sshhelp/diag"
)

// Check is the self-test: what this credential may and may not do, one line
// each. It changes nothing; the console it tries is read, of one running
// instance of the project's own.
func (c *Cloud) Check(ctx context.Context) []diag.Check {
	a, err := c.session.open(ctx, nil)
	if err != nil {
		return []diag.Check{c.line("authentication", diag.CheckFailed, sentence(err), fixLogin(err))}
	}
	checks := []diag.Check{c.checkLogin(a), c.checkProject(a), c.checkCatalogue(a)}
	rest := make([][]diag.Check, 4)
	together(
		func() { rest[0] = c.checkServers(ctx) },
		func() { rest[1] = c.checkList(ctx, "ports", "ports", "the role reader in the project") },
		func() {
			rest[2] = c.checkList(ctx, "security groups", "security-groups", "the role reader in the project")
		},
		func() { rest[3] = c.checkList(ctx, "floating IPs", "floatingips", "the role reader in the project") },
	)
	checks = append(checks, c.checkVersion())
	for _, more := range rest {
		checks = append(checks, more...)
	}
	return checks
}

func (c *Cloud) line(what string, mark diag.CheckState, text, fix string) diag.Check {
	return diag.Check{What: "OpenStack " + c.name + ": " + what, Mark: mark, Text: text, Fix: fix}
}

func (c *Cloud) checkLogin(a *access) diag.Check {
	return c.line("authentication", diag.CheckOK, "signed in as "+a.who.User.Name, "")
}

func fixLogin(err error) string {
	switch {
	case errors.Is(err, diag.ErrCredentials):
		return "Renew the password or application credential of this cloud in clouds.yaml or the OS_* variables."
	case errors.Is(err, diag.ErrConfig):
		return "Correct this cloud's entry in clouds.yaml or the OS_* variables."
	}
	return "Check that Keystone is up, and that auth_url can be reached from here."
}

func (c *Cloud) checkProject(a *access) diag.Check {
	if a.who.Project.ID == "" {
		return c.line("project", diag.CheckFailed, "the credential is for no project",
			"Set project_name and project_domain_name beside auth_url, or use an application credential of the project.")
	}
	var roles []string
	for _, r := range a.who.Roles {
		roles = append(roles, r.Name)
	}
	return c.line("project", diag.CheckOK, a.who.Project.Name+", as "+strings.Join(roles, ", "), "")
}

// checkCatalogue: without Nova there is nothing to look at, without the others
// there are gaps. Cinder only matters to instances that boot from volumes.
func (c *Cloud) checkCatalogue(a *access) diag.Check {
	var missing []string
	for _, kind := range []string{nova, neutron, glance} {
		if a.services[kind] == nil {
			missing = append(missing, kind)
		}
	}
	if len(missing) == 0 {
		return c.line("catalogue", diag.CheckOK, "compute, network and image are there", "")
	}
	mark := diag.CheckLimited
	if missing[0] == nova {
		mark = diag.CheckFailed
	}
	return c.line("catalogue", mark, "no "+strings.Join(missing, ", no ")+" service for us in the catalogue",
		"Check region_name and interface in clouds.yaml.")
}

// checkVersion is called once Nova has been asked for something.
func (c *Cloud) checkVersion() diag.Check {
	v := c.version.peek()
	switch {
	case v == nil:
		return c.line("microversion", diag.CheckUnknown, "Nova's version document could not be read", "")
	case v.minor < 21:
		return c.line("microversion", diag.CheckLimited,
			fmt.Sprintf("Nova offers 2.%d: locks, host status and deleted instances cannot be told (2.9, 2.16, 2.21)", max(v.most, 1)), "")
	}
	return c.line("microversion", diag.CheckOK, fmt.Sprintf("2.%d of the 2.%d that Nova offers", v.minor, v.most), "")
}

// checkServers lists servers and tries what can be tried with one of them.
func (c *Cloud) checkServers(ctx context.Context) []diag.Check {
	all, _, err := list[server](ctx, c, call{op: "list servers", service: nova, path: "servers/detail", query: url.Values{"limit": {"50"}}}, "servers", 50)
	if err != nil {
		mark, text, fix := verdict(err, "the role reader in the project")
		return []diag.Check{c.line("instances", mark, text, fix)}
	}
	seen := c.line("instances", diag.CheckOK, fmt.Sprintf("may be listed; %d seen", len(all)), "")
	if len(all) == 50 {
		seen.Text = "may be listed; 50 or more seen"
	}
	if len(all) == 0 {
		none := "not tried, because the project has no instance"
		return []diag.Check{seen, c.line("console log", diag.CheckUnknown, none, ""), c.line("host status", diag.CheckUnknown, none, "")}
	}
	one := &all[0]
	for i := range all {
		if all[i].Status == "ACTIVE" {
			one = &all[i]
			break
		}
	}
	return []diag.Check{seen, c.checkConsole(ctx, one), c.checkHost(all)}
}

// checkConsole: any answer but a refusal means that the log may be read.
func (c *Cloud) checkConsole(ctx context.Context, s *server) diag.Check {
	ctx, cancel := context.WithTimeout(ctx, consoleMost)
	defer cancel()
	i := s.instance(c.name)
	_, err := c.readConsole(ctx, &i)
	var gap *diag.Gap
	switch {
	case err == nil:
		return c.line("console log", diag.CheckOK, "may be read", "")
	case errors.As(err, &gap) && gap.Why == diag.GapForbidden:
		return c.line("console log", diag.CheckLimited, "may not be read: what instances say while they boot stays unknown",
			"Give the credential the role member in the project, or have the policy os_compute_api:os-console-output allow it; an application credential's access rules must list POST /v2.1/servers/*/action.")
	case errors.As(err, &gap):
		return c.line("console log", diag.CheckOK, "may be read, though the instance that was tried has none", "")
	}
	mark, text, fix := verdict(err, "the role member in the project")
	return c.line("console log", mark, text, fix)
}

// consoleMost is how long the self-test waits for a console.
const consoleMost = 8 * time.Second

func (c *Cloud) checkHost(all []server) diag.Check {
	for i := range all {
		if all[i].HostStatus != "" {
			return c.line("host status", diag.CheckOK, "shown", "")
		}
	}
	return c.line("host status", diag.CheckLimited, "not shown, as usual for all but administrators: that a compute host is down can be suspected only",
		"If that matters, have the policy os_compute_api:servers:show:host_status allow it.")
}

// checkList tries to read one object.
func (c *Cloud) checkList(ctx context.Context, what, path, needs string) []diag.Check {
	var body map[string]any
	err := c.ask(ctx, call{op: "list " + what, service: neutron, path: path, query: url.Values{"limit": {"1"}, "fields": {"id"}}}, &body)
	if err != nil {
		mark, text, fix := verdict(err, needs)
		return []diag.Check{c.line(what, mark, text, fix)}
	}
	return []diag.Check{c.line(what, diag.CheckOK, "may be listed", "")}
}

// verdict puts a failed call into a line of the self-test.
func verdict(err error, needs string) (mark diag.CheckState, text, fix string) {
	switch status := statusOf(err); {
	case status == http.StatusUnauthorized:
		return diag.CheckFailed, "refused (401), as calls outside of access rules are", "Add the call to the application credential's access rules."
	case status == http.StatusForbidden:
		return diag.CheckFailed, "refused (403)", "Give the credential " + needs + "."
	case status == http.StatusNotImplemented:
		return diag.CheckLimited, "no such service in the catalogue", "Check region_name and interface in clouds.yaml."
	case status != 0:
		return diag.CheckUnknown, fmt.Sprintf("the API answered %d", status), "Look at the cloud's own health."
	}
	return diag.CheckUnknown, sentence(err), "Check that the endpoint in the catalogue can be reached from here."
}

// sentence is an error in few words.
func sentence(err error) string {
	var f *failure
	if errors.As(err, &f) && f.cause != nil && f.kind == nil {
		return f.cause.Error()
	}
	return err.Error()
}
