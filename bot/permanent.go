package bot

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"
)

// A PermanentError is Slack's refusal of something that no retry can mend.
type PermanentError struct {
	Method string // the Web API method that was refused
	Code   string // Slack's error code
	Fix    string // the switch, scope or token to change
}

// Error says what was refused and what to change.
func (e *PermanentError) Error() string {
	return fmt.Sprintf("Slack refuses %s: %s. %s", e.Method, e.Code, e.Fix)
}

const (
	renewBot = "Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-...) that the app's settings show under OAuth & Permissions; " +
		"if there is none, install the app to the workspace."
	renewApp = "Set SLACK_APP_TOKEN to an app-level token (xapp-...) with the scope connections:write, " +
		"made under Basic Information, App-Level Tokens."
)

// permanentCodes are the refusals that stay until somebody changes something.
// slack-go ends by itself on the first four only and retries all others forever.
var permanentCodes = map[string]string{
	"invalid_auth":            "The token is wrong. ",
	"not_authed":              "The token is missing. ",
	"account_inactive":        "The token belongs to an app that was removed or switched off. ",
	"token_revoked":           "The token was revoked. ",
	"token_expired":           "The token has expired; switch token rotation off. ",
	"not_allowed_token_type":  "This is the wrong kind of token. ",
	"missing_scope":           "The token lacks a scope. ",
	"no_permission":           "The token lacks a permission. ",
	"team_access_not_granted": "The app may not use this workspace; an admin of the organisation must grant it. ",
	"org_login_required":      "The workspace is being moved by Slack; try again when that is done. ",
	"ekm_access_denied":       "An admin of the organisation has suspended access. ",
	"app_uninstalled":         "The app was removed from the workspace; install it again. ",
	"link_disabled":           "Socket Mode is off; switch it on under Socket Mode in the app's settings. ",
}

// permanent tells whether err is beyond retrying and, if so, what to fix.
func permanent(method string, err error) *PermanentError {
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return &PermanentError{Method: method, Code: "HTTP status 404", Fix: "SLACK_API_URL does not lead to Slack's Web API; it ends in /api/."}
	}
	code := slackCode(err)
	why, ok := permanentCodes[code]
	if !ok {
		return nil
	}
	fix := renewBot
	if method == openMethod {
		fix = renewApp
	}
	if code == "missing_scope" {
		var refused slack.SlackErrorResponse
		errors.As(err, &refused)
		why = "The token lacks the scope " + refused.Needed + ": add it under OAuth & Permissions and install the app again. "
		if method == openMethod {
			why = "The token lacks the scope connections:write. "
		}
	}
	return &PermanentError{Method: method, Code: code, Fix: why + fix}
}

// endsRun tells whether a refusal of an ordinary call means that all further
// calls will be refused too. A scope that is missing for one method is not.
func (e *PermanentError) endsRun() bool {
	switch e.Code {
	case "missing_scope", "no_permission":
		return false
	}
	return true
}
