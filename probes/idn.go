package probes

import (
	"strings"
	"unicode/utf8"
)

// asciiName writes a name with letters of other alphabets as name servers know
// it: bücher.example is xn--bcher-kva.example (RFC 5890). Capitals are made
// small; what else Unicode can write in several ways is taken as it is typed.
func asciiName(name string) string {
	labels := strings.Split(name, ".")
	for i, l := range labels {
		labels[i] = asciiLabel(l)
	}
	return strings.Join(labels, ".")
}

func asciiLabel(l string) string {
	if strings.IndexFunc(l, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 || len(l) > maxLine {
		return l
	}
	return "xn--" + punycode([]rune(strings.ToLower(l)))
}

// Parameters of Punycode (RFC 3492, 5).
const (
	punyBase, punyMin, punyMax      = 36, 1, 26
	punySkew, punyDamp              = 38, 700
	punyBias, punyFirst             = 72, 0x80
	punyDigits                      = "abcdefghijklmnopqrstuvwxyz0123456789"
	punyNever                  rune = utf8.MaxRune + 1
)

// punycode encodes as RFC 3492, 6.3 says.
func punycode(input []rune) string {
	var out []byte
	for _, r := range input {
		if r < punyFirst {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	next, delta, bias := rune(punyFirst), 0, punyBias
	for done := basic; done < len(input); next, delta = next+1, delta+1 {
		least := smallest(input, next)
		delta += int(least-next) * (done + 1)
		next = least
		for _, r := range input {
			if r < next {
				delta++
			}
			if r == next {
				out = punyNumber(out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta, done = 0, done+1
			}
		}
	}
	return string(out)
}

// smallest returns the least rune that is not below a limit.
func smallest(input []rune, limit rune) rune {
	least := punyNever
	for _, r := range input {
		if r >= limit {
			least = min(least, r)
		}
	}
	return least
}

// punyNumber appends a number of variable length (RFC 3492, 3.3).
func punyNumber(out []byte, n, bias int) []byte {
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyMin), punyMax)
		if n < t {
			return append(out, punyDigits[n])
		}
		out = append(out, punyDigits[t+(n-t)%(punyBase-t)])
		n = (n - t) / (punyBase - t)
	}
}

// punyAdapt returns the next bias (RFC 3492, 6.1).
func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}
