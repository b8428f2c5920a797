package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"

	"github.com/gophercloud/gophercloud/v2"

	"sshhelp/diag"
)

// A failure is a call that brought no answer to use. Its text holds nothing of
// what the API said.
type failure struct {
	op     string // "read console of 6f3…"
	status int    // HTTP; 0 if there was no answer
	cause  error  // why there was none
	kind   error  // one of diag's, or nil
}

func (f *failure) Error() string {
	text := f.op + ": "
	if f.kind != nil {
		text += f.kind.Error() + ": "
	}
	if f.cause != nil {
		return text + f.cause.Error()
	}
	return fmt.Sprintf("%sstatus %d %s", text, f.status, http.StatusText(f.status))
}

func (f *failure) Unwrap() []error {
	var all []error
	for _, err := range []error{f.kind, f.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// errOdd is an answer that is not what the API promises.
var errOdd = errors.New("the answer was not understood")

// errNoService is a service that the catalogue has not, for our region.
var errNoService = errors.New("no such service in the catalogue for this region and interface")

// statusOf returns the HTTP status that an error stands for, else 0.
func statusOf(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.status
	}
	return 0
}

// failed makes a failure of what gophercloud returned for a call to a service.
func failed(ctx context.Context, op string, err error) *failure {
	f := &failure{op: op}
	var answer gophercloud.ErrUnexpectedResponseCode
	if errors.As(err, &answer) {
		f.status = answer.Actual
		return f
	}
	f.cause = bare(err)
	if f.cause == nil {
		f.cause = errors.New("no answer")
	}
	if ctx.Err() != nil {
		f.cause = ctx.Err()
	}
	f.cause = plain(f.cause)
	return f
}

// A plainly says what Go's own words for it do not tell to people.
type plainly struct {
	text string
	error
}

func (p plainly) Error() string { return p.text }
func (p plainly) Unwrap() error { return p.error }

func plain(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return plainly{"no answer in time", err}
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return plainly{"the connection was closed without an answer", err}
	}
	return err
}

// bare takes the URL out of an error of net/http: it tells people nothing.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// unable gives a failure to look at all its kind: the cloud refused us, or it
// does not answer. An error of our own context stays one.
func unable(err error) error {
	var f *failure
	if !errors.As(err, &f) || f.kind != nil {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case f.status == http.StatusUnauthorized, f.status == http.StatusForbidden:
		f.kind = diag.ErrCredentials
	case errors.Is(err, errNoService):
		f.kind = diag.ErrConfig
	default:
		f.kind = diag.ErrUnreachable
	}
	return err
}

// refused makes a failure of a login that did not work.
func (s *session) refused(ctx context.Context, err error) error {
	f := failed(ctx, "log in", err)
	switch f.status {
	case 0:
		f.kind = unanswered(err)
	case http.StatusUnauthorized, http.StatusForbidden:
		f.kind = diag.ErrCredentials
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusMultipleChoices:
		f.kind = fmt.Errorf("%w: auth_url or a setting beside it is wrong", diag.ErrConfig)
	default:
		f.kind = diag.ErrUnreachable
	}
	if errors.Is(f.cause, context.Canceled) {
		f.kind = nil
	}
	return f
}

// unanswered tells settings that cannot work from a Keystone that is away.
func unanswered(err error) error {
	var untrusted *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var transport *url.Error
	switch {
	case errors.As(err, &untrusted), errors.As(err, &unknown):
		return fmt.Errorf("%w: its certificate is not trusted, set cacert", diag.ErrConfig)
	case errors.As(err, &transport), errors.Is(err, context.DeadlineExceeded):
		return diag.ErrUnreachable
	}
	return diag.ErrConfig // gophercloud refused the options before it sent anything
}
