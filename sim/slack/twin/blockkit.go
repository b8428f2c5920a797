package twin

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Where blocks are shown; some kinds belong to one place only.
const (
	inMessage = "message"
	inModal   = "modal"
	inHome    = "home"
)

// Limits of Block Kit as Slack's reference and its SDK types give them.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxBlockChars    = 13000 // of the blocks' JSON in one message; found in the field (bolt-js #2509), not documented
	maxMarkdown      = 12000 // all markdown blocks of a message together
	maxText          = 3000
	maxID            = 255
)

// obj is a JSON object of which the twin reads only a part and keeps all.
type obj = map[string]any

// checker walks blocks, notes what Slack would refuse and where, and gives ids to what has none.
type checker struct {
	surface  string
	errs     []string
	blockIDs map[string]bool
	tables   int
	markdown int
	newID    func() string
}

func (k *checker) fail(at, format string, args ...any) {
	k.errs = append(k.errs, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// checkBlocks parses and checks blocks; at is the JSON pointer to them. It returns them with ids filled in, and what
// is wrong. An error means that they are not an array of objects.
func checkBlocks(data json.RawMessage, surface, at string, newID func() string) (json.RawMessage, []string, error) {
	var blocks []obj
	if err := json.Unmarshal(data, &blocks); err != nil {
		return nil, nil, refuse("invalid_blocks_format")
	}
	k := &checker{surface: surface, blockIDs: map[string]bool{}, newID: newID}
	limit := maxMessageBlocks
	if surface != inMessage {
		limit = maxViewBlocks
	}
	if len(blocks) > limit {
		k.fail(at, "no more than %d items allowed", limit)
	}
	for i, b := range blocks {
		k.block(b, fmt.Sprintf("%s/%d", at, i))
	}
	if k.markdown > maxMarkdown {
		k.fail(at, "markdown text must be less than %d characters in total", maxMarkdown+1)
	}
	return raw(blocks), k.errs, nil
}

// blockRule is what one type of block asks for. only lists the surfaces, none meaning all.
type blockRule struct {
	check func(k *checker, b obj, at string)
	only  []string
}

func blockRules() map[string]blockRule {
	messages := []string{inMessage}
	return map[string]blockRule{
		"section":         {check: (*checker).section},
		"divider":         {check: func(*checker, obj, string) {}},
		"image":           {check: (*checker).image},
		"actions":         {check: (*checker).actions},
		"context":         {check: (*checker).context},
		"context_actions": {check: (*checker).contextActions, only: messages},
		"input":           {check: (*checker).input},
		"header":          {check: (*checker).header},
		"rich_text":       {check: (*checker).richText},
		"video":           {check: (*checker).video},
		"markdown":        {check: (*checker).markdownBlock, only: messages},
		"table":           {check: (*checker).table, only: messages},
		"data_table":      {check: (*checker).dataTable, only: messages},
		"task_card":       {check: (*checker).taskCard, only: messages},
		"plan":            {check: (*checker).plan, only: messages},
		"alert":           {check: (*checker).alert, only: []string{inModal}},
		"card":            {check: (*checker).card, only: messages},
		"carousel":        {check: (*checker).carousel, only: messages},
		"container":       {check: (*checker).container},
	}
}

func (k *checker) block(b obj, at string) {
	typ, _ := b["type"].(string)
	rule, ok := blockRules()[typ]
	if !ok {
		k.fail(at+"/type", "unsupported type: %s", typ)
		return
	}
	if len(rule.only) > 0 && rule.only[0] != k.surface {
		k.fail(at, "%s is not allowed in a %s", typ, k.surface)
	}
	k.length(b, "block_id", 0, maxID, at)
	if id, _ := b["block_id"].(string); id == "" {
		b["block_id"] = k.newID()
	} else if k.blockIDs[id] {
		k.fail(at+"/block_id", "`block_id` already exists: %s", id)
	} else {
		k.blockIDs[id] = true
	}
	rule.check(k, b, at)
}

// length checks a string field; lo 0 lets it be absent, and lo 1 makes it required.
func (k *checker) length(o obj, field string, lo, hi int, at string) {
	v, present := o[field]
	if !present || v == nil {
		if lo > 0 {
			k.fail(at, "missing required field: %s", field)
		}
		return
	}
	s, ok := v.(string)
	n := utf8.RuneCountInString(s)
	switch {
	case !ok:
		k.fail(at+"/"+field, "must be a string")
	case n < lo:
		k.fail(at+"/"+field, "must be more than %d characters", lo-1)
	case n > hi:
		k.fail(at+"/"+field, "must be less than %d characters", hi+1)
	}
}

// Kinds of text object.
const (
	plain  = "plain_text"
	mrkdwn = "mrkdwn"
)

// text checks a text object of one of the kinds; required or not.
func (k *checker) text(o obj, field string, hi int, required bool, at string, kinds ...string) {
	v, present := o[field]
	if !present || v == nil {
		if required {
			k.fail(at, "missing required field: %s", field)
		}
		return
	}
	t, ok := v.(obj)
	if !ok {
		k.fail(at+"/"+field, "must be an object")
		return
	}
	k.textObject(t, hi, at+"/"+field, kinds...)
}

func (k *checker) textObject(t obj, hi int, at string, kinds ...string) {
	typ, _ := t["type"].(string)
	if !oneOf(typ, kinds) {
		k.fail(at+"/type", "must be a valid enum value, got %q, want %v", typ, kinds)
	}
	if typ == plain && t["verbatim"] != nil {
		k.fail(at, "additional property: verbatim")
	}
	if typ == mrkdwn && t["emoji"] != nil && t["emoji"] != false {
		k.fail(at, "additional property: emoji")
	}
	k.length(t, "text", 1, hi, at)
}

func oneOf(s string, list []string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// items returns a list of objects and checks its length.
func (k *checker) items(o obj, field string, lo, hi int, at string) []obj {
	list, ok := o[field].([]any)
	if !ok && (lo > 0 || o[field] != nil) {
		k.fail(at, "missing required field: %s", field)
		return nil
	}
	if len(list) < lo {
		k.fail(at+"/"+field, "no less than %d items allowed", lo)
	}
	if len(list) > hi {
		k.fail(at+"/"+field, "no more than %d items allowed", hi)
	}
	out := make([]obj, 0, len(list))
	for i, v := range list {
		item, ok := v.(obj)
		if !ok {
			k.fail(fmt.Sprintf("%s/%s/%d", at, field, i), "must be an object")
			continue
		}
		out = append(out, item)
	}
	return out
}

func (k *checker) enum(o obj, field string, at string, values ...string) {
	if v, present := o[field]; present && v != nil {
		if s, _ := v.(string); !oneOf(s, values) {
			k.fail(at+"/"+field, "must be a valid enum value, got %q, want %v", v, values)
		}
	}
}

func number(v any) (float64, bool) {
	f, ok := v.(float64)
	return f, ok
}
