package probes

import (
	"strings"
	"testing"
)

// TestASCIIName compares with what Python's encoders make of the same names.
func TestASCIIName(t *testing.T) {
	for name, want := range map[string]string{
		"web-1.example.org":   "web-1.example.org",
		"bücher.example":      "xn--bcher-kva.example",
		"BÜCHER.example":      "xn--bcher-kva.example",
		"サーバー.example":        "xn--vckucxgb.example",
		"пример.испытание":    "xn--e1afmkfd.xn--80akhbyknj4f",
		"名がドメイン.com":          "xn--v8jxj3d1dzdz08w.com",
		"köln-1":              "xn--kln-1-jua",
		"例え.テスト":              "xn--r8jz45g.xn--zckzah",
		"":                    "",
		"a..b":                "a..b",
		"xn--bcher-kva.exa-1": "xn--bcher-kva.exa-1",
	} {
		if got := asciiName(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// FuzzASCIIName: whatever is typed becomes ASCII, and takes no time.
func FuzzASCIIName(f *testing.F) {
	f.Add("bücher.example")
	f.Add(strings.Repeat("ü", 100) + "\U0010ffff")
	f.Fuzz(func(t *testing.T, name string) {
		got := asciiName(name)
		for i := range len(got) {
			if got[i] >= 0x80 && len(name) <= maxLine {
				t.Errorf("%q became %q", name, got)
			}
		}
	})
}
