package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"sshhelp/diag"
)

// An Actor changes instances. It holds a credential of its own, so that whoever
// only diagnoses cannot change anything, by mistake or otherwise: a [Cloud] has
// no method that does. Its methods may be called at any time, side by side.
type Actor struct{ cloud *Cloud }

// OpenActor is [Open] for the credential that may act. Errors wrap
// [diag.ErrConfig].
func OpenActor(o Options) (*Actor, error) {
	c, err := Open(o)
	if err != nil {
		return nil, err
	}
	c.session.once = true
	return &Actor{c}, nil
}

// Name is that of the credential's entry in clouds.yaml, or of its Keystone.
func (a *Actor) Name() string { return a.cloud.name }

// Look reads an instance by its ID, as it is now. The error wraps
// [diag.ErrGone] if this credential sees no such instance. Unlike a diagnosis it
// does not make do with pieces: who is about to act wants to know the state.
func (a *Actor) Look(ctx context.Context, id string) (*diag.Instance, error) {
	var body struct {
		Server *server `json:"server"`
	}
	q := call{op: "read server " + id, service: nova, path: "servers/" + url.PathEscape(id)}
	err := a.cloud.ask(ctx, q, &body)
	switch {
	case statusOf(err) == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", q.op, diag.ErrGone)
	case err != nil:
		return nil, unable(err)
	case body.Server == nil || body.Server.ID != id:
		return nil, &failure{op: q.op, cause: errOdd}
	}
	i := body.Server.instance(a.cloud.name)
	return &i, nil
}

// Console reads the whole console log as the guest wrote it, not redacted. The
// error is a [*diag.Gap] where there is none, or none for this credential.
func (a *Actor) Console(ctx context.Context, id string) (string, error) {
	var body struct {
		Output string `json:"output"`
	}
	err := a.cloud.ask(ctx, call{
		op: "read console of " + id, service: nova, path: "servers/" + url.PathEscape(id) + "/action",
		body: map[string]any{"os-getConsoleOutput": map[string]any{}},
	}, &body)
	if gap, ok := consoleGaps[statusOf(err)]; ok {
		gap.Source = diag.SourceConsole
		return "", &gap
	}
	if err != nil {
		return "", unable(err)
	}
	return body.Output, nil
}

// requests are the bodies of Nova's server actions (nova/api/openstack/compute).
// Up to microversion 2.79, which is the newest spoken here, null is what
// unshelve takes where no zone is meant.
var requests = map[diag.Action]map[string]any{
	diag.Start:      {"os-start": nil},
	diag.Unpause:    {"unpause": nil},
	diag.Resume:     {"resume": nil},
	diag.Unshelve:   {"unshelve": nil},
	diag.Unrescue:   {"unrescue": nil},
	diag.HardReboot: {"reboot": map[string]any{"type": "HARD"}},
}

// Act asks Nova, once, to begin an action. nil means that Nova has accepted it;
// it goes on in the background. Errors: see [diag.ErrOutcome] and its siblings.
// Only a 401 is asked again, with a new token: it comes before Nova's part.
func (a *Actor) Act(ctx context.Context, id string, action diag.Action) error {
	op := fmt.Sprintf("%s %s", action, id)
	body, known := requests[action]
	if !known {
		return fmt.Errorf("%s: %w: no such action", op, diag.ErrRefused)
	}
	if _, err := a.cloud.session.open(ctx, nil); err != nil {
		return fmt.Errorf("%s: %w", op, err) // nothing was sent
	}
	_, err := a.cloud.send(ctx, call{
		op: op, service: nova, path: "servers/" + url.PathEscape(id) + "/action", body: body, status: http.StatusAccepted,
	})
	return begun(err)
}

// begun says of a failed call whether the action may have begun. What Nova
// refuses with a 4xx it has not begun; after any other answer, or none, only the
// instance itself can tell. A login that failed on the way has a kind already.
func begun(err error) error {
	var f *failure
	if err == nil || !errors.As(err, &f) || f.kind != nil {
		return err
	}
	var dial *net.OpError
	switch {
	case errors.Is(err, errNoService), f.status == http.StatusNotImplemented:
		f.kind = diag.ErrRefused
	case errors.As(err, &dial) && dial.Op == "dial":
		f.kind = diag.ErrUnreachable // it never left
	case f.status == http.StatusNotFound:
		f.kind = diag.ErrGone
	case f.status == http.StatusConflict:
		f.kind = diag.ErrConflict
	case f.status == http.StatusUnauthorized, f.status == http.StatusForbidden:
		f.kind = diag.ErrRefused
	case f.status == http.StatusTooManyRequests, f.status >= 400 && f.status < 500 && f.status != http.StatusRequestTimeout:
		f.kind = diag.ErrRefused
	default:
		f.kind = diag.ErrOutcome
	}
	return err
}

// Check is the self-test: whether the credential logs in, and into which
// project. Whether it may act cannot be tried without acting.
func (a *Actor) Check(ctx context.Context) []diag.Check {
	c := a.cloud
	opened, err := c.session.open(ctx, nil)
	if err != nil {
		return []diag.Check{c.line("authentication for actions", diag.CheckFailed, sentence(err), fixLogin(err))}
	}
	login, project := c.checkLogin(opened), c.checkProject(opened)
	login.What += " for actions"
	project.What += " for actions"
	return []diag.Check{login, project}
}
