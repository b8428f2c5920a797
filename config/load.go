package config

import (
	"cmp"
	"os"
	"slices"
)

// Load reads the settings: the defaults, then the file at path (none when path
// is empty), then the variables in env, which is what Environment makes of
// os.Environ. All mistakes come back together, as *Errors; then there is no
// Config.
func Load(path string, env map[string]string) (*Config, error) {
	l := &loader{cfg: Default()}
	if path != "" {
		l.file(path)
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	l.environment(env)
	l.secrets(env)
	if len(l.problems) > 0 {
		return nil, &Errors{File: path, Problems: l.problems}
	}
	if l.cfg.Probes.Vantage == "" {
		l.cfg.Probes.Vantage = hostName()
	}
	l.cfg.Warnings = append(l.cfg.warnings(), unknownVariables(env)...)
	return l.cfg, nil
}

// A loader gathers one configuration and everything wrong with it.
type loader struct {
	cfg      *Config
	problems []Problem
}

func (l *loader) problem(path string, line int, message string) {
	l.problems = append(l.problems, Problem{Path: path, Line: line, Message: message})
}

// put applies one value, wherever it comes from.
func (l *loader) put(s setting, path, key, text string, line int) {
	if line > 0 && secretValue.MatchString(text) {
		l.problem(path, line, misplaced(path, text))
		return
	}
	if err := s.put(l.cfg, key, text); err != nil {
		l.problem(path, line, err.Error())
	}
}

// hostName is what the machine calls itself; it may have no name at all.
func hostName() string {
	if h, err := os.Hostname(); err == nil && h != "" {
		return h
	}
	return "here"
}
