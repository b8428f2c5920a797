package diag

import (
	"fmt"
	"slices"
	"strings"
)

// takesWords continues a sentence about a server that answers with what it was
// willing to take; "" if nothing is known to be.
func (e *Evidence) takesWords() string {
	if _, seen := accountFine(e); len(seen) == 0 {
		return ""
	}
	for _, r := range e.Replies(e.Account()) {
		if r.Open {
			return ", and it lets anybody in as " + r.User
		}
	}
	if text, _ := keyFine(e); text != "" {
		return fmt.Sprintf(" and accepts %s key for %s", map[bool]string{true: "your", false: "the launch"}[e.keyIsOwn()], e.Account())
	}
	return ""
}

// keyIsOwn reports whether the person named a key that is not the launch key.
func (e *Evidence) keyIsOwn() bool {
	return e.Asked.Key != nil && e.asWhose(PersonKey) == PersonKey
}

// askLogin is the question that is left where all that can be seen from outside
// is fine. It asks for no more than is not known yet.
func (e *Evidence) askLogin() string {
	const paste = "paste what ssh -v prints."
	user := e.Account()
	launch, _ := e.Takes(user, LaunchKey)
	own, _ := e.Takes(user, PersonKey)
	switch {
	case len(e.Replies(user)) == 0 || user == "":
		return "Does the log-in fail? Account and key were not tried from here: " + paste
	case e.Methods(user) != nil && !slices.Contains(e.Methods(user), "publickey"):
		return fmt.Sprintf("Does the log-in fail? The server asks %s for %s, and takes no key: is that what you have?", user, methodsInWords(e.Methods(user)))
	case e.Asked.Key != nil && own == Yes:
		return "Does the log-in fail all the same? The server accepts your key for " + user + ": " + paste
	case e.Asked.Key == nil && launch == Yes:
		return fmt.Sprintf("Is the launch key, %s, the one that you use? ssh-keygen -lf ~/.ssh/KEY-FILE.pub prints yours. If it is, %s",
			e.LaunchKey().Fingerprint(), paste)
	case e.Asked.Key == nil:
		return "Does the log-in fail? Which key you use is not known: tell its public half or its fingerprint, or " + paste
	}
	return "Does the log-in fail? What the server makes of your key could not be seen from here: " + paste
}

// methodsInWords says what a person would have to give (RFC 4252, RFC 4256).
func methodsInWords(methods []string) string {
	if slices.Contains(methods, "password") {
		return "a password"
	}
	if slices.Contains(methods, "keyboard-interactive") {
		return "a password or a code"
	}
	return strings.Join(methods, " or ")
}

// effort is what all looking together has cost the other side.
func (e *Evidence) effort() Effort {
	var sum Effort
	for i := range e.Reach {
		sum.Connections += e.Reach[i].Effort.Connections
		sum.Attempts += e.Reach[i].Effort.Attempts
		sum.Held += e.Reach[i].Effort.Held
	}
	return sum
}

// inWords states the effort in a sentence, "" if there was none.
func (f Effort) inWords() string {
	if f.Connections == 0 {
		return ""
	}
	text := "Looking opened " + many(f.Connections, "connection") + " to it"
	if f.Attempts > 0 {
		text += " and asked " + many(f.Attempts, "time") + " about a log-in"
	}
	text += ", and did not log in."
	if f.Held > 0 {
		text += " It was not asked " + many(f.Held, "time") + " more, so as not to be banned there."
	}
	return text
}

func many(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return itoa(n) + " " + unit + "s"
}
