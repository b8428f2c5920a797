package cloud_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sshhelp/cloud"
	"sshhelp/diag"
)

const login = "POST /identity/v3/auth/tokens"

func TestQuestionsAtOnceShareOneLogin(t *testing.T) {
	s := start(t, nil)
	s.SetLatency(5 * time.Millisecond)
	c := open(t, s, "ann")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.Find(t.Context(), "web-1"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := calls(s, login); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	if n := calls(s, "GET /compute/v2.1/?"); n != 1 {
		t.Errorf("Nova's version was read %d times, want once", n)
	}
}

func TestLoginThatFailedIsTriedAgain(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	for how, want := range map[string]error{
		"401": diag.ErrCredentials, "403": diag.ErrCredentials, "500": diag.ErrUnreachable, "503": diag.ErrUnreachable,
		"404": diag.ErrConfig, "400": diag.ErrConfig, "reset": diag.ErrUnreachable,
	} {
		fail(t, s, "/identity/v3/auth/tokens", how)
		_, err := c.Find(t.Context(), "web-1")
		if !errors.Is(err, want) {
			t.Errorf("Keystone %s: %v, want %v", how, err, want)
		}
		for _, word := range []string{"http://", "{", "secret"} {
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("Keystone %s: the error %q holds %q", how, err, word)
			}
		}
		s.Heal()
	}
	find(t, c, "web-1")
}

func TestCloudThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c, err := cloud.Open(cloud.Options{Getenv: environ("OS_AUTH_URL=http://"+address+"/v3", "OS_USERNAME=u", "OS_PASSWORD=hush", "OS_PROJECT_NAME=p")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(t.Context(), "x"); !errors.Is(err, diag.ErrUnreachable) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("find: %v, want %v", err, diag.ErrUnreachable)
	}
}

func TestLoginEndsWithItsContext(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	fail(t, s, "/identity/v3/auth/tokens", "hang")
	if _, err := c.Find(within(t, 50*time.Millisecond), "x"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, diag.ErrUnreachable) {
		t.Errorf("find with a Keystone that hangs: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Find(ctx, "x"); !errors.Is(err, context.Canceled) || errors.Is(err, diag.ErrUnreachable) {
		t.Errorf("canceled find: %v, want only %v", err, context.Canceled)
	}
}

// One who gives up while logging in must not take the others along.
func TestOthersLogInWhenTheFirstGivesUp(t *testing.T) {
	s := start(t, nil)
	entered := make(chan struct{})
	var first sync.Once
	c := open(t, s, "ann", func(o *cloud.Options) {
		o.RoundTripper = tripper(func(r *http.Request) (*http.Response, error) {
			first.Do(func() {
				close(entered)
				<-r.Context().Done()
			})
			return http.DefaultTransport.RoundTrip(r)
		})
	})
	ctx, giveUp := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.Find(ctx, "web-1"); !errors.Is(err, context.Canceled) {
			t.Errorf("the first: %v", err)
		}
	})
	<-entered
	for range 3 {
		wg.Go(func() {
			if _, err := c.Find(t.Context(), "web-1"); err != nil {
				t.Errorf("another: %v", err)
			}
		})
	}
	giveUp()
	wg.Wait()
}

func TestTokenThatEndsIsRenewed(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	i := find(t, c, "web-1")
	s.ExpireTokens()
	s.ForgetCalls()
	var wg sync.WaitGroup
	for _, source := range c.Sources() {
		wg.Go(func() {
			if _, err := c.Read(t.Context(), known(i), source); err != nil {
				t.Errorf("%s: %v", source, err)
			}
		})
	}
	wg.Wait()
	if n := calls(s, login); n != 1 {
		t.Errorf("%d logins for one token that ended, want 1", n)
	}
	s.ExpireTokens() // once more, soon after
	find(t, c, "web-1")
}

func TestTokenOfShortLifeIsRenewedUnasked(t *testing.T) {
	s := start(t, nil)
	s.SetTokenLife(time.Nanosecond)
	c := open(t, s, "ann")
	if _, err := c.Find(t.Context(), "web-1"); err == nil {
		t.Error("a token that had ended before it came was good")
	}
	s.SetTokenLife(time.Hour)
	find(t, c, "web-1")
	refused := 0
	for _, call := range s.Calls() {
		if call.Status == http.StatusUnauthorized {
			refused++
		}
	}
	if refused > 2 {
		t.Errorf("%d calls were refused", refused)
	}
}

// A call outside of access rules is refused whatever the token.
func TestAccessRulesDoNotLoop(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann-few")
	i := find(t, c, "web-1")
	for range 3 {
		for _, source := range c.Sources() {
			if gap := gapOf(t, t.Context(), c, known(i), source); gap.Why != diag.GapForbidden {
				t.Errorf("%s: %+v, want %s", source, gap, diag.GapForbidden)
			}
		}
	}
	if n := calls(s, login); n != 2 {
		t.Errorf("%d logins, want the first and one in vain", n)
	}
}

func TestAskedLessOften(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	find(t, c, "web-1")
	if err := s.Fail("", "/compute/v2.1/servers/detail", "429", 1); err != nil {
		t.Fatal(err)
	}
	find(t, c, "web-1") // waits for the second that the twin asks for
	if n := calls(s, "GET /compute/v2.1/servers/detail"); n != 3 {
		t.Errorf("%d calls, want the refused one repeated", n)
	}
	i := find(t, c, "web-10")
	fail(t, s, "/compute/*/*/*/action", "429")
	began := time.Now()
	gap := gapOf(t, within(t, 500*time.Millisecond), c, known(i), diag.SourceConsole)
	if gap.Why != diag.GapUnavailable || !strings.Contains(gap.Text, "less often") {
		t.Errorf("gap %+v", gap)
	}
	if time.Since(began) > 300*time.Millisecond {
		t.Error("waited although there was no time to")
	}
}

func TestVersionsOfNova(t *testing.T) {
	s := start(t, nil)
	find(t, open(t, s, "ann"), "web-1")
	for _, call := range s.Calls() {
		if strings.Contains(call.Path, "/servers/") && call.Microversion != "2.79" {
			t.Errorf("asked in version %q: %+v", call.Microversion, call)
		}
	}
	// A document that cannot be read costs the version, not the answer, and is
	// tried again.
	hidden := start(t, nil)
	if err := hidden.Fail("", "/compute/v2.1/", "503", 1); err != nil {
		t.Fatal(err)
	}
	c := open(t, hidden, "ann")
	if i := find(t, c, "locked"); i.Locked {
		t.Error("2.1 does not tell that it is locked")
	}
	if i := find(t, c, "locked"); !i.Locked {
		t.Error("the version was not asked for again")
	}
}
