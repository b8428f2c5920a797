package causes

import (
	"regexp"
	"testing"
	"time"
)

// TestForeignWordings runs messages as they turn up in questions from all over
// through the patterns.
func TestForeignWordings(t *testing.T) {
	const before = "ssh: connect to host 203.0.113.5 port 22: "
	for _, c := range []struct{ words, says string }{
		{saysNoRoute, "没有到主机的路由"},
		{saysNoRoute, "ネットワークに届きません"},
		{saysNoRoute, "호스트로 갈 루트가 없음"},
		{saysNoRoute, "Keine Route zum Zielrechner"},
		{saysNoRoute, "Aucun chemin d'accès pour atteindre l'hôte cible"},
		{saysNoRoute, "No existe ninguna ruta hasta el `host'"},
		{saysNoRoute, "Сеть недоступна"},
		{saysNoRoute, "A rede está fora de alcance"},
		{saysRefused, "拒绝连接"},
		{saysRefused, "接続を拒否されました"},
		{saysRefused, "연결이 거부됨"},
		{saysRefused, "Verbindungsaufbau abgelehnt"},
		{saysRefused, "Connexion refusée"},
		{saysRefused, "Conexión rehusada"},
		{saysRefused, "В соединении отказано"},
		{saysRefused, "Połączenie odrzucone"},
		{saysTimedOut, "连接超时"},
		{saysTimedOut, "接続がタイムアウトしました"},
		{saysTimedOut, "Die Wartezeit für die Verbindung ist abgelaufen"},
		{saysTimedOut, "Connexion terminée par expiration du délai d'attente"},
		{saysTimedOut, "Время ожидания соединения истекло"},
		{saysTimedOut, "Operation timed out"},
	} {
		for _, words := range []string{saysNoRoute, saysRefused, saysTimedOut} {
			if got := regexp.MustCompile(openSSHSays(words)).MatchString(before + c.says); got != (words == c.words) {
				t.Errorf("%q matches %.30q...: %t", c.says, words, got)
			}
		}
	}
}

func TestAgeInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a minute", -time.Hour: "less than a minute", 59 * time.Second: "less than a minute",
		time.Minute: "1 minute", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 47 * time.Hour: "47 hours", 72 * time.Hour: "3 days",
	} {
		if got := ageInWords(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"No valid host was found. ": `"No valid host was found"`,
		"two\nlines\tand tabs":      `"two lines and tabs"`,
	} {
		if got := quoted(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
	long := quoted(string(make([]byte, 10_000)))
	if n := len([]rune(long)); n > mostQuoted+3 {
		t.Errorf("a long message is quoted at %d characters", n)
	}
}

func TestListed(t *testing.T) {
	if got, want := listed([]string{"a", "b", "a"}), "a, b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := listed([]string{"a", "b", "c", "d", "e", "f"}), "a, b, c, d and 2 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
