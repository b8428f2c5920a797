// Package cloud asks an OpenStack cloud for what sshhelp wants to know of an
// instance, and gives it back as values of package diag.
//
// It owns everything that is OpenStack: where credentials are found, tokens and
// their renewal, the service catalogue, microversions, paging, the shapes of
// five APIs, and what each refusal means. Nothing of gophercloud leaves it, so
// that the reasoning in diag and the words for people never depend on an SDK;
// and it knows neither Slack nor a terminal, only contexts and diag values.
//
// [Open] reads settings and touches no network. The first question logs in;
// questions that come at the same time wait for that one login, and later ones
// use its token and catalogue. The chain of calls that depend on each other is
// kept short: log in, ask Nova's version, find the instance, then per source
// one step, but for ports and rules, which need two and, where a rule admits a
// group, three.
//
// gophercloud does the logging in, the catalogue and the sending. Answers are
// decoded here, into structs that hold only what is used and that tolerate
// fields of an unexpected type: its own types lack host_status, fail as a whole
// where one field is odd, and filters that may be given several times, by which
// one call does the work of ten, are not in its list options.
//
// What an API says in an error never reaches people: it goes to the log at
// debug level, and people get a sentence (see [diag.Gap]).
package cloud
