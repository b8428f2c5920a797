package causes

import (
	"cmp"

	"sshhelp/diag"
)

var networkVantageOffline = &diag.Cause{
	ID:    "network/vantage-offline",
	Title: "a place that probes are made from is offline",
	Doc: `sshhelp can look at an instance from several places. One of them gives no sign of
life, or says itself that something is wrong with it, so that what it says, or does
not say, tells nothing of the instance. This keeps nobody out: it is about how
sshhelp looked.`,
	Text:  "How the instance looks from {places} is not known: {states}.",
	Aside: true,
	Check: checkVantageOffline,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See what is said of each place, and since when.", Code: "sshhelp check", Who: diag.Operator},
		{Do: "Start its prober again, and see that it reaches the same Redis.", Code: "sshhelp prober --name {place}", Who: diag.Operator},
	}},
}

// checkVantageOffline says nothing where no other place was to be asked.
func checkVantageOffline(p *diag.Pass) diag.Verdict {
	if len(p.Vantages) == 0 {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.RuledOut, Minor: true}
	var places, states []string
	for _, place := range p.Vantages {
		if place.State == diag.VantageOnline {
			continue
		}
		why := cmp.Or(place.Why, "no reason is known")
		places = append(places, place.Name)
		states = append(states, place.Name+" is "+string(place.State)+" ("+why+")")
		v.State = diag.Confirmed
		v.Because = append(v.Because, diag.Observation{
			Source: diag.SourceSSH, Where: "vantage point " + place.Name, Text: string(place.State) + ": " + why,
		})
	}
	if v.State == diag.Confirmed {
		v.Args = diag.Args{"places": listed(places), "states": listed(states), "place": places[0]}
	}
	return v
}
