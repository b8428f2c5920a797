package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var cloudinitUserData = &diag.Cause{
	ID:    "cloudinit/user-data",
	Title: "the user-data cannot be read",
	Doc: `User-data is what whoever launches an instance hands to it: a cloud-config,
a script, an Ignition config. If its first line does not say what it is, if it is
not valid YAML or JSON, or if it asks for what does not exist, all of it or parts
are passed over: accounts, keys and packages that it should bring are missing.`,
	Text:   "{name} could not make sense of the user-data it was launched with, so what that should set up is missing.",
	Maybe:  "{name} was launched with user-data that has mistakes in it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Unhandled non-multipart \(\S+\) userdata|Unhandled unknown content-type|Consuming user data failed`,
		Example:  `__init__.py[WARNING]: Unhandled non-multipart (text/x-not-multipart) userdata: 'b'packages: ['...'`,
		NearMiss: `__init__.py[DEBUG]: Calling handler CloudConfigPartHandler: [['text/cloud-config']]`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed loading yaml blob|Failed at merging in cloud config part|[Ff]ailed to parse (?:cloud-config|user-?data)|cloud-config (?:is|was) not valid YAML|Cloud config part .* is not valid`,
		Example:  `util.py[WARNING]: Failed loading yaml blob. Invalid format at line 2 column 1: "expected <block end>"`,
		NearMiss: `util.py[DEBUG]: loaded blob returned None, returning default.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Invalid (?:cloud-config|user-data) provided|(?:cloud-config|user-data) failed schema validation|Cloud config schema errors|Schema of cloud-config is not valid`,
		Example:  `schema.py[WARNING]: cloud-config failed schema validation! You may run 'sudo cloud-init schema --system' to check the details.`,
		NearMiss: `schema.py[WARNING]: Deprecated cloud-config provided: users: default is deprecated`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?i:\bignition\b.*(?:unsupported config version|incorrect config version|config is not valid|not a config \(|error at \$|error at line \d+|invalid character|unknown field|config format deprecated|failed to parse config|invalid config|couldn't parse))`,
		Example:  `ignition[825]: failed to fetch config: unsupported config version`,
		NearMiss: `ignition[612]: Ignition finished successfully`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Ignition failed: (.*)`,
		Example:  `ignition[701]: Ignition failed: failed to create users/groups: failed to create user "core"`,
		NearMiss: `ignition[612]: Ignition finished successfully`,
	}},
	Check: checkUserData,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Check the file before the next launch; its first line must be #cloud-config, #! or the like, and nothing before it.", Code: "cloud-init schema --config-file user-data.yaml"},
		{Do: "Launch the instance anew with the corrected file: user-data is read at the first boot only."},
		rescue("If it must be kept, boot it from a rescue image, mount its disk, and add your public key to .ssh/authorized_keys of the account."),
	}},
}

// notReached tells Ignition's failures that are not the config's: it could not
// be fetched.
var notReached = regexp.MustCompile(`169\.254\.169\.254|timed? ?out|timeout|unreachable|deadline|networking|no such host|refused`)

// schemaOnly tells a mistake against the schema: the other parts still work.
var schemaOnly = regexp.MustCompile(`(?i)schema|Invalid (?:cloud-config|user-data) provided`)

// checkUserData takes a mistake against the schema for a hint only where a key
// was authorised all the same.
func checkUserData(p *diag.Pass) diag.Verdict {
	if hit := firstHit(p, func(h *diag.Hit) bool {
		return !schemaOnly.MatchString(h.Text) && !(strings.Contains(h.Text, "Ignition failed") && notReached.MatchString(h.Text))
	}); hit != nil {
		v := planted(p, hit)
		v.State = max(v.State, diag.Confirmed)
		v.Minor = keyPlanted(p.Evidence)
		return v
	}
	return planted(p, firstHit(p, func(h *diag.Hit) bool { return schemaOnly.MatchString(h.Text) }))
}
