package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// checkForm is the callback of the form for a new check. It is opened before
// anything is looked up: Slack allows 3 s for that.
const checkForm = "check_form"

// The blocks of the form. Each holds one element of the same name.
const (
	formInstance = "instance"
	formFrom     = "from"
	formUser     = "user"
	formPort     = "port"
	formWhere    = "where"
)

// formTTL is how long a form can lie open before it is sent.
const formTTL = 12 * time.Hour

// openForm shows the form to who asked for it. Where the answer goes is kept here
// under an ID that nobody can guess; the form carries the ID alone.
func (b *Bot) openForm(ctx context.Context, j *job) error {
	why := b.gate.person(ctx, j.User)
	if j.Place.Channel != "" { // else it is asked for, and judged when the form is sent
		why = b.gate.refusal(ctx, j.Team, j.Place.Channel, j.User)
	}
	if why != "" {
		return b.tell(ctx, j, message{text: why})
	}
	id := newRef()
	if err := b.store.keep(ctx, b.store.form(id), j.Place, formTTL); err != nil {
		return err
	}
	err := b.web.open(ctx, j.Trigger, formView(id, j.Place.Channel == ""))
	if triggerSpent(err) {
		return b.tell(ctx, j, message{text: lateFormText})
	}
	return err
}

const lateFormText = "The form could not be opened in time. Please try again, or write the instance behind the command: `/sshhelp web-1`"

// formView is the form; anywhere asks for the conversation too, where the
// request came from none.
func formView(id string, anywhere bool) slack.ModalViewRequest {
	blocks := []slack.Block{
		formInput(formInstance, "Instance", "Its name, ID, address or DNS name", "web-1", false),
		formInput(formFrom, "Your address", "The address you connect from, as the internet sees it", "203.0.113.7", true),
		formInput(formUser, "Account", "Left empty: the one that the image makes", "ubuntu", true),
		formInput(formPort, "Port", "Left empty: 22", "2222", true),
	}
	if anywhere {
		where := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, formText("Choose a conversation"), formWhere)
		where.Filter = &slack.SelectBlockElementFilter{ExcludeBotUsers: false, ExcludeExternalSharedChannels: true}
		blocks = append(blocks, slack.NewInputBlock(formWhere, formText("Where the answer goes"), formText("A channel that sshhelp is in, or a direct message with it"), where))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: checkForm, PrivateMetadata: id,
		Title: formText("Why does SSH fail?"), Submit: formText("Check"), Close: formText("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func formText(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func formInput(name, label, hint, example string, optional bool) slack.Block {
	element := slack.NewPlainTextInputBlockElement(formText(example), name)
	element.MaxLength = 255
	block := slack.NewInputBlock(name, formText(label), formText(hint), element)
	block.Optional = optional
	return block
}

// formSent takes what was put into the form. Its mistakes go back beside the
// fields that they are in. Who may ask is judged by the worker, which knows where
// the answer goes.
func (b *Bot) formSent(i *interaction) (payload any, w *wish) {
	asked, mistakes := askedIn(&i.View)
	if len(mistakes) > 0 {
		return fieldErrors(mistakes), nil
	}
	j := i.job(checkJob, newRef())
	j.Asked, j.Form = asked, i.View.Metadata
	j.Place = place{Channel: i.View.State.Values[formWhere][formWhere].Conversation}
	return nil, &wish{seen: "form:" + i.View.ID, job: j}
}

// fieldErrors is the answer to a form that shows each text beside its field, by
// the field's block.
func fieldErrors(texts map[string]string) any {
	return map[string]any{"response_action": "errors", "errors": texts}
}

func fieldError(block, text string) any { return fieldErrors(map[string]string{block: text}) }

// askedIn reads the fields; mistakes are by block.
func askedIn(v *view) (asked diag.Asked, mistakes map[string]string) {
	mistakes = map[string]string{}
	note := func(block string, err error) {
		if err != nil {
			mistakes[block] = err.Error()
		}
	}
	asked, err := commands.Parse(v.text(formInstance))
	note(formInstance, err)
	if text := v.text(formFrom); text != "" {
		asked.From, err = commands.ParseFrom(text)
		asked.FromWhy = diag.FromSaid
		note(formFrom, err)
	}
	if text := v.text(formUser); text != "" {
		asked.User, err = commands.ParseUser(text)
		note(formUser, err)
	}
	if text := v.text(formPort); text != "" {
		asked.Port, err = commands.ParsePort(text)
		asked.PortSaid = true
		note(formPort, err)
	}
	return asked, mistakes
}

// formPlace says where the answer to a form goes: where it was asked for, else
// where the form says.
func (b *Bot) formPlace(ctx context.Context, j *job) (place, error) {
	var kept place
	err := b.store.fetch(ctx, b.store.form(j.Form), &kept)
	switch {
	case err != nil:
		return place{}, err
	case kept.Channel == "":
		kept.Channel = j.Place.Channel
	}
	return kept, nil
}

// triggerSpent tells whether a form was refused because its click lies too long
// back, or has opened one before. Slack has two names for either.
func triggerSpent(err error) bool {
	switch slackCode(err) {
	case "expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged":
		return true
	}
	return false
}

// open shows a modal. Its trigger works once, within 3 s.
func (w *web) open(ctx context.Context, trigger string, v slack.ModalViewRequest) error {
	_, _, err := w.openView(ctx, trigger, v)
	return err
}

// keep stores a value as JSON for a while.
func (s *store) keep(ctx context.Context, key string, value any, ttl time.Duration) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s: %w", key, err)
	}
	if err := insist(ctx, func(ctx context.Context) error { return s.db.Set(ctx, key, data, ttl).Err() }); err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// fetch reads what keep has stored; errForgotten if it is gone.
func (s *store) fetch(ctx context.Context, key string, value any) error {
	var data []byte
	err := insist(ctx, func(ctx context.Context) (err error) {
		data, err = s.db.Get(ctx, key).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return errForgotten
	}
	if err != nil {
		return fmt.Errorf("fetch %s: %w", key, err)
	}
	if err := json.Unmarshal(data, value); err != nil {
		return fmt.Errorf("decode %s: %w", key, err)
	}
	return nil
}
