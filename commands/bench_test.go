package commands

import "testing"

func BenchmarkUnderstandReply(b *testing.B) {
	for name, line := range map[string]string{
		"request": "I've added the rule, still not working, I'm on 203.0.113.7 now",
		"talk":    "we should talk about the budget for the next quarter, and who goes to the conference in May",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				UnderstandReply(line)
			}
		})
	}
}
