// Package vantage lets an instance be looked at from other places too: it
// carries jobs to the probers there and their answers back, over Redis, and
// knows which places can be relied on at the moment.
//
// The boundary: neither the bot nor the prober knows how probes travel. To
// whoever asks, a [NewPanel] is one more witness, like the prober of this very
// place; to a prober a [Station] is one more that calls Read. So this package
// sends no packet to any instance and draws no conclusion: it owns what a job,
// an answer and a sign of life look like on the way, and for how long each is
// worth something. Redis types go no further than here.
//
// # The way of a job
//
//	panel.go    one source is asked here and in all other places, side by side
//	ask.go      one place: is it online? queue a job, wait for its answer
//	queue.go    the scripts by which jobs are queued and taken up
//	station.go  at the other place: take jobs, bounded, until told to stop
//	perform.go  check a job, have it done, answer
//	beat.go     signs of life; state.go what they say of a place
//
// # What is promised
//
// All times are those of the Redis server, or spans: the clocks of the machines
// may differ. A job is run once at most, within the time in which somebody still
// waits for it, and not at all when that is over. A place that is offline or
// degraded is not waited for, and one that falls silent only for as long as its
// signs of life may take.
//
// What lies in Redis is trusted by neither side. A station checks every job, and
// its own prober's guard decides what may be probed, as it does for those who
// ask there; an answer counts only for addresses that it was asked about, and
// in the name of the place that was asked. Whoever can write to that Redis can
// have public addresses probed, politely and a few at a time: it deserves a
// password. Jobs and answers hold no secret, and nothing of the person who asks.
package vantage
