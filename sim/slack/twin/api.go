package twin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request; files are bounded by it too.
const maxBody = 8 << 20

// apiError is a refusal with Slack's code and details.
type apiError struct {
	code             string
	needed, provided string
	messages         []string // which part of the arguments is wrong, for invalid_blocks and invalid_arguments
	retryAfter       time.Duration
}

func (e *apiError) Error() string { return strings.Join(append([]string{e.code}, e.messages...), ": ") }

func refuse(code string, messages ...string) error { return &apiError{code: code, messages: messages} }

// reply is the body of an answer besides "ok".
type reply = map[string]any

// method is one Web API method. Scopes are alternatives; app methods take the app-level token.
type method struct {
	run    func(t *Twin, c *call) (reply, error)
	scopes []string
	app    bool
	tier   int // calls per minute under real limits; 0: not limited here
}

// methods are all that the twin knows; anything else is unknown_method. Tiers are Slack's published ones.
var methods = map[string]method{
	"auth.test":                    {run: (*Twin).authTest},
	"apps.connections.open":        {run: (*Twin).connectionsOpen, app: true, tier: 50},
	"chat.postMessage":             {run: (*Twin).chatPost, scopes: []string{"chat:write"}},
	"chat.postEphemeral":           {run: (*Twin).chatEphemeral, scopes: []string{"chat:write"}, tier: 100},
	"chat.update":                  {run: (*Twin).chatUpdate, scopes: []string{"chat:write"}, tier: 50},
	"chat.delete":                  {run: (*Twin).chatDelete, scopes: []string{"chat:write"}, tier: 50},
	"chat.getPermalink":            {run: (*Twin).chatPermalink},
	"reactions.add":                {run: (*Twin).reactionsAdd, scopes: []string{"reactions:write"}, tier: 50},
	"reactions.remove":             {run: (*Twin).reactionsRemove, scopes: []string{"reactions:write"}, tier: 20},
	"conversations.info":           {run: (*Twin).conversationsInfo, scopes: readScopes, tier: 50},
	"conversations.open":           {run: (*Twin).conversationsOpen, scopes: []string{"im:write"}, tier: 50},
	"conversations.replies":        {run: (*Twin).conversationsReplies, scopes: historyScopes, tier: 50},
	"conversations.history":        {run: (*Twin).conversationsHistory, scopes: historyScopes, tier: 50},
	"users.info":                   {run: (*Twin).usersInfo, scopes: []string{"users:read"}, tier: 100},
	"usergroups.list":              {run: (*Twin).usergroupsList, scopes: []string{"usergroups:read"}, tier: 20},
	"usergroups.users.list":        {run: (*Twin).usergroupsUsers, scopes: []string{"usergroups:read"}, tier: 20},
	"views.open":                   {run: (*Twin).viewsOpen, tier: 100},
	"views.push":                   {run: (*Twin).viewsPush, tier: 100},
	"views.update":                 {run: (*Twin).viewsUpdate, tier: 100},
	"views.publish":                {run: (*Twin).viewsPublish, tier: 100},
	"files.getUploadURLExternal":   {run: (*Twin).filesUploadURL, scopes: []string{"files:write"}, tier: 100},
	"files.completeUploadExternal": {run: (*Twin).filesComplete, scopes: []string{"files:write"}, tier: 100},
	"files.info":                   {run: (*Twin).filesInfo, scopes: []string{"files:read"}, tier: 100},
	"assistant.threads.setStatus":  {run: (*Twin).setThreadStatus, scopes: []string{"chat:write", "assistant:write"}, tier: 600},
}

// call is one request with its arguments, from a form or from JSON.
type call struct {
	method string
	token  string
	header bool // the token came in the Authorization header
	form   url.Values
	body   map[string]json.RawMessage
}

// str returns an argument as text; a JSON string is unquoted.
func (c *call) str(name string) string {
	if c.body == nil {
		return c.form.Get(name)
	}
	var s string
	if json.Unmarshal(c.body[name], &s) == nil {
		return s
	}
	return string(c.body[name])
}

// has says whether the argument was given at all.
func (c *call) has(name string) bool {
	if c.body == nil {
		return c.form.Has(name)
	}
	v, ok := c.body[name]
	return ok && string(v) != "null"
}

// json returns an argument that is JSON: nested in a JSON body, or JSON text in a form. Slack takes text in both.
func (c *call) json(name string) json.RawMessage {
	if !c.has(name) {
		return nil
	}
	if c.body != nil && !strings.HasPrefix(string(c.body[name]), `"`) {
		return c.body[name]
	}
	return json.RawMessage(c.str(name))
}

func (c *call) bool(name string) bool {
	b, err := strconv.ParseBool(c.str(name))
	return err == nil && b
}

func (c *call) int(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.str(name)); err == nil {
		return n
	}
	return otherwise
}

// serveAPI runs one call: trouble ordered for it first, then token and scope, then the method itself.
func (t *Twin) serveAPI(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	c, err := parseCall(r)
	rec := Call{Method: r.PathValue("method"), At: begin}
	if err == nil {
		rec.Channel, rec.TS = or(c.str("channel"), c.str("channel_id")), or(c.str("ts"), c.str("thread_ts"))
	}
	fault := t.suffer(r, rec.Method)
	var out reply
	switch {
	case fault != nil && !fault.Lost:
		t.finish(rec, or(fault.Error, strconv.Itoa(fault.Status)))
		fault.write(w)
		return
	case err == nil:
		out, err = t.run(c)
	}
	t.finish(rec, codeOf(err))
	if fault != nil { // done, but the caller shall not learn it
		panic(http.ErrAbortHandler)
	}
	t.answer(w, c, out, err)
}

func parseCall(r *http.Request) (*call, error) {
	c := &call{method: r.PathValue("method")}
	ctype, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return c, refuse("request_timeout")
	}
	if ctype == "application/json" {
		c.body = map[string]json.RawMessage{}
		if len(data) > 0 && json.Unmarshal(data, &c.body) != nil {
			return c, refuse("invalid_json")
		}
	} else {
		if c.form, err = url.ParseQuery(string(data)); err != nil {
			return c, refuse("invalid_form_data")
		}
		for k, v := range r.URL.Query() {
			if !c.form.Has(k) {
				c.form[k] = v
			}
		}
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token, c.header = bearer, true
	} else if c.body == nil {
		c.token = c.form.Get("token")
	}
	return c, nil
}

// run checks token, scope and rate, then calls the method with mu held.
func (t *Twin) run(c *call) (reply, error) {
	m, ok := methods[c.method]
	if !ok {
		return nil, refuse("unknown_method")
	}
	if err := t.authorise(c, m); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.limit(c, m); err != nil {
		return nil, err
	}
	return m.run(t, c)
}

// authorise checks that the token is of the right kind, valid, and has one of the method's scopes.
func (t *Twin) authorise(c *call, m method) error {
	valid, other := t.sc.Tokens.Bot, t.sc.Tokens.App
	if m.app {
		valid, other = other, valid
	}
	switch {
	case c.token == "", m.app && !c.header:
		return refuse("not_authed")
	case slices.Contains(other, c.token):
		return refuse("not_allowed_token_type")
	case !slices.Contains(valid, c.token):
		return refuse("invalid_auth")
	}
	if len(m.scopes) == 0 || slices.ContainsFunc(m.scopes, t.granted) {
		return nil
	}
	return t.missingScope(m.scopes...)
}

func (t *Twin) granted(scope string) bool { return slices.Contains(t.sc.Scopes, scope) }

func (t *Twin) missingScope(needed ...string) error {
	return &apiError{code: "missing_scope", needed: strings.Join(needed, ","), provided: strings.Join(t.sc.Scopes, ",")}
}

// answer writes Slack's envelope with the headers that every answer has.
func (t *Twin) answer(w http.ResponseWriter, c *call, out reply, err error) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Slack-Req-Id", fmt.Sprintf("%x", time.Now().UnixNano()))
	if !methods[c.method].app {
		h.Set("X-OAuth-Scopes", strings.Join(t.sc.Scopes, ","))
		h.Set("X-Accepted-OAuth-Scopes", strings.Join(methods[c.method].scopes, ","))
	}
	if out == nil {
		out = reply{}
	}
	out["ok"] = err == nil
	if e := (*apiError)(nil); errors.As(err, &e) {
		e.describe(out)
		if e.retryAfter > 0 {
			h.Set("Retry-After", strconv.Itoa(int((e.retryAfter+time.Second-1)/time.Second)))
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	_, _ = w.Write(raw(out)) // the caller may be gone
}

func (e *apiError) describe(out reply) {
	out["error"] = e.code
	if e.needed != "" {
		out["needed"], out["provided"] = e.needed, e.provided
	}
	if len(e.messages) > 0 {
		errs := []string{}
		for _, m := range e.messages {
			errs = append(errs, "[ERROR] "+m)
		}
		out["errors"], out["response_metadata"] = e.messages, map[string]any{"messages": errs}
	}
}

func codeOf(err error) string {
	if e := (*apiError)(nil); errors.As(err, &e) {
		return e.code
	}
	return ""
}
