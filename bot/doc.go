// Package bot is sshhelp in Slack: it takes commands, mentions, clicks and
// thread replies from Socket Mode, has the [Engine] do the work, and keeps one
// message per check true while the work goes on.
//
// The boundary: Slack and Redis stop here. What is wrong with an instance, and
// the words for it, come from diag by way of commands; this package carries
// requests in and answers out, and must be right about delivery only.
//
// # The way of a request
//
//	socket.go   connections to Slack; which of them have said hello
//	receive.go  an envelope becomes a request, or nothing; no I/O
//	intake.go   one script in Redis: seen before? too many? ours? else queued; then the ack
//	work.go     streams and consumer groups: any replica takes the next job
//	check.go    who may ask, find, post the root message, diagnose, edit, evidence
//	thread.go   what people reply in a thread of ours: follow.go reads it, aside.go,
//	            shown.go, pasted.go and attached.go answer, recheck.go looks again
//	            by itself
//	form.go     what is asked for in forms; home.go, mine.go, status.go, stats.go:
//	            what one person is shown alone
//	escalate.go the hand-over, to the thread, a channel and webhook.go
//	memory.go   host keys that were seen before
//	offer.go    what on-call may confirm; [Actions] tells the way from there
//	blocks.go   sections to blocks; every limit and every escape
//	outbox.go   the order in which calls leave, at Slack's pace
//
// # What is promised
//
// An acknowledged request lies in Redis until its answer is out. A worker keeps
// its jobs by a heartbeat; when the heartbeat ends, another replica takes them
// over and goes on in the same message. A message is posted once: the claim on it
// is taken in Redis before the call, and a call whose outcome is not known is
// never repeated; the message is looked for by its metadata instead. Everything
// that may come twice has a key that makes the second time a no-op. An action on an
// instance is begun by one call at most, whoever dies when.
//
// All text that is not ours (instance names, console lines, what people typed)
// goes out as plain or rich text elements, which Slack does not interpret, or
// with &, < and > escaped.
package bot
