package config

import (
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var asValues = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(Config{}, "Warnings"),
}

func full() *Config {
	return &Config{
		Slack:  Slack{APIURL: "https://slack.example.gov/api/", Connections: 3},
		Redis:  Redis{KeyPrefix: "prod:", StateTTL: 36 * time.Hour},
		Clouds: []string{"melbourne", "2024"},
		Access: Access{
			Teams: []string{"T01ABC", "E9XYZ"}, Channels: []string{"C0123ABC", "G0456DEF"}, Users: []string{"U0BOSS", "W0ENT"},
			Scopes: []Scope{{"C0LAB", []Grant{{"melbourne", "*"}, {"2024", "5f0c"}}}, {"S0ALL", []Grant{{"*", "*"}}}},
		},
		SSH: SSH{Port: 2222, Users: []ImageUser{{"acme-linux-*", "acme"}, {"*", "cloud_user"}}},
		Probes: Probes{
			AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("127.0.0.1/32")},
			Timeout:       90 * time.Second,
			OtherPorts:    []int{2022, 443},
			Vantage:       "Zürich / rack-2",
			Vantages:      []string{"melbourne", "Genève 1"},
		},
		Limits: Limits{Concurrent: 256, PerUserPerMinute: 1},

		Actions: Actions{
			Enabled: true, Clouds: []string{"melbourne-actions"}, Users: []string{"U0BOSS"}, Groups: []string{"S0ONCALL"}, Ask: "the cloud desk",
			SecondPerson: true, SecondWithin: 5 * time.Minute, OfferTTL: 30 * time.Minute, Cooldown: time.Hour, Watch: 10 * time.Minute,
			PerPersonPerHour: 3, PerHour: 9, AuditChannel: "C0AUDIT",
		},
		Escalation: Escalation{Channel: "C0ONCALL"},
		Log:        Log{Level: "debug", Format: "text"},
	}
}

func TestFileSetsEverything(t *testing.T) {
	got, err := Load("testdata/good-full.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), got, asValues); diff != "" {
		t.Errorf("good-full.yaml (-want +got):\n%s", diff)
	}
}

func TestEnvironmentSetsEverything(t *testing.T) {
	env := Environment([]string{
		"SLACK_API_URL=https://slack.example.gov/api",
		"SSHHELP_SLACK_CONNECTIONS=3",
		"SSHHELP_REDIS_KEY_PREFIX=prod:",
		"SSHHELP_REDIS_STATE_TTL=36h",
		"SSHHELP_CLOUDS=melbourne, 2024",
		"SSHHELP_ALLOW_EVERYONE=false",
		"SSHHELP_ALLOW_TEAMS=T01ABC,E9XYZ",
		"SSHHELP_ALLOW_CHANNELS=C0123ABC,G0456DEF",
		"SSHHELP_ALLOW_USERS=U0BOSS,W0ENT",
		"SSHHELP_ACCESS_SCOPES=C0LAB=melbourne 2024/5f0c, S0ALL=*",
		"SSHHELP_ACTIONS_ENABLED=true",
		"SSHHELP_ACTIONS_CLOUDS=melbourne-actions",
		"SSHHELP_ACTIONS_USERS=U0BOSS",
		"SSHHELP_ACTIONS_GROUPS=S0ONCALL",
		"SSHHELP_ACTIONS_ASK=the cloud desk",
		"SSHHELP_ACTIONS_SECOND_PERSON=true",
		"SSHHELP_ACTIONS_SECOND_WITHIN=5m",
		"SSHHELP_ACTIONS_OFFER_TTL=30m",
		"SSHHELP_ACTIONS_COOLDOWN=1h",
		"SSHHELP_ACTIONS_WATCH=10m",
		"SSHHELP_ACTIONS_PER_PERSON_PER_HOUR=3",
		"SSHHELP_ACTIONS_PER_HOUR=9",
		"SSHHELP_ACTIONS_AUDIT_CHANNEL=C0AUDIT",
		"SSHHELP_ESCALATION_CHANNEL=C0ONCALL",
		"SSHHELP_SSH_PORT=2222",
		"SSHHELP_SSH_USER=",
		"SSHHELP_SSH_USERS=acme-linux-*=acme, *=cloud_user",
		"SSHHELP_PROBES_DISABLED=false",
		"SSHHELP_PROBES_ALLOW_NETWORKS=10.0.0.0/8,fd00::/8,127.0.0.1/32",
		"SSHHELP_PROBES_TIMEOUT=90s",
		"SSHHELP_PROBES_OTHER_PORTS=2022,443",
		"SSHHELP_PROBES_VANTAGE=Zürich / rack-2",
		"SSHHELP_PROBES_VANTAGES=melbourne, Genève 1",
		"SSHHELP_LIMITS_CONCURRENT=256",
		"SSHHELP_LIMITS_PER_USER_PER_MINUTE=1",
		"SSHHELP_LOG_LEVEL=debug",
		"SSHHELP_LOG_FORMAT=text",
		"SSHHELP_HTTP_LISTEN=off",
	})
	for _, s := range settings {
		if _, ok := env[s.env]; !ok {
			t.Errorf("%s is not in this test", s.env)
		}
	}
	got, err := Load("", env)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), got, asValues); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if len(got.Warnings) > 0 {
		t.Errorf("warnings %q", got.Warnings)
	}
}

// Lists of the environment replace those of the file, and do not add to them.
func TestEnvironmentWinsOverFile(t *testing.T) {
	got, err := Load("testdata/good-full.yaml", here("SSHHELP_SSH_PORT=22", "SSHHELP_ALLOW_USERS=UNEW", "SSHHELP_CLOUDS="))
	if err != nil {
		t.Fatal(err)
	}
	want := full()
	want.SSH.Port, want.Access.Users, want.Probes.Vantage = 22, []string{"UNEW"}, "test"
	if diff := cmp.Diff(want, got, asValues); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The example is the documentation: it holds every key and every variable, and
// its values are the defaults that it claims they are.
func TestExample(t *testing.T) {
	got, err := Load("example.yaml", here())
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Probes.Vantage = "test"
	if diff := cmp.Diff(want, got, asValues); diff != "" {
		t.Errorf("example.yaml is not the defaults (-want +got):\n%s", diff)
	}
	text, err := os.ReadFile("example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		key := s.path[strings.LastIndex(s.path, ".")+1:]
		if !regexp.MustCompile(`(?m)^ *` + key + `:`).Match(text) {
			t.Errorf("example.yaml lacks %s", s.path)
		}
		if !regexp.MustCompile(`\b` + s.env + `\b`).Match(text) {
			t.Errorf("example.yaml does not name %s", s.env)
		}
	}
}

// A place that is listed among the others would be asked twice, or not at all.
func TestOwnNameAmongVantages(t *testing.T) {
	got, err := Load("", here("SSHHELP_PROBES_VANTAGES=melbourne,test", "SSHHELP_ALLOW_EVERYONE=true"))
	if err != nil || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "probes.vantages holds test") {
		t.Errorf("%v, warnings %q", err, got.Warnings)
	}
}

func TestSettingsAreDistinct(t *testing.T) {
	var paths, variables []string
	for _, s := range settings {
		if slices.Contains(paths, s.path) || slices.Contains(variables, s.env) {
			t.Errorf("%s or %s is there twice", s.path, s.env)
		}
		if serviceLink.MatchString(s.env) || s.env == "SSHHELP_PORT" {
			t.Errorf("%s is what Kubernetes sets for a Service called sshhelp", s.env)
		}
		paths, variables = append(paths, s.path), append(variables, s.env)
	}
}

func TestUserOf(t *testing.T) {
	ssh := SSH{User: "admin", Users: []ImageUser{{"Acme-Linux-*", "acme"}, {"acme-*", "other"}, {"db-?", "dba"}}}
	for image, want := range map[string]string{
		"acme-linux-9": "acme", "ACME-LINUX-team/9": "acme", "acme-bsd": "other", "db-1": "dba", "db-10": "admin", "": "admin",
	} {
		if got := ssh.UserOf(image); got != want {
			t.Errorf("UserOf(%q) = %q, want %q", image, got, want)
		}
	}
}
