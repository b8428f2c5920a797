package twin

import (
	"encoding/json"
	"slices"
	"strconv"
)

// element is an interactive element on the screen.
type element struct {
	block, action string
	def           obj
	input         bool // stands in an input block
	dispatch      bool // of an input block that reports every change
	optional      bool
	label         string
}

// elementsOf lists the interactive elements of blocks, nested ones included, in reading order.
func elementsOf(blocks json.RawMessage) []element {
	var list []any
	if json.Unmarshal(blocks, &list) != nil {
		return nil
	}
	var out []element
	collect(list, "", &out)
	return out
}

func collect(v any, block string, out *[]element) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(e, block, out)
		}
	case obj:
		if id, ok := v["block_id"].(string); ok {
			block = id
		}
		if v["type"] == "input" {
			if e, ok := v["element"].(obj); ok {
				*out = append(*out, inputElement(v, e, block))
			}
			return
		}
		if id, ok := v["action_id"].(string); ok && id != "" {
			*out = append(*out, element{block: block, action: id, def: v})
		}
		for _, field := range []string{"accessory", "elements", "child_blocks", "rows", "element", "actions"} {
			collect(v[field], block, out)
		}
	}
}

func inputElement(b, e obj, block string) element {
	id, _ := e["action_id"].(string)
	label, _ := b["label"].(obj)
	text, _ := label["text"].(string)
	return element{
		block: block, action: id, def: e, input: true, dispatch: b["dispatch_action"] == true,
		optional: b["optional"] == true, label: text,
	}
}

// pick finds the element meant by a click: block and value narrow the choice if given.
func pick(list []element, block, action, value string) (element, bool) {
	i := slices.IndexFunc(list, func(e element) bool {
		v, _ := e.def["value"].(string)
		return e.action == action && (block == "" || e.block == block) && (value == "" || e.def["type"] != "button" || v == value)
	})
	if i < 0 {
		return element{}, false
	}
	return list[i], true
}

// allOptions are the options of a select, grouped or not.
func (e element) allOptions() []obj {
	var out []obj
	add := func(v any) {
		list, _ := v.([]any)
		for _, o := range list {
			if o, ok := o.(obj); ok {
				out = append(out, o)
			}
		}
	}
	add(e.def["options"])
	groups, _ := e.def["option_groups"].([]any)
	for _, g := range groups {
		if g, ok := g.(obj); ok {
			add(g["options"])
		}
	}
	return out
}

// singles and lists say in which field of a state value each type of element keeps what was chosen.
var singles = map[string]string{
	"plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
	"users_select": "selected_user", "conversations_select": "selected_conversation", "channels_select": "selected_channel",
	"datepicker": "selected_date", "timepicker": "selected_time",
}

var lists = map[string]string{
	"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations",
	"multi_channels_select": "selected_channels",
}

// value puts what the user chose into Slack's form for the element's type; refuse an option that is not offered.
func (e element) value(chosen []string) (map[string]any, error) {
	typ, _ := e.def["type"].(string)
	out := map[string]any{"type": typ}
	one := firstOf(chosen)
	switch typ {
	case "static_select", "radio_buttons", "overflow", "external_select":
		o, err := e.option(one)
		out["selected_option"] = o
		return out, err
	case "multi_static_select", "checkboxes", "multi_external_select":
		picked := []any{}
		for _, c := range chosen {
			o, err := e.option(c)
			if err != nil {
				return nil, err
			}
			picked = append(picked, o)
		}
		out["selected_options"] = picked
		return out, nil
	case "datetimepicker":
		n, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return nil, refuse("invalid_option")
		}
		out["selected_date_time"] = n
		return out, nil
	}
	if field, ok := lists[typ]; ok {
		out[field] = chosen
		return out, nil
	}
	field, ok := singles[typ]
	if !ok {
		return nil, refuse("no_such_action")
	}
	out[field] = any(nil)
	if one != "" {
		out[field] = one
	}
	return out, nil
}

// option finds an option by value; "" means none is chosen.
func (e element) option(value string) (any, error) {
	if value == "" {
		return nil, nil
	}
	for _, o := range e.allOptions() {
		if o["value"] == value {
			return o, nil
		}
	}
	return nil, refuse("invalid_option")
}

// initials are the fields in which an element may carry its first value, and where it goes in the state.
var initials = map[string]string{
	"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options",
	"initial_user": "selected_user", "initial_users": "selected_users",
	"initial_conversation": "selected_conversation", "initial_conversations": "selected_conversations",
	"initial_channel": "selected_channel", "initial_channels": "selected_channels",
	"initial_date": "selected_date", "initial_time": "selected_time", "initial_date_time": "selected_date_time",
}

// initial is the value an element has before anybody touches it.
func (e element) initial() map[string]any {
	out, _ := e.value(nil) // an empty choice is always possible, except for buttons, which have no state
	if out == nil {
		return nil
	}
	for from, to := range initials {
		if v, ok := e.def[from]; ok {
			out[to] = v
		}
	}
	return out
}

// filledIn says whether a state value holds something.
func filledIn(v map[string]any) bool {
	for k, x := range v {
		if k == "type" {
			continue
		}
		if list, ok := x.([]any); ok && len(list) == 0 {
			continue
		}
		if list, ok := x.([]string); ok && len(list) == 0 {
			continue
		}
		if x != nil && x != "" {
			return true
		}
	}
	return false
}

// complete returns the state with the initial values of all elements that were not touched.
func (s ViewState) complete(list []element) ViewState {
	if s.Values == nil {
		s.Values = map[string]map[string]map[string]any{}
	}
	for _, e := range list {
		if _, touched := s.Values[e.block][e.action]; touched {
			continue
		}
		if v := e.initial(); v != nil {
			s = s.with(e.block, e.action, v)
		}
	}
	return s
}
