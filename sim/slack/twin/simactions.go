package twin

import (
	"context"
	"time"
)

// userActions are the calls made as a user.
var userActions = map[string]action{
	"command": func(_ *Twin, ctx context.Context, a *Actor, q *request) (reply, error) {
		r, err := a.Command(ctx, q.Channel, q.Text)
		out, err := receipt(r, err)
		out["text"], out["blocks"], out["message"] = r.Text, r.Blocks, r.Message
		return out, err
	},
	"say": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return message(a.say(q.Channel, q.ThreadTS, q.Text, q.Broadcast))
	},
	"edit": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return message(a.Edit(q.Channel, q.TS, q.Text))
	},
	"delete": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return nil, a.Delete(q.Channel, q.TS)
	},
	"upload": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return message(a.Upload(q.Channel, q.ThreadTS, q.Name, []byte(q.Content), q.Text))
	},
	"click": func(_ *Twin, ctx context.Context, a *Actor, q *request) (reply, error) {
		return receipt(a.Click(ctx, q.target()))
	},
	"select": func(_ *Twin, ctx context.Context, a *Actor, q *request) (reply, error) {
		at, chosen := q.target(), q.Chosen
		if q.Value != nil {
			chosen, at.Value = []string{*q.Value}, ""
		}
		return receipt(a.Select(ctx, at, chosen...))
	},
	"submit": func(_ *Twin, ctx context.Context, a *Actor, q *request) (reply, error) {
		r, err := a.Submit(ctx, q.ViewID, q.fields())
		out, err := receipt(r, err)
		out["errors"], out["view"] = r.Errors, r.View
		return out, err
	},
	"close": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		v, err := a.CloseView(q.ViewID, q.All)
		return reply{"view": v}, err
	},
	"shortcut": func(_ *Twin, ctx context.Context, a *Actor, q *request) (reply, error) {
		return receipt(a.Shortcut(ctx, q.CallbackID, q.Channel, q.TS))
	},
	"home": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return reply{"view": a.OpenHome(q.Tab)}, nil
	},
	"react": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return nil, a.React(q.Channel, q.TS, q.Name, !q.Remove)
	},
	"invite": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return nil, a.Invite(q.Channel)
	},
	"kick": func(_ *Twin, _ context.Context, a *Actor, q *request) (reply, error) {
		return nil, a.Kick(q.Channel)
	},
}

func message(m Message, err error) (reply, error) {
	if err != nil {
		return nil, err
	}
	return reply{"message": m}, nil
}

func (q *request) fields() map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for block, actions := range q.Fields {
		out[block] = map[string][]string{}
		for id, v := range actions {
			out[block][id] = v
		}
	}
	return out
}

// orders are the calls made as the one who runs the twin.
var orders = map[string]action{
	"fail": func(t *Twin, _ context.Context, _ *Actor, q *request) (reply, error) {
		f := Fault{Error: q.Error, Status: q.Status, Lost: q.Lost, RetryAfter: time.Duration(q.RetryAfterS * float64(time.Second))}
		if f.Error == "" && f.Status == 0 && !f.Lost || q.Method == "" {
			return nil, &Refusal{Code: "invalid_fault"}
		}
		t.Fail(q.Method, f, q.Count)
		return nil, nil
	},
	"delay": func(t *Twin, _ context.Context, _ *Actor, q *request) (reply, error) {
		t.Delay(q.Method, time.Duration(q.MS*float64(time.Millisecond)))
		return nil, nil
	},
	"disconnect": func(t *Twin, _ context.Context, _ *Actor, q *request) (reply, error) {
		t.Disconnect(or(q.Reason, "refresh_requested"))
		return nil, nil
	},
}

// reports are what the one who runs the twin can read.
var reports = map[string]func(*Twin) any{
	"users":      func(t *Twin) any { return reply{"users": t.persons()} },
	"acks":       func(t *Twin) any { return reply{"acks": t.Acks()} },
	"violations": func(t *Twin) any { return reply{"violations": append([]Violation{}, t.Violations()...)} },
	"sockets":    func(t *Twin) any { return reply{"sockets": t.Sockets()} },
	"calls": func(t *Twin) any {
		all := t.Calls("")
		return reply{"calls": all[max(0, len(all)-500):]}
	},
}

// persons are the users one can act as.
func (t *Twin) persons() []User {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []User{}
	for _, u := range t.everybody() {
		if !u.IsBot {
			out = append(out, u)
		}
	}
	return out
}
