package bot

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// A job is one acknowledged request as it lies in Redis.
type job struct {
	Kind   jobKind    `json:"kind"`
	Ref    string     `json:"ref"` // reference of the check, or of this request
	Asked  diag.Asked `json:"asked,omitzero"`
	Change change     `json:"change,omitzero"`
	Press  press      `json:"press,omitzero"`
	Text   string     `json:"text,omitempty"` // to tell, in mrkdwn
	User   string     `json:"user"`
	Team   string     `json:"team"`
	Place  place      `json:"place"`
	At     time.Time  `json:"at"`
	// Trigger opens one modal, within 3 s of the click.
	Trigger string `json:"trigger,omitempty"`
	Form    string `json:"form,omitempty"`  // the form that it came by, which knows its place
	Order   string `json:"order,omitempty"` // the order that it goes on with, and the choice
	Again   bool   `json:"again,omitzero"`  // although the instance was just checked

	Do       []commands.Intent `json:"do,omitempty"`       // what a reply asks for beside Change
	Files    []attachment      `json:"files,omitempty"`    // of a reply
	Leak     bool              `json:"leak,omitzero"`      // the reply held a private key, which is not here
	Aloud    bool              `json:"aloud,omitzero"`     // the bot was mentioned: it answers though it was told to be quiet
	ByItself bool              `json:"by_itself,omitzero"` // nobody asked: it was due

	id string // in the stream
}

type jobKind string

const (
	checkJob  jobKind = "check"  // a new check of Asked
	followJob jobKind = "follow" // Change to the check in Place.Thread, or to Ref
	tellJob   jobKind = "tell"   // tell User something in private
	formJob   jobKind = "form"   // open the form for a new check
	showJob   jobKind = "show"   // show User what Text names, in private
	homeJob   jobKind = "home"   // make User's Home tab

	adoptJob jobKind = "adopt" // a reply in a thread that is not known: ours, but forgotten?

	feedbackJob jobKind = "feedback" // count the thumb in Text

	summaryJob  jobKind = "summary"  // open the summary of check Ref
	escalateJob jobKind = "escalate" // hand the check of Order over, with the summary in Text

	confirmJob jobKind = "confirm" // open the form of Press.Offer for User
	actJob     jobKind = "act"     // carry Press.Offer out, as User has confirmed
)

// quick are the kinds that wait for nobody: they have a stream of their own, so
// that they need not wait behind checks of 20 seconds.
func (k jobKind) quick() bool {
	return k != checkJob && k != followJob && k != adoptJob && k != escalateJob
}

// A place is where a request was made and where its answers go.
type place struct {
	Channel     string `json:"channel"`
	Thread      string `json:"thread,omitempty"`       // ts of the thread it was said in
	Message     string `json:"message,omitempty"`      // ts of what was said; "" for commands and clicks
	ResponseURL string `json:"response_url,omitempty"` // 5 uses within 30 minutes
}

// direct reports whether it is a direct message with the bot.
func (p place) direct() bool { return strings.HasPrefix(p.Channel, "D") }

// newRef makes a reference that a person can read out: eight letters and digits.
func newRef() string { return rand.Text()[:8] }

func (j *job) encode() string {
	data, err := json.Marshal(j)
	if err != nil {
		panic("bot: a job cannot be encoded: " + err.Error()) // unreachable: plain fields only
	}
	return string(data)
}

func decodeJob(id, data string) (*job, error) {
	j := &job{id: id}
	if err := json.Unmarshal([]byte(data), j); err != nil {
		return nil, fmt.Errorf("decode job %s: %w", id, err)
	}
	return j, nil
}

// tell turns a request into one that is answered in private with text.
func (j job) tell(text string) *job {
	return &job{Kind: tellJob, Ref: j.Ref, Text: text, User: j.User, Team: j.Team, Place: j.Place, At: j.At}
}
