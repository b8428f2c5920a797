package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/diag"
)

// A scope is what the bot token needs, what for, and what stops working without
// it. The manifests and their table say the same; a test holds that.
type scope struct {
	name    string
	reason  string
	without string
	vital   bool
}

var scopes = []scope{
	{"commands", "The command /sshhelp and the message shortcut", "/sshhelp does not exist.", true},
	{"chat:write", "Answers, their edits, private replies, the Home tab", "No answer can be posted.", true},
	{"users:read", "Guests and strangers are told from members", "Guests cannot be told from members, so everybody is refused.", true},
	{"channels:read", "Whether a public channel is shared with another organisation", "Channels shared with other organisations cannot be told, so all requests in public channels are refused.", true},
	{"groups:read", "The same for private channels", "All requests in private channels are refused.", false},
	{"app_mentions:read", "@sshhelp in a channel or thread", "@sshhelp is not heard; /sshhelp works.", false},
	{"im:history", "Direct messages with sshhelp", "Direct messages are not heard; /sshhelp works there.", false},
	{"channels:history", "Replies without a mention in sshhelp's own threads; other messages are dropped unread", "Replies in threads of public channels are heard only with an @mention.", false},
	{"groups:history", "The same in private channels", "Replies in threads of private channels are heard only with an @mention.", false},
	{"reactions:write", "A reaction as a receipt for replies", "Replies get no reaction as a receipt.", false},
	{"files:read", "Logs that people attach in sshhelp's threads", "Attached logs are not read; pasted ones are.", false},
	{"files:write", "Files of a hand-over, and the console log saved before a reboot", "What is handed over comes as a message without its files.", false},
}

// groupScope is wanted only where user groups are configured.
var groupScope = scope{
	"usergroups:read", "Who is in a user group that access or actions name; read anew at every confirmation",
	"Nobody counts as a member of a user group, so what is granted to groups is granted to none.", false,
}

// wanted lists the scopes that these options need.
func wanted(o Options) []scope {
	groups := o.Actions.Enabled && len(o.Actions.Groups) > 0
	for id := range o.Access.Scopes {
		groups = groups || groupID(id)
	}
	if groups {
		return append(slices.Clone(scopes), groupScope)
	}
	return scopes
}

// Check tests the installation: tokens, workspace, scopes, socket, Redis, and
// whether anybody may ask at all. It opens a Socket Mode connection for a moment.
// Each line is ok or says what to change.
func Check(ctx context.Context, o Options) []diag.Check {
	o = o.withDefaults()
	w := newWeb(o, func(error) {})
	who, err := w.whoami(ctx)
	list := []diag.Check{checkBotToken(who, err)}
	if err == nil {
		list = append(list, checkTeam(who, o.Access))
		list = append(list, checkScopes(who.Header.Get("X-OAuth-Scopes"), wanted(o))...)
	}
	list = append(list, checkSocket(ctx, w), checkRedis(ctx, o), checkAccess(o.Access))
	return append(list, checkActions(ctx, w, o.Actions)...)
}

func checkBotToken(who *slack.AuthTestResponse, err error) diag.Check {
	c := diag.Check{What: "Slack bot token", Mark: diag.CheckOK}
	if err != nil {
		return failed(c, "auth.test", err)
	}
	c.Text = fmt.Sprintf("%s in %s (%s)", who.User, who.Team, who.TeamID)
	return c
}

// failed fills in a line for a call that was refused or did not get through.
func failed(c diag.Check, method string, err error) diag.Check {
	c.Mark, c.Text = diag.CheckFailed, err.Error()
	c.Fix = "Slack's Web API must be reachable from here (SLACK_API_URL, proxies, firewalls)."
	if p := permanent(method, err); p != nil {
		c.Text, c.Fix = p.Code, p.Fix
	}
	return c
}

func checkTeam(who *slack.AuthTestResponse, a Access) diag.Check {
	c := diag.Check{What: "Slack workspace", Mark: diag.CheckOK, Text: who.TeamID}
	if len(a.Teams) > 0 && !slices.Contains(a.Teams, who.TeamID) && !slices.Contains(a.Teams, who.EnterpriseID) {
		c.Mark, c.Text = diag.CheckLimited, who.TeamID+" is not among the workspaces that may ask"
		c.Fix = "List " + who.TeamID + " under access.teams, or install the app in a workspace that is listed."
	}
	return c
}

// checkScopes compares what the token has, as the header of every answer tells,
// with what is needed.
func checkScopes(header string, wanted []scope) []diag.Check {
	var have []string
	for s := range strings.SplitSeq(header, ",") {
		have = append(have, strings.TrimSpace(s))
	}
	var list []diag.Check
	for _, s := range wanted {
		c := diag.Check{What: "Slack scope " + s.name, Mark: diag.CheckOK, Text: "granted"}
		switch {
		case header == "":
			c.Mark, c.Text = diag.CheckUnknown, "Slack did not say which scopes the token has"
		case !slices.Contains(have, s.name):
			c.Mark, c.Text = diag.CheckLimited, s.without
			if s.vital {
				c.Mark = diag.CheckFailed
			}
			c.Fix = "Add " + s.name + " under OAuth & Permissions, Bot Token Scopes, and install the app again."
		}
		list = append(list, c)
	}
	return list
}

// helloMost is how long Slack may take to say hello.
const helloMost = 15 * time.Second

// checkSocket opens one connection and waits for its hello.
func checkSocket(ctx context.Context, w *web) diag.Check {
	c := diag.Check{What: "Slack app token and Socket Mode", Mark: diag.CheckOK}
	ctx, cancel := context.WithTimeout(ctx, helloMost)
	client := socketmode.New(w.api, socketmode.OptionReadLimit(maxFrame))
	ended := make(chan error, 1)
	go func() {
		ended <- client.RunContext(ctx)
		close(ended)
	}()
	n, err := awaitHello(ctx, client, ended)
	cancel()
	for range ended { // wait until the connection is closed
	}
	if err != nil {
		return failed(c, openMethod, err)
	}
	c.Text = fmt.Sprintf("hello received; the app has %d of 10 connections open", n)
	return c
}

// awaitHello returns how many connections Slack counts, or why there is no hello.
func awaitHello(ctx context.Context, client *socketmode.Client, ended <-chan error) (int, error) {
	for {
		select {
		case e := <-client.Events:
			failure, ok := e.Data.(*slack.ConnectionErrorEvent)
			switch {
			case ok:
				return 0, failure.ErrorObj
			case e.Type == socketmode.EventTypeHello:
				return e.Request.NumConnections, nil
			}
		case err := <-ended:
			return 0, err
		case <-ctx.Done():
			return 0, fmt.Errorf("no hello from Slack: %w", ctx.Err())
		}
	}
}

func checkRedis(ctx context.Context, o Options) diag.Check {
	c := diag.Check{What: "Redis", Mark: diag.CheckOK, Text: "answers"}
	if o.RedisURL == "" {
		c.Mark, c.Text = diag.CheckLimited, "an embedded server: for one replica, and everything is forgotten at exit"
		c.Fix = "Set REDIS_URL to keep conversations over a restart and to run several replicas."
		return c
	}
	s, err := openStore(o)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		err = errors.Join(s.ping(ctx), s.close())
	}
	if err != nil {
		c.Mark, c.Text = diag.CheckFailed, err.Error()
		c.Fix = "Start Redis, or correct REDIS_URL: host, port, user, password, and rediss:// for TLS."
	}
	return c
}

func checkAccess(a Access) diag.Check {
	c := diag.Check{What: "Access", Mark: diag.CheckOK, Text: "limited to those listed"}
	switch {
	case a.Everyone:
		c.Text = "every member who can reach the app may ask"
	case len(a.Teams)+len(a.Channels)+len(a.Users)+len(a.Scopes) == 0:
		c.Mark, c.Text = diag.CheckFailed, "nobody may ask"
		c.Fix = "List IDs under access.teams, access.channels, access.users or access.scopes, or set access.allow_everyone."
	}
	return c
}
