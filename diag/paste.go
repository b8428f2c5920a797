package diag

// Paste is a text that a person gave, cleaned and redacted, with the kind of
// program that wrote it.
type Paste struct {
	Kind  TextKind
	Lines []LogLine
}
