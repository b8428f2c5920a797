package diag

import "errors"

// Errors that mean that looking could not even begin. Sources wrap them with
// the operation and its object; a person sees the sentence and a hint.
var (
	// ErrUnreachable: the cloud's API does not answer.
	ErrUnreachable = errors.New("the cloud does not answer")
	// ErrCredentials: the cloud refused who we are.
	ErrCredentials = errors.New("the cloud refused the credentials")
	// ErrConfig: no such cloud, or its settings cannot be used.
	ErrConfig = errors.New("the cloud is not configured")
)

// A Check is one line of the self-test.
type Check struct {
	What string     `json:"what"` // "OpenStack lab: console log"
	Mark CheckState `json:"mark"`
	Text string     `json:"text"`          // what was found
	Fix  string     `json:"fix,omitempty"` // what to change; empty if nothing
}

// A CheckState is how one line of the self-test ended.
type CheckState string

const (
	CheckOK      CheckState = "ok"
	CheckLimited CheckState = "limited" // works with a stated gap
	CheckFailed  CheckState = "failed"
	CheckUnknown CheckState = "unknown" // could not be tested
)
