package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// An offer is an action that a check called for, as it lies in Redis. What a
// button or a form says is its ID; all else is read from here.
type offer struct {
	ID       string        `json:"id"`
	Ref      string        `json:"ref"` // of the check
	Team     string        `json:"team"`
	Channel  string        `json:"channel"`
	Thread   string        `json:"thread"`
	Message  string        `json:"message,omitempty"` // ts of the message with the button
	Instance diag.Instance `json:"instance"`          // as it was checked, in part
	Asked    diag.Asked    `json:"asked"`
	Action   diag.Action   `json:"action"`
	Cause    string        `json:"cause"`
	Why      string        `json:"why"`
	Sure     bool          `json:"sure"`
	At       time.Time     `json:"at"`
	Until    time.Time     `json:"until"`
}

// A consent is the first of two confirmations.
type consent struct {
	User   string    `json:"user"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// A deed is how far the action of an offer has come. The zero deed has not
// begun.
type deed struct {
	Holder  string    // the job that carries it out
	Intent  time.Time // when it was written down that the call would be made
	Outcome string    // of the call; "" until it is known
	Console string    // what became of the console log, for the thread
	Seen    []sight   // the states that were seen since
}

// A sight is a state in which an instance was seen.
type sight struct {
	At    time.Time `json:"at"`
	State string    `json:"state"`
}

// What the call came to.
const (
	outcomeBegun   = "begun"
	outcomeRefused = "refused"
	outcomeUnknown = "unknown"
)

const offerKept = 24 * time.Hour // so that a late click hears that it is late

func (s *store) saveOffer(ctx context.Context, o *offer, current bool) error {
	data, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode offer %s: %w", o.ID, err)
	}
	err = insist(ctx, func(ctx context.Context) error {
		_, err := s.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, s.offer(o.ID), data, offerKept)
			if current {
				p.Set(ctx, s.offered(o.Ref), o.ID, offerKept)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("save offer %s: %w", o.ID, err)
	}
	return nil
}

// loadOffer returns errForgotten for an ID that we never gave out.
func (s *store) loadOffer(ctx context.Context, id string) (*offer, error) {
	var o offer
	if err := s.fetch(ctx, s.offer(id), &o); err != nil {
		return nil, fmt.Errorf("load offer: %w", err)
	}
	return &o, nil
}

// currentOffer returns the newest offer of a check, or errForgotten.
func (s *store) currentOffer(ctx context.Context, ref string) (*offer, error) {
	var id string
	err := insist(ctx, func(ctx context.Context) (err error) {
		id, err = s.db.Get(ctx, s.offered(ref)).Result()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, errForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("look up the offer of %s: %w", ref, err)
	}
	return s.loadOffer(ctx, id)
}

// deedOf reads how far an offer's action has come.
func (s *store) deedOf(ctx context.Context, id string) (d deed, err error) {
	var all map[string]string
	err = insist(ctx, func(ctx context.Context) error {
		all, err = s.db.HGetAll(ctx, s.deed(id)).Result()
		return err
	})
	if err != nil {
		return d, fmt.Errorf("look how far offer %s has come: %w", id, err)
	}
	d.Holder, d.Outcome, d.Console = all["holder"], all["outcome"], all["console"]
	if text := all["intent"]; text != "" {
		d.Intent, err = time.Parse(time.RFC3339Nano, text)
	}
	if text := all["seen"]; err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &d.Seen)
	}
	if err != nil {
		return d, fmt.Errorf("decode how far offer %s has come: %w", id, err)
	}
	return d, nil
}

// noteDeed writes one field of a deed down.
func (s *store) noteDeed(ctx context.Context, id, field, value string) error {
	err := insist(ctx, func(ctx context.Context) error { return s.db.HSet(ctx, s.deed(id), field, value).Err() })
	if err != nil {
		return fmt.Errorf("note %s of offer %s: %w", field, id, err)
	}
	return nil
}

// claimDeedScript lets one job carry an offer out: nobody else has it, nobody
// acts on the instance, it has rested since the last time, and neither this
// person nor all together have done too much within the hour.
var claimDeedScript = redis.NewScript(`
local deed, lock, rest, mine, all = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local holder = redis.call('HGET', deed, 'holder')
if holder and holder ~= ARGV[1] then return 'used' end
local at = redis.call('GET', lock)
if at and at ~= ARGV[1] then return 'busy' end
if redis.call('EXISTS', rest) == 1 then return 'rest' end
if tonumber(redis.call('GET', mine) or '0') >= tonumber(ARGV[3]) then return 'person' end
if tonumber(redis.call('GET', all) or '0') >= tonumber(ARGV[4]) then return 'hour' end
redis.call('HSET', deed, 'holder', ARGV[1])
redis.call('EXPIRE', deed, ARGV[5])
redis.call('SET', lock, ARGV[1], 'EX', ARGV[2])
return 'yes'
`)

func (s *store) claimDeed(ctx context.Context, o *offer, holder, user string, a Actions) (answer string, err error) {
	err = insist(ctx, func(ctx context.Context) error {
		answer, err = claimDeedScript.Run(ctx, s.db,
			[]string{s.deed(o.ID), s.acting(o.Instance.ID), s.rest(o.Instance.ID), s.acted(user), s.acted("")},
			holder, seconds(a.Watch+lockMargin), a.PerPersonPerHour, a.PerHour, seconds(offerKept)).Text()
		return err
	})
	if err != nil {
		return "", fmt.Errorf("claim offer %s: %w", o.ID, err)
	}
	return answer, nil
}

// lockMargin is how much longer than the watch an instance stays locked, should
// nobody unlock it.
const lockMargin = 5 * time.Minute

// unclaimScript gives an offer back that was not carried out.
var unclaimScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] and redis.call('HEXISTS', KEYS[1], 'intent') == 0 then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
`)

// unclaim frees the instance, and the offer too if its call was never made.
func (s *store) unclaim(ctx context.Context, o *offer, holder string) error {
	err := insist(ctx, func(ctx context.Context) error {
		return unclaimScript.Run(ctx, s.db, []string{s.deed(o.ID), s.acting(o.Instance.ID)}, holder).Err()
	})
	if err != nil {
		return fmt.Errorf("give offer %s back: %w", o.ID, err)
	}
	return nil
}

// intentScript writes down, in one step and once for ever, that the call will be
// made now: in the deed, in the audit stream and in what bounds further ones.
// The token tells a second try of ours, whose answer was lost, from another's.
var intentScript = redis.NewScript(`
local deed, lock, rest, mine, all, audit = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
if redis.call('HGET', deed, 'holder') ~= ARGV[1] or redis.call('GET', lock) ~= ARGV[1] then return 'lost' end
local token = redis.call('HGET', deed, 'token')
if token == ARGV[2] then return 'go' end
if token then return 'again' end
redis.call('HSET', deed, 'token', ARGV[2], 'intent', ARGV[3])
redis.call('SET', rest, ARGV[1], 'EX', ARGV[4])
for _, key in ipairs({mine, all}) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, 3600) end
end
local line = {}
for i = 6, #ARGV do line[#line + 1] = ARGV[i] end
redis.call('XADD', audit, 'MAXLEN', '~', ARGV[5], '*', unpack(line))
return 'go'
`)

// intend reports whether the call may be made. It may not if this was written
// down before, even by a job that was killed before it could make the call.
func (s *store) intend(ctx context.Context, o *offer, holder, user string, cooldown time.Duration, now time.Time, line map[string]string) (bool, error) {
	args := []any{holder, rand.Text(), now.Format(time.RFC3339Nano), seconds(cooldown), auditMost}
	for _, field := range slices.Sorted(maps.Keys(line)) {
		args = append(args, field, line[field])
	}
	var answer string
	err := insist(ctx, func(ctx context.Context) (err error) {
		answer, err = intentScript.Run(ctx, s.db,
			[]string{s.deed(o.ID), s.acting(o.Instance.ID), s.rest(o.Instance.ID), s.acted(user), s.acted(""), s.audit()}, args...).Text()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("write down the intent of offer %s: %w", o.ID, err)
	}
	return answer == "go", nil
}

// consentOf returns the first of two confirmations; nil if there is none, or not
// any more.
func (s *store) consentOf(ctx context.Context, id string) (*consent, error) {
	var c consent
	err := s.fetch(ctx, s.consent(id), &c)
	if errors.Is(err, errForgotten) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the first confirmation of %s: %w", id, err)
	}
	return &c, nil
}

// giveConsent keeps the first confirmation; false if somebody else was first.
func (s *store) giveConsent(ctx context.Context, id string, c consent, life time.Duration) (bool, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return false, fmt.Errorf("encode a confirmation: %w", err)
	}
	first, err := s.db.SetNX(ctx, s.consent(id), data, life).Result()
	if err != nil {
		return false, fmt.Errorf("keep the first confirmation of %s: %w", id, err)
	}
	return first, nil
}

// A binding ties an open form to the offer and the person that it was opened
// for: what the form itself says of them is not believed.
type binding struct {
	Offer string `json:"offer"`
	User  string `json:"user"`
}

const formLife = time.Hour

func (s *store) bind(ctx context.Context, view string, b binding) error {
	return s.keep(ctx, s.confirm(view), b, formLife)
}

func (s *store) bound(ctx context.Context, view string) (b binding, err error) {
	err = s.fetch(ctx, s.confirm(view), &b)
	return b, err
}
