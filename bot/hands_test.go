package bot

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// fakeHands act in the world of a fakeEngine, so that the next check sees what
// was done.
type fakeHands struct {
	engine *fakeEngine

	mu      sync.Mutex
	acted   []string // "start 11111111-aaaa"
	looks   int
	way     []diag.Instance // the states, status and task, of the looks after an action
	console string
	lookErr error
	readErr error
	actErr  error
	lost    bool                   // the action is begun, and actErr returned
	onAct   func(context.Context)  // called in the midst of an action
	onLook  func(n int)            // called before the nth look
	ssh     func() (yes, ok bool)  // nil: it answers
	then    func(i *diag.Instance) // what an action leads to; nil: ACTIVE
}

// Look implements [commands.Actor].
func (h *fakeHands) Look(_ context.Context, id string) (*diag.Instance, error) {
	h.mu.Lock()
	h.looks++
	n, hook, err := h.looks, h.onLook, h.lookErr
	h.mu.Unlock()
	if hook != nil {
		hook(n)
	}
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.engine.mu.Lock()
	defer h.engine.mu.Unlock()
	k := slices.IndexFunc(h.engine.instances, func(i diag.Instance) bool { return i.ID == id })
	if k < 0 {
		return nil, diag.ErrGone
	}
	i := h.engine.instances[k]
	if len(h.acted) > 0 && len(h.way) > 0 {
		i.Status, i.Task, h.way = h.way[0].Status, h.way[0].Task, h.way[1:]
	}
	return &i, nil
}

// Console implements [commands.Actor].
func (h *fakeHands) Console(context.Context, string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.console, h.readErr
}

// Act implements [commands.Actor].
func (h *fakeHands) Act(ctx context.Context, id string, a diag.Action) error {
	h.mu.Lock()
	h.acted = append(h.acted, string(a)+" "+id)
	hook, err, lost, then := h.onAct, h.actErr, h.lost, h.then
	h.mu.Unlock()
	if hook != nil {
		hook(ctx)
	}
	if err != nil && !lost {
		return err
	}
	h.engine.set(func(e *fakeEngine) {
		for k := range e.instances {
			i := &e.instances[k]
			if i.ID != id {
				continue
			}
			i.Status, i.Metadata, i.Updated = "ACTIVE", nil, i.Updated.Add(time.Second)
			if then != nil {
				then(i)
			}
		}
	})
	return err
}

func (h *fakeHands) answers(context.Context, diag.Asked, *diag.Instance) (yes, known bool) {
	h.mu.Lock()
	ssh := h.ssh
	h.mu.Unlock()
	if ssh == nil {
		return true, true
	}
	return ssh()
}

func (h *fakeHands) set(change func(h *fakeHands)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

func (h *fakeHands) did() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.acted)
}

const oncall = "S00ONCALL"

// actRig is a rig in which jo, of the group on-call, may confirm actions. In the
// workspace there is an audit channel too.
func actRig(t *testing.T, m memory, scenario ...func(*twin.Options)) (*rig, *fakeHands) {
	t.Helper()
	r := newRig(t, m, append([]func(*twin.Options){func(o *twin.Options) {
		sc := twin.DefaultScenario()
		sc.Channels = append(sc.Channels, twin.ChannelSpec{Name: "audit", Bot: true})
		o.Scenario = sc
	}}, scenario...)...)
	h := &fakeHands{engine: r.engine, console: "Kernel panic - not syncing\npassword=hunter2hunter2 <!channel>\n"}
	r.opts.Actions = Actions{
		Enabled: true, Hands: h, Answers: h.answers, Groups: []string{oncall}, AskWhom: "the cloud desk <!here>",
		Cooldown: time.Minute, AuditChannel: r.channelID("#audit"),
	}
	return r, h
}

// serveFast is serve without Slack's second between two posts in a channel.
func (r *rig) serveFast() (*Bot, func() error) {
	r.t.Helper()
	b, stop := r.serve()
	b.web.out.mu.Lock()
	defer b.web.out.mu.Unlock()
	for _, channel := range []string{"#ssh-help", "#audit"} {
		b.web.out.lanes["chat.postMessage "+r.channelID(channel)] = newLane(time.Millisecond, 100)
	}
	return b, stop
}

func (r *rig) channelID(name string) string {
	r.t.Helper()
	for _, c := range r.twin.As("jo").State().Channels {
		if "#"+c.Name == name {
			return c.ID
		}
	}
	r.t.Fatalf("no channel %s", name)
	return ""
}

// offered has an instance checked and returns the message with the button.
func (r *rig) offered(instance string) twin.Message {
	r.t.Helper()
	return r.offeredIn("#ssh-help", instance)
}

func (r *rig) offeredIn(channel, instance string) twin.Message {
	r.t.Helper()
	before := map[string]bool{}
	for _, m := range r.twin.Messages(channel) {
		before[m.TS] = true
	}
	r.commandAs("mia", channel, "/sshhelp "+instance)
	return r.wait("an offer", func(m twin.Message) bool { return !before[m.TS] && hasButton(m) })
}

func hasButton(m twin.Message) bool {
	return strings.Contains(string(m.Blocks), `"action_id":"`+pressAction+`"`)
}

// button is where an offer's button is.
func button(m twin.Message) twin.Target {
	return twin.Target{Channel: m.Channel, TS: m.TS, Action: pressAction}
}

// press presses the button of an offer.
func (r *rig) press(user string, offer twin.Message) {
	r.t.Helper()
	if _, err := r.twin.As(user).Click(r.ctx(), button(offer)); err != nil {
		r.t.Fatalf("%s presses: %v", user, err)
	}
}

// confirming waits for the form that a press opens.
func (r *rig) confirming(user string) twin.View {
	r.t.Helper()
	var form twin.View
	r.until("a form for "+user, func(context.Context) error {
		v, ok := r.twin.As(user).Modal()
		form = v
		return unless(ok && v.CallbackID == confirmForm, "there is: "+string(v.Blocks))
	})
	return form
}

// noForm waits until the form is refused with a text.
func (r *rig) noForm(user, text string) {
	r.t.Helper()
	r.until("a refusal for "+user, func(context.Context) error {
		v, _ := r.twin.As(user).Modal()
		return unless(strings.Contains(string(v.Title), "Not possible") && strings.Contains(string(v.Blocks), text), "there is: "+string(v.Title)+string(v.Blocks))
	})
}

// submit sends a form as filled in.
func (r *rig) submit(user string, form twin.View, name, reason string) twin.Receipt {
	r.t.Helper()
	got, err := r.twin.As(user).Submit(r.ctx(), form.ID, map[string]map[string][]string{
		nameBlock: {typedAction: {name}}, reasonBlock: {typedAction: {reason}},
	})
	if err != nil {
		r.t.Fatalf("%s submits: %v", user, err)
	}
	return got
}

// confirm goes the whole way of an approver.
func (r *rig) confirm(user string, offer twin.Message, name string) {
	r.t.Helper()
	r.press(user, offer)
	if got := r.submit(user, r.confirming(user), name, "it hangs"); len(got.Errors) > 0 {
		r.t.Fatalf("refused: %v", got.Errors)
	}
}

// trail lists the audit stream: event and detail.
func (r *rig) trail(b *Bot) []string {
	r.t.Helper()
	lines, err := b.store.db.XRange(r.ctx(), b.store.audit(), "-", "+").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	var list []string
	for _, l := range lines {
		list = append(list, strings.TrimSpace(text(l.Values["event"])+" "+text(l.Values["detail"])))
	}
	return list
}

// audited waits for a line of the audit stream that begins like this.
func (r *rig) audited(b *Bot, line string) {
	r.t.Helper()
	r.until("audit line "+line, func(context.Context) error {
		trail := r.trail(b)
		return unless(slices.ContainsFunc(trail, func(l string) bool { return strings.HasPrefix(l, line) }), strings.Join(trail, "; "))
	})
}

// told waits for a reply in an offer's thread.
func (r *rig) told(offer twin.Message, texts ...string) twin.Message {
	r.t.Helper()
	return r.replyWith(offer.ThreadTS, texts...)
}

type notYet string

func (n notYet) Error() string { return string(n) }

func unless(ok bool, why string) error {
	if ok {
		return nil
	}
	return notYet(why)
}
