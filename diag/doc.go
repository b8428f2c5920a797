// Package diag is the heart of sshhelp: the model of what is known about an
// instance that somebody cannot SSH to, and the reasoning from that evidence
// to causes.
//
// The model has two halves. [Evidence] is what the sources said, one plain
// value per source, without a conclusion in it: the cloud's [Instance],
// [Network], [Image] and [KeyPair], the guest's [Console], and what was seen
// from outside ([Names], [Ping], [Reach]). A slot that is nil was not gathered;
// it never means "absent" or "fine". What could not be gathered is a [Gap].
//
// A [Cause] is a declared value that looks at the evidence through a [Pass] and
// gives a [Verdict] in one of four states, with the observations it rests on.
// A [Catalogue] holds the causes; [Catalogue.Diagnose] asks all of them, puts
// consequences under what explains them and returns a [Diagnosis]: the findings
// most likely first, and the [Hop]s of the path that a connection takes.
// [Diagnosis.Answer] puts it into words, once, for every renderer.
//
// The boundary: this package and its causes import the standard library only,
// do no I/O and read no clock. No goroutine outlives a call; the search for texts
// in a long console log alone shares its work among processors, because a log
// of 100 MiB is otherwise read at half the speed of a tool for searching files,
// and waits for all of them. The package is owned neither by
// OpenStack nor by Slack, so that the same reasoning serves a thread, a terminal
// and a test case; everything it knows is in its arguments. The causes stand in
// the sub-package causes, one file each, because some ninety of them would bury the
// model.
package diag
