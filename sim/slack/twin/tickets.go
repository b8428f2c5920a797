package twin

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"
)

const maxResponseUses = 5

// forget is after how many lives an expired ticket is no longer known at all.
const forget = 100

// tickets are the rights that payloads hand out: to open a view, and to answer by a response URL.
type tickets struct {
	triggers map[string]*trigger
	urls     map[string]*responseURL
}

func (k *tickets) init() {
	k.triggers, k.urls = map[string]*trigger{}, map[string]*responseURL{}
}

type trigger struct {
	user   string
	made   time.Time
	used   bool
	inView bool // came from a modal, so that views.push is possible
}

// responseURL answers one command or click. original is the message it belongs to, "" if none was shown yet.
type responseURL struct {
	channel, user, original string
	made                    time.Time
	uses                    int
}

// newTrigger makes a trigger_id for user. mu is held.
func (t *Twin) newTrigger(user string, inView bool) string {
	maps.DeleteFunc(t.tickets.triggers, func(_ string, old *trigger) bool { return t.now().Sub(old.made) > forget*t.timing.Trigger })
	id := t.id("13345224609.") + ".twin"
	t.tickets.triggers[id] = &trigger{user: user, made: t.now(), inView: inView}
	return id
}

// exchange uses a trigger_id up. mu is held.
func (t *Twin) exchange(id string) (*trigger, error) {
	tr := t.tickets.triggers[id]
	switch {
	case tr == nil:
		return nil, refuse("invalid_trigger_id")
	case tr.used:
		return nil, refuse("exchanged_trigger_id")
	case t.now().Sub(tr.made) > t.timing.Trigger:
		return nil, refuse("expired_trigger_id")
	}
	tr.used = true
	return tr, nil
}

// newResponseURL makes an address for answers to user in channel; original is the message clicked on. mu is held.
func (t *Twin) newResponseURL(channel, user, original string) (string, *responseURL) {
	maps.DeleteFunc(t.tickets.urls, func(_ string, old *responseURL) bool { return t.now().Sub(old.made) > forget*t.timing.ResponseURL })
	id := t.id("R")
	u := &responseURL{channel: channel, user: user, original: original, made: t.now()}
	t.tickets.urls[id] = u
	return t.base + "/response/" + id, u
}

// serveResponseURL takes an answer; success is the text "ok", as in Slack.
func (t *Twin) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	fault := t.suffer(r, "response_url")
	if fault != nil && !fault.Lost {
		t.finish(Call{Method: "response_url", At: begin}, or(fault.Error, http.StatusText(fault.Status)))
		fault.write(w)
		return
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err == nil {
		err = t.respond(r.PathValue("id"), data)
	}
	t.finish(Call{Method: "response_url", At: begin}, codeOf(err))
	if fault != nil {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(raw(reply{"ok": false, "error": codeOf(err)}))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "ok")
}

// respond carries out one use of a response URL.
func (t *Twin) respond(id string, data []byte) error {
	c := &call{method: "response_url", body: map[string]json.RawMessage{}}
	if json.Unmarshal(data, &c.body) != nil {
		return refuse("invalid_payload")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.tickets.urls[id]
	switch {
	case u == nil, t.now().Sub(u.made) > t.timing.ResponseURL:
		return refuse("expired_url")
	case u.uses >= maxResponseUses:
		return refuse("used_url")
	}
	u.uses++
	if c.bool("delete_original") {
		return t.replaceOriginal(u, nil)
	}
	parts, err := t.parseContent(c, maxMessageText, false)
	if err != nil {
		return err
	}
	if parts.empty() {
		return refuse("no_text")
	}
	t.inspect(c.method, u.channel, parts.parts())
	if c.bool("replace_original") && u.original != "" {
		return t.replaceOriginal(u, &parts)
	}
	return t.respondNew(u, parts, c.str("response_type") == "in_channel", c.str("thread_ts"))
}

// respondNew posts a message. Membership does not matter here. mu is held.
func (t *Twin) respondNew(u *responseURL, parts content, public bool, thread string) error {
	ch := t.channelByID(u.channel)
	m := parts.into(t.ours())
	if public {
		var err error
		if m.ThreadTS, err = threadFor(ch, thread); err != nil {
			return err
		}
		m = t.post(ch, m)
	} else {
		m.ThreadTS, m.EphemeralTo = thread, u.user
		m = t.whisper(ch, m)
	}
	u.original = or(u.original, m.TS)
	return nil
}

// replaceOriginal edits the message that the URL belongs to; nil parts delete it. mu is held.
func (t *Twin) replaceOriginal(u *responseURL, parts *content) error {
	ch := t.channelByID(u.channel)
	i := ch.findFor(u.user, u.original)
	if i < 0 {
		return refuse("message_not_found")
	}
	if parts == nil {
		t.remove(ch, i)
		return nil
	}
	m := parts.into(ch.messages[i])
	if m.EphemeralTo != "" { // an ephemeral is replaced without "(edited)"
		t.set(ch, i, m)
		return nil
	}
	t.edit(ch, i, m, t.sc.Bot.UserID)
	return nil
}
