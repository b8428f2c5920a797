// Package commands is what a person can ask sshhelp for, without Slack: parse a
// request, find the instance, gather evidence from everybody who can witness,
// diagnose, explain a text, and print the answer for a terminal or as JSON.
//
// The boundary: it knows neither OpenStack nor the network nor Slack. It meets
// the cloud and the probes as [Cloud] and [Witness], two small interfaces
// defined here because they are used here, so that main wires the real ones, and
// the bot and the command line share every step of the work.
package commands
