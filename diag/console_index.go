package diag

import (
	"slices"
	"sync"
)

// A logIndex tells which lines of a console log are worth reading: those that
// hold a text that a mark, a reading or a cause's pattern looks for, those that
// may hold a secret, and those that need cleaning.
type logIndex struct {
	finder *finder
	set    *lineSet // the causes' patterns; nil without causes
	// The finder's texts are, in this order, consoleTexts, secretTexts,
	// alertTexts, bracketTexts and the set's; these are the first of each group.
	secrets, alerts, brackets, causes, odd int32
	urls                                   int32                 // what every URL holds
	every                                  bool                  // all lines are worth reading
	spent                                  []func(*Console) bool // for each of consoleTexts, nil if it always tells
}

// consoleIndex is for reading without causes.
var consoleIndex = sync.OnceValue(func() *logIndex { return newLogIndex(nil) })

// alertTexts are what the readers of host keys and of the clock look for.
var alertTexts = []string{
	"SSH HOST KEY", "sshd host keys", "Generating public/private", "saved in ", "SSH host key: ", "setting system clock",
}

// bracketTexts are what control sequences begin with once Nova has cut the
// control characters out: what clean takes for one holds one of them.
var bracketTexts = func() []string {
	texts := []string{"]104", "]3008;", "]11;"}
	for _, c := range "0123456789;?!mKHJ" {
		texts = append(texts, "["+string(c))
	}
	return texts
}()

// oddBytes are the bytes that clean does not leave as they are: control
// characters but for line ends, and what is not ASCII.
var oddBytes = func() []byte {
	var odd []byte
	for c := range 256 {
		if c != '\n' && c != '\r' && (c < ' ' || c >= 0x7f) {
			odd = append(odd, byte(c))
		}
	}
	return odd
}()

func newLogIndex(set *lineSet) *logIndex {
	x := &logIndex{set: set}
	texts := slices.Clone(consoleTexts)
	next := func(more []string) int32 {
		at := len(texts)
		texts = append(texts, more...)
		return int32(at)
	}
	x.secrets = next(secretTexts)
	x.spent = make([]func(*Console) bool, len(consoleTexts))
	for i := range consoleTexts {
		for _, group := range spent {
			if reading := tellOf[i] - len(marks); reading >= 0 && &readings[reading].texts[0] == &group.texts[0] {
				x.spent[i] = group.when
			}
		}
	}
	x.urls = x.secrets + int32(slices.Index(secretTexts, "://"))
	x.alerts = next(alertTexts)
	x.brackets = next(bracketTexts)
	x.causes = next(nil)
	if set != nil {
		next(set.texts)
		x.every = len(set.always) > 0
	}
	x.odd = int32(len(texts))
	x.finder = newFinder(texts, oddBytes...)
	return x
}

// tells reports whether a sighting makes its line worth reading. What is seen very
// often is looked at more closely: brackets tell only if clean takes them for a
// control sequence, URLs if they may name an account, and some texts nothing more.
func (x *logIndex) tells(r *consoleReader, s string, seen sighting) bool {
	for _, id := range x.finder.ended(seen.step) {
		switch {
		case id == x.urls:
			if mayHoldLogin(s[seen.at+1:]) {
				return true
			}
		case id < x.secrets:
			if when := x.spent[id]; when == nil || !when(&r.c) {
				return true
			}
		case id >= x.brackets && id < x.causes:
			if mayBeSequence(s, seen.at+1-len(bracketTexts[id-x.brackets])) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// mayBeSequence reports whether what a bracket begins is taken for what is left
// of a control sequence.
func mayBeSequence(s string, at int) bool {
	if at > 0 && (s[at-1] == 'M' || s[at-1] == 'c') {
		return true
	}
	n, _ := leftover(s[at:])
	return n > 0
}

// gather appends the texts that were seen before an offset to found, as finder.find
// does; ok is false if the line may need cleaning, which may bring up others.
func (x *logIndex) gather(seen []sighting, end int, found []int32) (all []int32, ok bool) {
	for _, one := range seen {
		if one.at >= end {
			break
		}
		found = x.finder.appendEnds(one.step, found)
	}
	slices.Sort(found)
	return found, !slices.ContainsFunc(found, func(id int32) bool { return id == x.odd || id >= x.brackets && id < x.causes })
}

// any reports whether one of the texts found says more than that a line may need
// cleaning.
func (x *logIndex) any(found []int32) bool {
	return slices.ContainsFunc(found, func(id int32) bool { return id < x.brackets || id >= x.causes && id < x.odd })
}

// secret reports whether one of the texts found is that of a secret.
func (x *logIndex) secret(found []int32) bool {
	return slices.ContainsFunc(found, func(id int32) bool { return id >= x.secrets && id < x.alerts })
}

// split returns, of the texts found, the console's and the causes', both with
// their own indices.
func (x *logIndex) split(found []int32) (console, causes []int32) {
	for i, id := range found {
		switch {
		case id < x.secrets:
			console = found[:i+1]
		case id >= x.causes && id < x.odd:
			causes = append(causes, id-x.causes)
		}
	}
	return console, causes
}
