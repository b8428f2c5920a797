package commands

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes v as indented JSON and nothing else. Angle brackets stay as
// they are: the output is for programs and terminals, not for a web page.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
