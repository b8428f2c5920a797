package bot

import (
	"net/netip"
	"strconv"
	"time"
)

// Everything in Redis, behind the key prefix. The scripts touch several keys at
// once, so the server is a single one or a primary with replicas, not a cluster.
//
//	key                    type    holds                                        lives
//	work:checks            stream  checks not finished; group "workers"         until finished
//	work:notes             stream  private words not yet said, likewise         until finished
//	seen:EVENT             string  that an event, command or click was taken    seenTTL
//	rate:USER:MINUTE       string  requests of a person in that minute          rateTTL
//	tries:JOB              string  how often a job was begun                    triesTTL
//	check:REF              string  a record as JSON: settings, messages, result StateTTL after last use
//	thread:CHANNEL:TS      string  REF of the newest check in that thread       StateTTL after last use
//	lock:REF               string  the job that runs the check                  lockTTL at most
//	merge:REF              list    changes asked for while it ran, as JSON      StateTTL
//	posted:REF:PART        string  "pending:TOKEN", then the ts of a message;   StateTTL
//	                               of files and the webhook: that it was begun
//	form:ID                string  where the answer to an open form goes        formTTL
//	order:REF              string  a request whose asker has to choose, as JSON orderTTL
//	recent:CHANNEL:ID      string  the newest check of an instance there        recentFor
//	notours:CHANNEL:TS     string  that a thread is none of ours                notOursTTL
//	mine:USER              zset    REFs of a person's checks, by when they began StateTTL after the newest
//	evidence:REF           string  the newest run's evidence, redacted, gzipped StateTTL after that run
//	quiet:REF              string  that the bot was told to be quiet there      StateTTL
//	due                    zset    REFs to look at again, by when, in ms        until then
//	due:jobs               hash    REF to the job for that                      until then
//	thumbs:REF             hash    who found the check's answer helpful or not   StateTTL after the last
//	stats:WEEK             hash    figures of an ISO week, without names        statsTTL
//	hostkeys:at:ADDRESS    hash    host keys seen at the address, 32 at most    memoryTTL after the last
//	hostkeys:of:INSTANCE   hash    host keys seen of the instance, likewise     memoryTTL after the last
//	work:forms             stream  forms to open                                until finished
//	work:acts              stream  actions to carry out and to watch            until finished
//	offer:ID               string  an action that a check called for, as JSON   offerKept
//	offered:REF            string  ID of the check's newest offer               offerKept
//	confirm:VIEW           string  offer and person of an open form, as JSON    formLife
//	consent:ID             string  the first of two confirmations, as JSON      Actions.SecondWithin
//	deed:ID                hash    how far the offer's action has come          offerKept
//	acting:INSTANCE        string  the job that acts on an instance             Actions.Watch, lockMargin
//	rest:INSTANCE          string  that it was acted on                         Actions.Cooldown
//	acted:USER             string  actions of a person, and of all ("")         an hour from the first
//	audit                  stream  who wanted to do what, and what came of it   the newest auditMost
type keys struct{ prefix string }

const (
	seenTTL  = 24 * time.Hour // Slack's last retry comes after 6 minutes; copies in flight later still
	rateTTL  = 2 * time.Minute
	triesTTL = time.Hour
	lockTTL  = 5 * time.Minute
)

const group = "workers"

func (k keys) seen(event string) string          { return k.prefix + "seen:" + event }
func (k keys) form(id string) string             { return k.prefix + "form:" + id }
func (k keys) order(ref string) string           { return k.prefix + "order:" + ref }
func (k keys) recent(channel, id string) string  { return k.prefix + "recent:" + channel + ":" + id }
func (k keys) mine(user string) string           { return k.prefix + "mine:" + user }
func (k keys) evidence(ref string) string        { return k.prefix + "evidence:" + ref }
func (k keys) quiet(ref string) string           { return k.prefix + "quiet:" + ref }
func (k keys) due() string                       { return k.prefix + "due" }
func (k keys) dueJobs() string                   { return k.prefix + "due:jobs" }
func (k keys) stats(week string) string          { return k.prefix + "stats:" + week }
func (k keys) thumbs(ref string) string          { return k.prefix + "thumbs:" + ref }
func (k keys) notOurs(channel, ts string) string { return k.prefix + "notours:" + channel + ":" + ts }
func (k keys) tries(job string) string           { return k.prefix + "tries:" + job }
func (k keys) check(ref string) string           { return k.prefix + "check:" + ref }
func (k keys) thread(channel, ts string) string  { return k.prefix + "thread:" + channel + ":" + ts }
func (k keys) lock(ref string) string            { return k.prefix + "lock:" + ref }
func (k keys) merge(ref string) string           { return k.prefix + "merge:" + ref }
func (k keys) offer(id string) string            { return k.prefix + "offer:" + id }
func (k keys) offered(ref string) string         { return k.prefix + "offered:" + ref }
func (k keys) confirm(view string) string        { return k.prefix + "confirm:" + view }
func (k keys) consent(offer string) string       { return k.prefix + "consent:" + offer }
func (k keys) deed(offer string) string          { return k.prefix + "deed:" + offer }
func (k keys) acting(instance string) string     { return k.prefix + "acting:" + instance }
func (k keys) rest(instance string) string       { return k.prefix + "rest:" + instance }
func (k keys) acted(user string) string          { return k.prefix + "acted:" + user }
func (k keys) audit() string                     { return k.prefix + "audit" }
func (k keys) posted(ref, part string) string    { return k.prefix + "posted:" + ref + ":" + part }

func (k keys) hostKeysAt(a netip.Addr) string    { return k.prefix + "hostkeys:at:" + a.String() }
func (k keys) hostKeysOf(instance string) string { return k.prefix + "hostkeys:of:" + instance }

// stream is where jobs of a kind wait. Quick ones have their own, and a replica
// takes no check that it has no room to run. Forms have theirs because a trigger
// lives 3 s, and actions because one is watched for minutes.
func (k keys) stream(kind jobKind) string {
	switch {
	case kind == formJob, kind == summaryJob, kind == confirmJob:
		return k.prefix + "work:forms"
	case kind == actJob:
		return k.prefix + "work:acts"
	case kind.quick():
		return k.prefix + "work:notes"
	}
	return k.prefix + "work:checks"
}

func (k keys) rate(user string, at time.Time) string {
	return k.prefix + "rate:" + user + ":" + strconv.FormatInt(at.Unix()/60, 10)
}
