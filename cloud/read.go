package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"sshhelp/diag"
)

// Sources lists what [Cloud.Read] can be asked for.
func (c *Cloud) Sources() []diag.Source {
	return []diag.Source{diag.SourceNetwork, diag.SourceConsole, diag.SourceImage, diag.SourceKeyPair}
}

// Read asks for one source about known.Instance. It returns nil and nil if there
// is nothing to ask, as with an instance that was launched without a key pair.
// Its errors are *[diag.Gap]. Of the network, parts may fail: they are gaps in
// the fact.
func (c *Cloud) Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	if known.Instance == nil {
		return nil, nil
	}
	started := time.Now()
	fact, err := c.read(ctx, known, source)
	if err == nil {
		return fact, nil
	}
	var gap *diag.Gap
	if !errors.As(err, &gap) {
		gap = c.gap(source, nouns[source], started, err)
	}
	return nil, gap
}

var nouns = map[diag.Source]string{
	diag.SourceNetwork: "the ports", diag.SourceConsole: "the console log",
	diag.SourceImage: "the image", diag.SourceKeyPair: "the key pair",
}

func (c *Cloud) read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	switch source {
	case diag.SourceNetwork:
		return c.readNetwork(ctx, known)
	case diag.SourceConsole:
		return c.readConsole(ctx, known.Instance)
	case diag.SourceImage:
		return c.readImage(ctx, known.Instance)
	case diag.SourceKeyPair:
		return c.readKeyPair(ctx, known.Instance)
	}
	return nil, nil
}

// gap says why something could not be read. A deadline that passed is the
// source's own budget; a whole diagnosis that ends cancels its context.
func (c *Cloud) gap(source diag.Source, what string, started time.Time, err error) *diag.Gap {
	c.log.Debug("gap", "source", source, "err", err)
	why, text := diag.GapFailed, "The cloud could not show %s."
	switch status := statusOf(err); {
	case errors.Is(err, context.DeadlineExceeded):
		seconds := max(1, int(time.Since(started).Round(time.Second).Seconds()))
		why, text = diag.GapTimedOut, fmt.Sprintf("The cloud did not show %%s within %d s.", seconds)
	case errors.Is(err, context.Canceled):
		why, text = diag.GapCanceled, "There was no time left to read %s."
	case errors.Is(err, diag.ErrCredentials):
		why, text = diag.GapForbidden, "The cloud refused the credential when it was asked for %s."
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		why, text = diag.GapForbidden, "The credential may not read %s."
	case status == http.StatusNotFound, status == http.StatusGone:
		why, text = diag.GapNotFound, "The cloud has no record of %s."
	case status == http.StatusNotImplemented:
		why, text = diag.GapUnsupported, "This cloud does not offer %s."
	case status == http.StatusTooManyRequests:
		why, text = diag.GapUnavailable, "The cloud wants to be asked less often, and did not show %s."
	case status >= 500:
		why, text = diag.GapUnavailable, fmt.Sprintf("The cloud failed to show %%s (error %d).", status)
	case errors.Is(err, errOdd):
		text = "The cloud's answer was not understood when it was asked for %s; the log says more."
	case status == 0:
		why, text = diag.GapUnavailable, "The cloud did not answer when it was asked for %s."
	}
	return &diag.Gap{Source: source, Why: why, Text: fmt.Sprintf(text, what)}
}
