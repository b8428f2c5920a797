package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode reads a YAML document into v and refuses what it does not know. It
// goes on after a mistake, so that all are reported, each with its path. The
// library's own KnownFields gives line numbers and no path.
func decode(data []byte, v any) error {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	} else if err != nil {
		return err
	}
	d := decoder{}
	d.value(doc.Content[0], reflect.ValueOf(v).Elem(), "")
	return errors.Join(d.errs...)
}

type decoder struct{ errs []error }

func (d *decoder) fail(n *yaml.Node, path, format string, args ...any) {
	if path == "" {
		path = "the file"
	}
	d.errs = append(d.errs, fmt.Errorf("%s (line %d): %s", path, n.Line, fmt.Sprintf(format, args...)))
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // nothing said: the zero value, as if the key were absent
	}
	switch u, short := v.Addr().Interface().(yaml.Unmarshaler); {
	case short && n.Kind == yaml.ScalarNode:
		if err := u.UnmarshalYAML(n); err != nil {
			d.fail(n, path, "%v", err)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case v.Kind() == reflect.Struct && hasFields(v.Type()):
		d.fields(n, v, path)
	case v.Kind() == reflect.Slice:
		d.items(n, v, path)
	case v.Kind() == reflect.Map:
		d.strings(n, v, path)
	case n.Kind != yaml.ScalarNode:
		d.fail(n, path, "a single value is wanted")
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if v.Kind() == reflect.String { // 22 and 1.0 are text where text is wanted
		v.SetString(n.Value)
		return
	}
	if err := n.Decode(v.Addr().Interface()); err != nil {
		d.fail(n, path, "%q is not a %s", n.Value, v.Kind())
	}
}

func (d *decoder) items(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, path, "a list is wanted")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func (d *decoder) strings(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "a mapping is wanted")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			d.fail(value, join(path, key.Value), "a single value is wanted")
			continue
		}
		v.SetMapIndex(reflect.ValueOf(key.Value), reflect.ValueOf(value.Value))
	}
}

func (d *decoder) fields(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "a mapping is wanted")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		field := fieldOf(v, key.Value)
		switch {
		case !field.IsValid():
			d.fail(key, at, "unknown key")
		case seen[key.Value]:
			d.fail(key, at, "given twice")
		default:
			d.value(value, field, at)
		}
		seen[key.Value] = true
	}
}

func fieldOf(v reflect.Value, key string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == key {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func hasFields(t reflect.Type) bool {
	return t.NumField() > 0 && t.Field(0).Tag.Get("yaml") != ""
}

func join(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }
