package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const largestFile = 1 << 20 // bytes; a real one has a few hundred

// readLimited reads a file of at most limit bytes. Its errors do not repeat
// the name, which the caller reports.
func readLimited(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, bare(err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, bare(err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("is larger than %d bytes", limit)
	}
	return data, nil
}

func bare(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("cannot be read: %w", pe.Err)
	}
	return err
}

func (l *loader) file(name string) {
	data, err := readLimited(name, largestFile)
	if err != nil {
		l.problem("", 0, err.Error())
		return
	}
	l.text(data)
}

// text applies the text of the file. It walks the nodes itself because a
// decoder stops at the first mistake, or reports unknown keys without paths.
func (l *loader) text(data []byte) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return // nothing but comments: the defaults
	} else if err != nil {
		l.syntax(err)
		return
	}
	l.section("", doc.Content[0], doc.Content[0].Line)
	if err := dec.Decode(&more); err == nil {
		l.problem("", more.Line, "a second YAML document (---); the file holds one")
	} else if !errors.Is(err, io.EOF) {
		l.syntax(err)
	}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reports text that is not YAML; the parser gives one error at most.
func (l *loader) syntax(err error) {
	text := err.Error()
	head := yamlLine.FindStringSubmatch(text)
	if head == nil {
		l.problem("", 0, "is not YAML: "+text)
		return
	}
	line, _ := strconv.Atoi(head[1]) // none in some messages: 0
	message := "is not YAML: " + strings.TrimPrefix(text, head[0])
	if strings.Contains(text, "cannot start any token") {
		message += "; lines are indented with spaces, never with tabs"
	}
	l.problem("", line, message)
}

// section applies the keys of the mapping at a path, which line names in messages.
func (l *loader) section(path string, node *yaml.Node, line int) {
	node = resolved(node)
	if isNull(node) {
		return // every key below it is commented out
	}
	if node.Kind != yaml.MappingNode {
		l.problem(path, line, "must be a section with the keys "+strings.Join(keys(path), ", ")+", not "+kindName(node))
		return
	}
	l.pairs(path, node, func(key string, line int, value *yaml.Node) {
		full := strings.TrimPrefix(path+"."+key, ".")
		if s, ok := find(full); ok {
			l.setting(s, line, value)
		} else if len(keys(full)) > 0 {
			l.section(full, value, line)
		} else {
			l.unknown(path, key, line, value)
		}
	})
}

// pairs calls do for each key of a mapping once, and reports the rest.
func (l *loader) pairs(path string, node *yaml.Node, do func(key string, line int, value *yaml.Node)) {
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		k, v := resolved(node.Content[i]), node.Content[i+1]
		at := strings.TrimPrefix(path+"."+k.Value, ".")
		if k.Kind != yaml.ScalarNode {
			l.problem(path, node.Content[i].Line, "a key must be a word, not "+kindName(k))
		} else if line, twice := first[k.Value]; twice {
			l.problem(at, node.Content[i].Line, fmt.Sprintf("is given twice; the first is on line %d", line))
		} else {
			first[k.Value] = node.Content[i].Line
			do(k.Value, node.Content[i].Line, v)
		}
	}
}

// setting applies one known key.
func (l *loader) setting(s setting, line int, node *yaml.Node) {
	node = resolved(node)
	if isNull(node) {
		return
	}
	switch {
	case s.shape == scalar && node.Kind == yaml.ScalarNode:
		l.put(s, s.path, "", node.Value, line)
	case s.shape == sequence && node.Kind == yaml.SequenceNode:
		l.items(s, node)
	case s.shape == mapping && node.Kind == yaml.MappingNode:
		s.clear(l.cfg)
		l.pairs(s.path, node, func(key string, _ int, value *yaml.Node) { l.item(s, s.path+"."+key, key, value) })
	default:
		l.problem(s.path, line, "must be "+s.shape.String()+", not "+kindName(node))
	}
}

func (l *loader) items(s setting, node *yaml.Node) {
	s.clear(l.cfg)
	for i, n := range node.Content {
		l.item(s, fmt.Sprintf("%s[%d]", s.path, i), "", n)
	}
}

// item applies one value of a list or table.
func (l *loader) item(s setting, path, key string, node *yaml.Node) {
	value := resolved(node)
	if value.Kind != yaml.ScalarNode {
		l.problem(path, node.Line, "must be one value, not "+kindName(value))
		return
	}
	l.put(s, path, key, value.Value, node.Line)
}

// unknown reports a key that means nothing, and sends secrets where they belong.
func (l *loader) unknown(section, key string, line int, value *yaml.Node) {
	full := strings.TrimPrefix(section+"."+key, ".")
	value = resolved(value)
	if secretKey.MatchString(key) || full == "redis.url" || secretValue.MatchString(value.Value) {
		l.problem(full, line, misplaced(full, value.Value))
		return
	}
	l.problem(full, line, "unknown key"+suggest(section, key))
}

// misplaced says where a secret goes that was found in the file.
func misplaced(path, value string) string {
	low := strings.ToLower(path)
	where := "the environment or a mounted file; the password of a cloud goes in clouds.yaml"
	switch {
	case strings.HasPrefix(value, "xapp-"), !strings.HasPrefix(value, "xox") && strings.Contains(low, "app_"):
		where = "SLACK_APP_TOKEN, or a file that SLACK_APP_TOKEN_FILE names"
	case strings.HasPrefix(value, "xox"), strings.Contains(low, "bot"), low == "slack.token":
		where = "SLACK_BOT_TOKEN, or a file that SLACK_BOT_TOKEN_FILE names"
	case strings.HasPrefix(low, "redis"), strings.HasPrefix(value, "redis"):
		where = "REDIS_URL, or a file that REDIS_URL_FILE names"
	}
	return "a secret does not belong in this file: put it in " + where
}

// resolved follows an alias (*name) to what it stands for. The depth of the
// walk is that of the schema, so a circle of aliases ends too.
func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.ShortTag() == "!!null" }

// String names the shape for a message.
func (s shape) String() string {
	return [...]string{"one value", "a list, such as [a, b]", "a table of name: value lines"}[s]
}

func kindName(node *yaml.Node) string {
	switch node.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a table"
	default:
		return "the single value " + shown(node.Value)
	}
}
