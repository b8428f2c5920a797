package vantage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"time"

	"sshhelp/diag"
)

// format is the version of jobs and answers. It changes when one side would
// misread the other; a place of another version is degraded.
const format = 1

// A job asks one source about one instance. It holds what probing needs and no
// more: nobody's name, address or account.
type job struct {
	Format   int         `json:"format"`
	ID       string      `json:"id"`
	Source   diag.Source `json:"source"`
	Wait     int64       `json:"wait_ms"`   // how long it may lie before it is taken up
	Budget   int64       `json:"budget_ms"` // how long the answer is waited for; both count from when it was queued
	Query    string      `json:"query,omitempty"`
	Port     uint16      `json:"port"`
	Address  netip.Addr  `json:"address,omitzero"`
	Instance *instance   `json:"instance,omitempty"`
}

// instance is what the guard of a prober needs to know.
type instance struct {
	ID        string    `json:"id"`
	Addresses []address `json:"addresses"`
}

type address struct {
	IP       netip.Addr `json:"ip"`
	Floating bool       `json:"floating,omitzero"`
}

// newJob reduces what is known to what probing needs. The query is for DNS
// alone.
func newJob(id string, source diag.Source, known *diag.Evidence, wait, budget time.Duration) *job {
	j := &job{
		Format: format, ID: id, Source: source, Wait: wait.Milliseconds(), Budget: budget.Milliseconds(),
		Port: known.Asked.Port, Address: known.Asked.Address,
	}
	if source == diag.SourceDNS {
		j.Query = known.Asked.Query
	}
	if i := known.Instance; i != nil {
		j.Instance = &instance{ID: i.ID}
		for _, a := range i.Addresses[:min(len(i.Addresses), maxAddresses)] {
			j.Instance.Addresses = append(j.Instance.Addresses, address{a.IP, a.Floating})
		}
	}
	return j
}

// known is what a prober is told.
func (j *job) known() *diag.Evidence {
	e := &diag.Evidence{Asked: diag.Asked{Query: j.Query, Port: j.Port, PortSaid: true, Address: j.Address}}
	if j.Instance != nil {
		e.Instance = &diag.Instance{ID: j.Instance.ID, Addresses: []diag.Address{}}
		for _, a := range j.Instance.Addresses {
			e.Instance.Addresses = append(e.Instance.Addresses, diag.Address{IP: a.IP, Floating: a.Floating})
		}
	}
	return e
}

// asksOf reports whether a job was about an address.
func (j *job) asksOf(a netip.Addr) bool {
	if j.Address.IsValid() && j.Address.Unmap() == a.Unmap() {
		return true
	}
	if j.Instance == nil {
		return false
	}
	for _, own := range j.Instance.Addresses {
		if own.IP.Unmap() == a.Unmap() {
			return true
		}
	}
	return false
}

var idForm = regexp.MustCompile(`^[A-Z2-7]{26}$`) // crypto/rand.Text

// decodeJob reads a job and refuses what is not wholly understood.
func decodeJob(text string) (*job, error) {
	if len(text) > maxJob {
		return nil, fmt.Errorf("it has %d bytes, more than %d", len(text), maxJob)
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	var j job
	if err := d.Decode(&j); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if d.More() {
		return nil, errors.New("something stands behind it")
	}
	return &j, j.mistake()
}

// mistake says what is wrong with a job. Which addresses may be probed is not
// for this package to say.
func (j *job) mistake() error {
	switch {
	case j.Format != format:
		return fmt.Errorf("it has format %d, not %d", j.Format, format)
	case !idForm.MatchString(j.ID):
		return errors.New("its ID is none")
	case j.Source != diag.SourceDNS && j.Source != diag.SourcePing && j.Source != diag.SourceSSH:
		return fmt.Errorf("there is no probe for %q", j.Source)
	case j.Budget <= 0 || j.Budget > maxBudget.Milliseconds() || j.Wait <= 0 || j.Wait > j.Budget:
		return fmt.Errorf("a budget of %d ms and a wait of %d ms make no sense", j.Budget, j.Wait)
	case len(j.Query) > 255 || j.Port == 0:
		return errors.New("it asks for no name or port")
	}
	return j.Instance.mistake()
}

func (i *instance) mistake() error {
	switch {
	case i == nil:
		return nil
	case len(i.ID) > 255 || len(i.Addresses) > maxAddresses:
		return fmt.Errorf("an instance with %d addresses is none", len(i.Addresses))
	}
	for _, a := range i.Addresses {
		if !a.IP.IsValid() || a.IP.Zone() != "" {
			return fmt.Errorf("%q is no address of an instance", a.IP)
		}
	}
	return nil
}
