package twin

import (
	"encoding/json"
	"unicode/utf8"
)

const (
	maxMessageText = 40000
	maxUpdateText  = 4000 // chat.update refuses what chat.postMessage takes
	maxMetadata    = 16 << 10
)

// content is what an app puts into a message; a nil part was not given.
type content struct {
	text        *string
	blocks      json.RawMessage
	attachments json.RawMessage
	metadata    *Metadata
	noMetadata  bool // metadata was given and is empty
}

// parseContent reads and checks the arguments that all messages share. Limits on the size of everything together
// hold for the chat methods only, not for response URLs and acks. mu is held.
func (t *Twin) parseContent(c *call, maxText int, whole bool) (content, error) {
	var out content
	if c.has("text") {
		s := c.str("text")
		if utf8.RuneCountInString(s) > maxText {
			return out, refuse("msg_too_long")
		}
		out.text = &s
	}
	if err := t.parseBlocks(c, &out, whole); err != nil {
		return out, err
	}
	if a := c.json("attachments"); a != nil {
		var list []obj
		if json.Unmarshal(a, &list) != nil {
			return out, refuse("invalid_attachments")
		}
		if len(list) > 100 {
			return out, refuse("too_many_attachments")
		}
		out.attachments = a
	}
	return out, parseMetadata(c, &out)
}

func (t *Twin) parseBlocks(c *call, out *content, whole bool) error {
	data := c.json("blocks")
	if data == nil || string(data) == "null" {
		return nil
	}
	blocks, wrong, err := checkBlocks(data, inMessage, "/blocks", t.blockID)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return refuse("invalid_blocks", wrong...)
	}
	if whole && utf8.RuneCount(data) > maxBlockChars {
		return refuse("msg_blocks_too_long")
	}
	out.blocks = blocks
	return nil
}

// blockID makes an id for a block or element that has none. mu is held.
func (t *Twin) blockID() string { return t.id("b") }

func parseMetadata(c *call, out *content) error {
	data := c.json("metadata")
	if data == nil {
		return nil
	}
	var m Metadata
	if json.Unmarshal(data, &m) != nil {
		return refuse("invalid_metadata_format")
	}
	empty := len(m.EventPayload) == 0 || string(m.EventPayload) == "null"
	if m.EventType == "" && empty {
		out.noMetadata = true
		return nil
	}
	var payload obj
	if m.EventType == "" || empty || json.Unmarshal(m.EventPayload, &payload) != nil {
		return refuse("invalid_metadata_format", "metadata needs event_type and an object event_payload [json-pointer:/metadata]")
	}
	if len(data) > maxMetadata {
		return refuse("metadata_too_large")
	}
	out.metadata = &m
	return nil
}

// empty says whether there is nothing to show. Blocks given as [] count as none.
func (c content) empty() bool {
	return (c.text == nil || *c.text == "") && !filled(c.blocks) && !filled(c.attachments)
}

func filled(list json.RawMessage) bool { return len(list) > 0 && string(list) != "[]" }

// into puts the content into a message.
func (c content) into(m Message) Message {
	if c.text != nil {
		m.Text = *c.text
	}
	m.Blocks, m.Attachments = nil, nil
	if filled(c.blocks) {
		m.Blocks = c.blocks
	}
	if filled(c.attachments) {
		m.Attachments = c.attachments
	}
	if c.metadata != nil || c.noMetadata {
		m.Metadata = c.metadata
	}
	return m
}

func (c content) parts() map[string]any {
	out := map[string]any{"blocks": c.blocks, "attachments": c.attachments}
	if c.text != nil {
		out["text"] = *c.text
	}
	return out
}
