package twin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

// x makes a text of n characters.
func x(n int) string { return strings.Repeat("x", n) }

func mrk(s string) string   { return fmt.Sprintf(`{"type":"mrkdwn","text":%q}`, s) }
func plain(s string) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, s) }

// times repeats one JSON value n times, as a list without brackets.
func times(n int, v string) string {
	return strings.TrimSuffix(strings.Repeat(v+",", n), ",")
}

func button(text, more string) string {
	return fmt.Sprintf(`{"type":"button","text":%s%s}`, plain(text), more)
}

func acts(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }

func option(text, value string) string {
	return fmt.Sprintf(`{"text":%s,"value":%q}`, plain(text), value)
}

// TestBlockKitLimits has for every limit the largest value that passes and the first that does not.
func TestBlockKitLimits(t *testing.T) {
	tw := start(t, twin.Options{})
	section := func(s string) string { return `{"type":"section","text":` + mrk(s) + `}` }
	confirm := func(title, text, ok, deny string) string {
		return fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(title), plain(text), plain(ok), plain(deny))
	}
	cell := `{"type":"raw_text","text":"x"}`
	table := func(rows, cells int) string {
		return `{"type":"table","rows":[` + times(rows, "["+times(cells, cell)+"]") + `]}`
	}
	container := func(more string) string { return `{"type":"container","title":` + plain("t") + more + `}` }
	for _, c := range []struct{ name, good, bad, want string }{
		{"blocks", times(50, `{"type":"divider"}`), times(51, `{"type":"divider"}`), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"section text", section(x(3000)), section(x(3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"section empty text", section("x"), section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"section of nothing", section("x"), `{"type":"section"}`, "must define either `text` or `fields`"},
		{"section fields", `{"type":"section","fields":[` + times(10, mrk("x")) + `]}`, `{"type":"section","fields":[` + times(11, mrk("x")) + `]}`, "no more than 10 items"},
		{"field text", `{"type":"section","fields":[` + mrk(x(2000)) + `]}`, `{"type":"section","fields":[` + mrk(x(2001)) + `]}`, "less than 2001"},
		{"header", `{"type":"header","level":2,"text":` + plain(x(150)) + `}`, `{"type":"header","text":` + plain(x(151)) + `}`, "less than 151"},
		{"header kind", `{"type":"header","text":` + plain("x") + `}`, `{"type":"header","text":` + mrk("x") + `}`, "/blocks/0/text/type"},
		{"header level", `{"type":"header","level":4,"text":` + plain("x") + `}`, `{"type":"header","level":5,"text":` + plain("x") + `}`, "between 1 and 4"},
		{"context", `{"type":"context","elements":[` + times(10, mrk("x")) + `]}`, `{"type":"context","elements":[` + times(11, mrk("x")) + `]}`, "no more than 10"},
		{"context image", `{"type":"context","elements":[{"type":"image","image_url":"u","alt_text":"a"}]}`, `{"type":"context","elements":[{"type":"image","image_url":"u"}]}`, "alt_text"},
		{"actions", acts(times(25, button("x", ""))), acts(times(26, button("x", ""))), "no more than 25"},
		{"no actions", acts(button("x", "")), acts(""), "no less than 1"},
		{"button text", acts(button(x(75), "")), acts(button(x(76), "")), "less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button value", acts(button("x", `,"value":"`+x(2000)+`"`)), acts(button("x", `,"value":"`+x(2001)+`"`)), "less than 2001"},
		{"button url", acts(button("x", `,"url":"`+x(3000)+`"`)), acts(button("x", `,"url":"`+x(3001)+`"`)), "less than 3001"},
		{"button label", acts(button("x", `,"accessibility_label":"`+x(75)+`"`)), acts(button("x", `,"accessibility_label":"`+x(76)+`"`)), "less than 76"},
		{"button style", acts(button("x", `,"style":"danger"`)), acts(button("x", `,"style":"default"`)), "enum"},
		{"action_id", acts(button("x", `,"action_id":"`+x(255)+`"`)), acts(button("x", `,"action_id":"`+x(256)+`"`)), "less than 256"},
		{
			"action_id twice", acts(button("x", `,"action_id":"a"`) + "," + button("y", `,"action_id":"b"`)),
			acts(button("x", `,"action_id":"a"`) + "," + button("y", `,"action_id":"a"`)), "`action_id` already exists",
		},
		{"block_id", `{"type":"divider","block_id":"` + x(255) + `"}`, `{"type":"divider","block_id":"` + x(256) + `"}`, "less than 256"},
		{
			"block_id twice", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}`,
			`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "`block_id` already exists",
		},
		{"confirm title", acts(button("x", confirm(x(100), "t", "y", "n"))), acts(button("x", confirm(x(101), "t", "y", "n"))), "less than 101"},
		{"confirm text", acts(button("x", confirm("t", x(300), "y", "n"))), acts(button("x", confirm("t", x(301), "y", "n"))), "less than 301"},
		{"confirm yes", acts(button("x", confirm("t", "t", x(30), "n"))), acts(button("x", confirm("t", "t", x(31), "n"))), "less than 31"},
		{"confirm no", acts(button("x", confirm("t", "t", "y", x(30)))), acts(button("x", confirm("t", "t", "y", x(31)))), "less than 31"},
		{
			"options", acts(`{"type":"static_select","options":[` + times(100, option("x", "v")) + `]}`),
			acts(`{"type":"static_select","options":[` + times(101, option("x", "v")) + `]}`), "no more than 100",
		},
		{"option text", acts(`{"type":"static_select","options":[` + option(x(75), "v") + `]}`), acts(`{"type":"static_select","options":[` + option(x(76), "v") + `]}`), "less than 76"},
		{"option value", acts(`{"type":"static_select","options":[` + option("x", x(75)) + `]}`), acts(`{"type":"static_select","options":[` + option("x", x(76)) + `]}`), "less than 76"},
		{"overflow", acts(`{"type":"overflow","options":[` + times(5, option("x", "v")) + `]}`), acts(`{"type":"overflow","options":[` + times(6, option("x", "v")) + `]}`), "no more than 5"},
		{"placeholder", acts(`{"type":"users_select","placeholder":` + plain(x(150)) + `}`), acts(`{"type":"users_select","placeholder":` + plain(x(151)) + `}`), "less than 151"},
		{"image alt", `{"type":"image","image_url":"u","alt_text":"` + x(2000) + `"}`, `{"type":"image","image_url":"u","alt_text":"` + x(2001) + `"}`, "less than 2001"},
		{"image source", `{"type":"image","slack_file":{"id":"F1"},"alt_text":"a"}`, `{"type":"image","alt_text":"a"}`, "image_url"},
		{"markdown", `{"type":"markdown","text":"` + x(12000) + `"}`, `{"type":"markdown","text":"` + x(7000) + `"},{"type":"markdown","text":"` + x(5001) + `"}`, "in total"},
		{"table rows", table(100, 1), table(101, 1), "between 1 and 100"},
		{"table cells", table(1, 20), table(1, 21), "between 1 and 20"},
		{"one table", table(1, 1), table(1, 1) + "," + table(1, 1), "only one table"},
		{"table cell kind", `{"type":"table","rows":[[{"type":"raw_number","value":1}]]}`, `{"type":"table","rows":[[{"type":"mrkdwn","text":"x"}]]}`, "unsupported type: mrkdwn"},
		{"table empty cell", table(1, 1), `{"type":"table","rows":[[{"type":"raw_text","text":""}]]}`, "more than 0"},
		{"data_table caption", `{"type":"data_table","caption":"c","page_size":100,"rows":[[` + cell + `]]}`, `{"type":"data_table","rows":[[` + cell + `]]}`, "missing required field: caption"},
		{"data_table page", `{"type":"data_table","caption":"c","page_size":1,"rows":[[` + cell + `]]}`, `{"type":"data_table","caption":"c","page_size":101,"rows":[[` + cell + `]]}`, "between 1 and 100"},
		{"container children", container(`,"child_blocks":[` + times(10, `{"type":"divider"}`) + `]`), container(`,"child_blocks":[` + times(11, `{"type":"divider"}`) + `]`), "no more than 10"},
		{"container child kind", container(`,"child_blocks":[{"type":"divider"}]`), container(`,"child_blocks":[{"type":"markdown","text":"x"}]`), "/child_blocks/0/type"},
		{
			"container title", `{"type":"container","title":` + plain(x(150)) + `,"child_blocks":[{"type":"divider"}]}`,
			`{"type":"container","title":` + plain(x(151)) + `,"child_blocks":[{"type":"divider"}]}`, "less than 151",
		},
		{
			"collapsed", container(`,"is_collapsible":true,"default_collapsed":true,"child_blocks":[{"type":"divider"}]`),
			container(`,"default_collapsed":true,"child_blocks":[{"type":"divider"}]`), "is_collapsible",
		},
		{
			"context_actions", `{"type":"context_actions","elements":[` + times(5, `{"type":"icon_button"}`) + `]}`,
			`{"type":"context_actions","elements":[` + times(6, `{"type":"icon_button"}`) + `]}`, "no more than 5",
		},
		{
			"plan", `{"type":"plan","title":"t","tasks":[{"type":"task_card","task_id":"1","title":"t","status":"complete"}]}`,
			`{"type":"plan","title":"t","tasks":[{"type":"task_card","task_id":"1","title":"t","status":"done"}]}`, "/tasks/0/status",
		},
		{"card body", `{"type":"card","body":` + plain(x(200)) + `}`, `{"type":"card","body":` + plain(x(201)) + `}`, "less than 201"},
		{"carousel", `{"type":"carousel","elements":[` + times(10, `{"type":"card"}`) + `]}`, `{"type":"carousel","elements":[` + times(11, `{"type":"card"}`) + `]}`, "no more than 10"},
		{"alert is for modals", `{"type":"divider"}`, `{"type":"alert","text":` + plain("x") + `}`, "alert is not allowed in a message"},
		{
			"rich text", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`,
			`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}`, "more than 0",
		},
		{
			"rich text list", `{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"u"}]}]}]}`,
			`{"type":"rich_text","elements":[{"type":"rich_text_list","style":"dots","elements":[]}]}`, "/style",
		},
		{"text in an actions block", acts(button("x", "")), acts(`{"type":"plain_text_input"}`), "unsupported type: plain_text_input"},
		{
			"button in an input", `{"type":"input","label":` + plain("l") + `,"element":{"type":"plain_text_input","max_length":3000}}`,
			`{"type":"input","label":` + plain("l") + `,"element":` + button("x", "") + `}`, "unsupported type: button",
		},
		{
			"input label", `{"type":"input","label":` + plain(x(2000)) + `,"element":{"type":"plain_text_input"}}`,
			`{"type":"input","element":{"type":"plain_text_input","max_length":3001}}`, "missing required field: label",
		},
		{
			"number_input", `{"type":"input","label":` + plain("l") + `,"element":{"type":"number_input","is_decimal_allowed":false}}`,
			`{"type":"input","label":` + plain("l") + `,"element":{"type":"number_input"}}`, "is_decimal_allowed",
		},
		{
			"accessory", `{"type":"section","text":` + plain("x") + `,"accessory":` + button("x", "") + `}`,
			`{"type":"section","text":` + plain("x") + `,"accessory":{"type":"plain_text_input"}}`, "/accessory/type",
		},
		{"not an object", `{"type":"context","elements":[` + mrk("x") + `]}`, `{"type":"context","elements":["x"]}`, "must be an object"},
		{"no type", `{"type":"divider"}`, `{}`, "/blocks/0/type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			post := func(blocks string) map[string]any {
				return form(t, tw, "chat.postMessage", tw.BotToken(), "channel", tw.ChannelID("ssh-help"), "text", "x", "blocks", "["+blocks+"]")
			}
			if got := post(c.good); got["ok"] != true {
				t.Errorf("the largest that passes: %v", got)
			}
			got := post(c.bad)
			if got["error"] != "invalid_blocks" || !strings.Contains(fmt.Sprint(got["errors"]), c.want) {
				t.Errorf("the smallest that does not: %v, want %q", got, c.want)
			}
			if meta := fmt.Sprint(got["response_metadata"]); !strings.Contains(meta, "[ERROR] ") {
				t.Errorf("response_metadata %s", meta)
			}
		})
	}
}

func TestMessageAsAWhole(t *testing.T) {
	tw := start(t, twin.Options{})
	blocks := func(n int) string { return `[` + times(n, `{"type":"section","text":`+mrk(x(2900))+`}`) + `]` }
	for n, want := range map[int]any{4: nil, 5: "msg_blocks_too_long"} {
		got := form(t, tw, "chat.postMessage", tw.BotToken(), "channel", tw.ChannelID("ssh-help"), "text", "x", "blocks", blocks(n))
		if got["error"] != want {
			t.Errorf("%d sections of 2900: %v, want %v", n, got, want)
		}
	}
}

func TestAlertIsTakenInAModal(t *testing.T) {
	tw := start(t, twin.Options{})
	v := `{"type":"modal","title":` + plain("x") + `,"blocks":[{"type":"alert","level":"error","text":` + mrk("x") + `}]}`
	if got := form(t, tw, "views.open", tw.BotToken(), "trigger_id", "x", "view", v); got["error"] != "invalid_trigger_id" {
		t.Errorf("%v", got)
	}
}

func TestIDsAreGivenWhereTheyAreMissing(t *testing.T) {
	tw := start(t, twin.Options{})
	got := form(t, tw, "chat.postMessage", tw.BotToken(), "channel", tw.ChannelID("ssh-help"), "text", "x", "blocks", "["+acts(button("a", "")+","+button("b", ""))+"]")
	if got["ok"] != true {
		t.Fatal(got)
	}
	var m slack.Message
	if err := json.Unmarshal(mustJSON(tw.Messages("ssh-help")[0]), &m); err != nil {
		t.Fatal(err)
	}
	a := m.Blocks.BlockSet[0].(*slack.ActionBlock)
	one, two := a.Elements.ElementSet[0].(*slack.ButtonBlockElement), a.Elements.ElementSet[1].(*slack.ButtonBlockElement)
	if a.BlockID == "" || one.ActionID == "" || one.ActionID == two.ActionID {
		t.Errorf("%+v", a)
	}
}
