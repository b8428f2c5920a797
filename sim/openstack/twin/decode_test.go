package twin_test

import (
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
)

func decodeFrom(t *testing.T, r io.Reader) map[string]any {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data)
}

// decode reads a JSON object; anything else, such as a page of HTML, is nil.
func decode(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	return v
}

func statusOf(err error) int {
	var unexpected gophercloud.ErrUnexpectedResponseCode
	if errors.As(err, &unexpected) {
		return unexpected.Actual
	}
	return 0
}

func bodyOf(err error) []byte {
	var unexpected gophercloud.ErrUnexpectedResponseCode
	errors.As(err, &unexpected)
	return unexpected.Body
}

// dig follows keys, and list indexes as numbers, into decoded JSON.
func dig(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}
