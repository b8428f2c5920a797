package cloud

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"
)

// A call is one question to an API.
type call struct {
	op      string // for errors: "read console of 6f3…"
	service string
	path    string // below the service's versioned root
	query   url.Values
	body    any // if not nil, the call is a POST
	status  int // of success; 0: 200
}

// maxAnswer bounds what is read of one answer. A page of a thousand servers in
// detail is about 3 MiB.
const maxAnswer = 32 << 20

// ask makes the call and decodes its answer. Errors are *failure.
func (c *Cloud) ask(ctx context.Context, q call, answer any) error {
	data, err := c.send(ctx, q)
	if err != nil {
		return err
	}
	if err := decode(data, answer); err != nil {
		c.log.Debug("answer not understood", "op", q.op, "err", err, "bytes", len(data))
		return &failure{op: q.op, cause: errOdd}
	}
	return nil
}

// send makes the call, and once more with another token where a 401 may mean
// that this one has ended.
func (c *Cloud) send(ctx context.Context, q call) ([]byte, error) {
	a, err := c.session.open(ctx, nil)
	if err != nil {
		return nil, err
	}
	data, err := c.try(ctx, a, q)
	if statusOf(err) != http.StatusUnauthorized || !c.session.renewable(a) {
		return data, err
	}
	b, err := c.session.open(ctx, a)
	if err != nil {
		return nil, err
	}
	data, err = c.try(ctx, b, q)
	if statusOf(err) == http.StatusUnauthorized {
		c.session.vain()
	}
	return data, err
}

func (c *Cloud) try(ctx context.Context, a *access, q call) ([]byte, error) {
	service, ok := a.services[q.service]
	if !ok {
		return nil, &failure{op: q.op, status: http.StatusNotImplemented, cause: errNoService}
	}
	client, method := *service, http.MethodGet
	options := &gophercloud.RequestOpts{KeepResponseBody: true, OkCodes: []int{cmp.Or(q.status, http.StatusOK)}}
	if q.body != nil {
		method, options.JSONBody = http.MethodPost, q.body
	}
	if q.service == nova {
		client.Microversion = c.microversion(ctx, a)
	}
	address := client.Endpoint + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	answer, err := client.Request(ctx, method, address, options)
	if err != nil {
		c.note(q, err)
		return nil, failed(ctx, q.op, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err == nil && len(data) > maxAnswer {
		err = errors.New("the answer is too long")
	}
	if err != nil {
		return nil, failed(ctx, q.op, err)
	}
	return data, nil
}

// note logs what an API said. Errors of these APIs hold no secrets, but words
// of the cloud's, so that they stay at debug level.
func (c *Cloud) note(q call, err error) {
	var answer gophercloud.ErrUnexpectedResponseCode
	if errors.As(err, &answer) {
		body := answer.Body[:min(len(answer.Body), 500)]
		c.log.Debug("call refused", "op", q.op, "service", q.service, "status", answer.Actual, "body", string(body))
		return
	}
	c.log.Debug("call failed", "op", q.op, "service", q.service, "err", err)
}

// decode reads JSON and tolerates fields of an unexpected type, which keep
// their zero value: one odd field must not cost all others.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	return err
}

// list asks for a collection, page by page, until there are most of them. more
// tells that there would have been others.
func list[T any](ctx context.Context, c *Cloud, q call, key string, most int) (items []T, more bool, err error) {
	for {
		var body map[string]json.RawMessage
		if err := c.ask(ctx, q, &body); err != nil {
			return nil, false, err
		}
		var page []T
		if !bytes.HasPrefix(body[key], []byte("[")) || decode(body[key], &page) != nil {
			return nil, false, &failure{op: q.op, cause: fmt.Errorf("%w: no %s in it", errOdd, key)}
		}
		items = append(items, page...)
		next := nextPage(body[key+"_links"])
		switch {
		case len(items) >= most:
			return items[:most], len(items) > most || next != nil, nil
		case next == nil || len(page) == 0:
			return items, false, nil
		}
		q.query = next
	}
}

// nextPage reads the query of the link to the next page; nil if there is none.
// Only the query is taken: behind a proxy the rest often names a host that
// cannot be reached from here.
func nextPage(links json.RawMessage) url.Values {
	var all []struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	}
	if links == nil || decode(links, &all) != nil {
		return nil
	}
	for _, link := range all {
		if u, err := url.Parse(link.Href); err == nil && link.Rel == "next" {
			return u.Query()
		}
	}
	return nil
}
