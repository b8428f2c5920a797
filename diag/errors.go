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

// Errors that mean that an [Action] was not begun, or that this is not known. An
// error of an action that wraps none of them means that it was not begun either.
var (
	// ErrGone: there is no such instance, or not for this credential.
	ErrGone = errors.New("there is no such instance")
	// ErrConflict: the instance is in a state in which the action cannot begin,
	// or it is locked.
	ErrConflict = errors.New("the instance's state does not allow it")
	// ErrRefused: the cloud does not let this credential do it, or does not
	// offer it.
	ErrRefused = errors.New("the cloud refused")
	// ErrOutcome: the call may have been carried out, or not. It must not be
	// made again.
	ErrOutcome = errors.New("it is not known whether the cloud took it")
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
