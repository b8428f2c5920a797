package vantage

import "time"

// Everything in Redis, behind the key prefix. NAME is that of a place, ID that
// of a job, MS a time of the Redis server in milliseconds since 1970.
//
//	key                 type    holds                                       lives
//	vantage:jobs:NAME   list    jobs that nobody has taken, "MS JSON"       jobsTTL
//	vantage:beats:NAME  hash    process to its last sign of life, likewise  beatsTTL
//	vantage:log:NAME    list    the last lines of its log                   logTTL
//	vantage:ran:ID      string  which process has begun the job             ranTTL
//	vantage:reply:ID    list    who took the job up, then the answer        replyTTL
type keys struct{ prefix string }

const (
	jobsTTL  = time.Minute        // jobs are worthless long before
	beatsTTL = 7 * 24 * time.Hour // to say since when a place is offline
	logTTL   = 24 * time.Hour
	replyTTL = time.Minute
	// ranTTL outlives every job: what could be run again later is too late.
	ranTTL = 2 * maxBudget
)

// Limits. Both sides hold them, so that neither depends on the other's care.
const (
	maxJob       = 16 << 10 // bytes
	maxAnswer    = 1 << 20  // bytes; four servers with the longest lists stay below
	maxQueue     = 256      // jobs that wait for one place
	maxBudget    = 30 * time.Second
	maxAddresses = 64 // of an instance in a job
	maxPlaces    = 8  // that are asked
	maxLines     = 100
	maxLine      = 1000 // bytes of a line of the log
)

// pace holds the times that tests shorten.
type pace struct {
	beat   time.Duration // between two signs of life
	silent time.Duration // without one, a place is offline
	lie    time.Duration // a job that waits for longer lies: the place is degraded
	pickup time.Duration // for a job to be taken up
	block  time.Duration // one wait for Redis; below the client's read timeout, 3 s
	away   time.Duration // without an answer of Redis, until an asker gives up
	drain  time.Duration // for jobs under way at shutdown; then they are handed back
	margin time.Duration // of an asker's time, for the answer to travel
}

// normalPace: three signs of life fit into silent, so that one that is late
// changes nothing. A drain is shorter than what a supervisor grants.
func normalPace() pace {
	return pace{
		beat: 3 * time.Second, silent: 10 * time.Second, lie: 3 * time.Second, pickup: 3 * time.Second,
		block: time.Second, away: 2 * time.Second, drain: 10 * time.Second, margin: time.Second,
	}
}

func (k keys) jobs(name string) string  { return k.prefix + "vantage:jobs:" + name }
func (k keys) beats(name string) string { return k.prefix + "vantage:beats:" + name }
func (k keys) log(name string) string   { return k.prefix + "vantage:log:" + name }
func (k keys) ran(id string) string     { return k.prefix + "vantage:ran:" + id }
func (k keys) reply(id string) string   { return k.prefix + "vantage:reply:" + id }
