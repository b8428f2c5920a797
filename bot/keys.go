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
//	posted:REF:PART        string  "pending:TOKEN", then the ts of a message    StateTTL
//	form:ID                string  where the answer to an open form goes        formTTL
//	order:REF              string  a request whose asker has to choose, as JSON orderTTL
//	recent:CHANNEL:ID      string  the newest check of an instance there        recentFor
//	mine:USER              zset    REFs of a person's checks, by when they began StateTTL after the newest
//	stats:WEEK             hash    figures of an ISO week, without names        statsTTL
//	handover:REF           string  what the newest run saw, redacted, as JSON   handoverTTL
//	hostkeys:at:ADDRESS    hash    host keys seen at the address, 32 at most    memoryTTL after the last
//	hostkeys:of:INSTANCE   hash    host keys seen of the instance, likewise     memoryTTL after the last
type keys struct{ prefix string }

const (
	seenTTL  = 24 * time.Hour // Slack's last retry comes after 6 minutes; copies in flight later still
	rateTTL  = 2 * time.Minute
	triesTTL = time.Hour
	lockTTL  = 5 * time.Minute
)

const group = "workers"

func (k keys) seen(event string) string         { return k.prefix + "seen:" + event }
func (k keys) form(id string) string            { return k.prefix + "form:" + id }
func (k keys) order(ref string) string          { return k.prefix + "order:" + ref }
func (k keys) recent(channel, id string) string { return k.prefix + "recent:" + channel + ":" + id }
func (k keys) mine(user string) string          { return k.prefix + "mine:" + user }
func (k keys) stats(week string) string         { return k.prefix + "stats:" + week }
func (k keys) handover(ref string) string       { return k.prefix + "handover:" + ref }
func (k keys) tries(job string) string          { return k.prefix + "tries:" + job }
func (k keys) check(ref string) string          { return k.prefix + "check:" + ref }
func (k keys) thread(channel, ts string) string { return k.prefix + "thread:" + channel + ":" + ts }
func (k keys) lock(ref string) string           { return k.prefix + "lock:" + ref }
func (k keys) merge(ref string) string          { return k.prefix + "merge:" + ref }
func (k keys) posted(ref, part string) string   { return k.prefix + "posted:" + ref + ":" + part }

func (k keys) hostKeysAt(a netip.Addr) string    { return k.prefix + "hostkeys:at:" + a.String() }
func (k keys) hostKeysOf(instance string) string { return k.prefix + "hostkeys:of:" + instance }

// stream is where jobs of a kind wait. Quick ones have their own, and a replica
// takes no check that it has no room to run.
func (k keys) stream(kind jobKind) string {
	if kind.quick() {
		return k.prefix + "work:notes"
	}
	return k.prefix + "work:checks"
}

func (k keys) rate(user string, at time.Time) string {
	return k.prefix + "rate:" + user + ":" + strconv.FormatInt(at.Unix()/60, 10)
}
