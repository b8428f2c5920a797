package twin

import (
	"encoding/json"
	"testing"
)

// FuzzBlocks: whatever a bot sends as blocks is checked, walked and scanned without a panic, and what passes keeps
// passing when it comes back with the ids that were given to it.
func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[null]`, `{}`, `[{"type":"divider"}]`, `[{"type":"actions","elements":[null,1,{"type":"button"}]}]`,
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"confirm":{"title":null}}]}]`,
		`[{"type":"section","text":{"type":"mrkdwn","text":"<!here> <@U1>"},"fields":null,"accessory":{"type":"overflow","options":[{}]}}]`,
		`[{"type":"table","rows":[[null,{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{}]}]}],null]}]`,
		`[{"type":"container","title":null,"child_blocks":[{"type":"input","element":{"type":"checkboxes","option_groups":[null]}}]}]`,
		`[{"type":"plan","title":"t","tasks":[{"details":{}}]},{"type":"carousel","elements":[{"actions":[{}]}]}]`,
		`[{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"datetimepicker","action_id":"a","initial_date_time":1}}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tw := newTwin(DefaultScenario(), Options{})
		defer tw.cancel()
		blocks, wrong, err := checkBlocks(json.RawMessage(text), inMessage, "/blocks", tw.blockID)
		if err != nil {
			return
		}
		tw.inspect("fuzz", "C1", map[string]any{"blocks": blocks})
		ViewState{}.complete(elementsOf(blocks))
		if len(wrong) > 0 {
			return
		}
		if _, again, err := checkBlocks(blocks, inMessage, "/blocks", tw.blockID); err != nil || len(again) > 0 {
			t.Errorf("passes once: %s, then not: %v %v", blocks, again, err)
		}
	})
}
