package twin

import "fmt"

var (
	selects     = []string{"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
	multis      = []string{"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"}
	choosers    = []string{"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"}
	accessories = concat([]string{"button", "overflow", "workflow_button"}, selects, multis, choosers)
	inActions   = accessories
	inInputs    = concat([]string{"plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input", "file_input"},
		selects, multis, choosers)
)

func concat(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// elementRules says how many options an element may have and whether it can be empty.
var optionLimits = map[string]int{"static_select": 100, "multi_static_select": 100, "overflow": 5, "checkboxes": 10, "radio_buttons": 10}

// element checks an interactive element and gives it an action_id if it has none.
func (k *checker) element(e obj, at string, allowed []string) {
	typ, _ := e["type"].(string)
	if !oneOf(typ, allowed) {
		k.fail(at+"/type", "unsupported type: %s", typ)
		return
	}
	k.length(e, "action_id", 0, maxID, at)
	if id, _ := e["action_id"].(string); id == "" {
		e["action_id"] = k.newID()
	}
	k.text(e, "placeholder", 150, false, at, plain)
	if c, ok := e["confirm"].(obj); ok {
		k.confirm(c, at+"/confirm")
	}
	switch {
	case typ == "button":
		k.button(e, at)
	case optionLimits[typ] > 0:
		k.options(e, optionLimits[typ], at, typ == "checkboxes" || typ == "radio_buttons")
	case typ == "plain_text_input":
		k.textInput(e, at)
	case typ == "number_input" && e["is_decimal_allowed"] == nil:
		k.fail(at, "missing required field: is_decimal_allowed")
	case typ == "feedback_buttons":
		k.feedback(e, at)
	}
}

func (k *checker) button(e obj, at string) {
	k.text(e, "text", 75, true, at, plain)
	k.length(e, "value", 0, 2000, at)
	k.length(e, "url", 0, maxText, at)
	k.length(e, "accessibility_label", 0, 75, at)
	k.enum(e, "style", at, "primary", "danger")
}

func (k *checker) feedback(e obj, at string) {
	for _, field := range []string{"positive_button", "negative_button"} {
		b, ok := e[field].(obj)
		if !ok {
			k.fail(at, "missing required field: %s", field)
			continue
		}
		k.text(b, "text", 75, true, at+"/"+field, plain)
		k.length(b, "value", 1, 2000, at+"/"+field)
	}
}

func (k *checker) confirm(c obj, at string) {
	k.text(c, "title", 100, true, at, plain)
	k.text(c, "text", 300, true, at, plain, mrkdwn)
	k.text(c, "confirm", 30, true, at, plain)
	k.text(c, "deny", 30, true, at, plain)
	k.enum(c, "style", at, "primary", "danger")
}

func (k *checker) textInput(e obj, at string) {
	k.length(e, "initial_value", 0, maxText, at)
	for _, field := range []string{"min_length", "max_length"} {
		if n, ok := number(e[field]); e[field] != nil && (!ok || n < 0 || n > maxText) {
			k.fail(at+"/"+field, "must be between 0 and %d", maxText)
		}
	}
}

// options checks options or option groups; rich elements take mrkdwn labels.
func (k *checker) options(e obj, limit int, at string, rich bool) {
	if e["option_groups"] != nil {
		for i, g := range k.items(e, "option_groups", 1, 100, at) {
			here := fmt.Sprintf("%s/option_groups/%d", at, i)
			k.text(g, "label", 75, true, here, plain)
			k.optionList(g, limit, here, rich)
		}
		return
	}
	k.optionList(e, limit, at, rich)
}

func (k *checker) optionList(e obj, limit int, at string, rich bool) {
	kinds := []string{plain}
	if rich {
		kinds = []string{plain, mrkdwn}
	}
	for i, o := range k.items(e, "options", 1, limit, at) {
		here := fmt.Sprintf("%s/options/%d", at, i)
		k.text(o, "text", 75, true, here, kinds...)
		k.length(o, "value", 1, 75, here)
		k.text(o, "description", 75, false, here, kinds...)
	}
}
