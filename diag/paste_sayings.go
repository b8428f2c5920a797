package diag

import "regexp"

// A saying is what a client or server prints of an attempt. The text is in every
// message that the pattern matches, so that few messages need the pattern.
type saying struct {
	text string
	re   *regexp.Regexp
	read func(*attemptReader, []string)
}

func says(text, pattern string, read func(*attemptReader, []string)) saying {
	return saying{text: text, re: regexp.MustCompile(pattern), read: read}
}

func reaches(stage Reached) func(*attemptReader, []string) {
	return func(r *attemptReader, _ []string) { r.at.reach(stage) }
}

func fails(stage Reached) func(*attemptReader, []string) {
	return func(r *attemptReader, _ []string) { r.at.fail(stage) }
}

func logsIn(r *attemptReader, _ []string) { r.loggedIn() }

func indexSayings(lists ...[]saying) (*finder, []saying) {
	var all []saying
	var texts []string
	for _, list := range lists {
		for _, s := range list {
			all, texts = append(all, s), append(texts, s.text)
		}
	}
	return newFinder(texts), all
}
