package causes

import (
	"strconv"
	"strings"
	"time"
)

// ageInWords rounds down to what a person would say.
func ageInWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return counted(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return counted(int(d.Hours()), "hour")
	}
	return counted(int(d.Hours()/24), "day")
}

func counted(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// mostQuoted bounds what a sentence quotes of foreign text; the observations
// and the escalation hold the whole.
const mostQuoted = 300

// quoted puts foreign text, such as a fault's message, into one line of a
// sentence.
func quoted(text string) string {
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ".")
	if r := []rune(text); len(r) > mostQuoted {
		text = string(r[:mostQuoted]) + "…"
	}
	return `"` + text + `"`
}

// mostListed bounds a list within a sentence.
const mostListed = 4

// listed joins the different ones of words, in order: "a, b and 3 more".
func listed(words []string) string {
	var kept []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	if len(kept) <= mostListed {
		return strings.Join(kept, ", ")
	}
	return strings.Join(kept[:mostListed], ", ") + " and " + strconv.Itoa(len(kept)-mostListed) + " more"
}
