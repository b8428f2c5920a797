// Package twin is a working Slack for tests and the demo: Web API, Socket Mode
// and the people in front of the screen, in one process on one loopback port.
//
// It owns everything a workspace keeps (channels, messages, threads, views,
// files, sockets, the clocks on triggers, acks and response URLs) and knows
// nothing of the bot. It is small, and strict where Slack is strict: what Slack
// refuses the twin refuses with Slack's own error code, and what Slack does
// silently (dropping an ack of 20480 bytes, losing an ephemeral in a thread that
// does not exist) it does as silently, but keeps a record that tests can read.
//
// # Serving
//
// A Twin serves three trees below one base URL such as http://127.0.0.1:41234:
//
//	/api/METHOD        the Web API; BASE/api/ is what SLACK_API_URL is set to
//	/link, /response/, /upload/, /files-pri/
//	                   addresses that the Web API and payloads hand out
//	/sim/...           the users' side, described below
//
// # The users' side over HTTP
//
// This part is a stable contract: the demo's web page is built against it.
// Everything is JSON. A user is named by id ("U0000MIA") or by name ("mia"), a channel by id
// ("C0SSHHELP"), by "#name", or as "@bot" for the direct messages with the bot.
// Pages from loopback origins (http://127.0.0.1:*, http://localhost:*,
// http://[::1]:*) may call it across origins.
//
// Every POST answers 200 with {"ok":true,...} or {"ok":false,"error":"code"};
// a body that is not the JSON described here answers 400 with the same shape.
// Calls that Slack would forward to the bot and wait for (command, click, select,
// submit, close, shortcut) return when the ack is in, or after 3 s with the error
// "operation_timeout", or at once with "dispatch_failed" if no socket is open.
// They carry "envelope_id" and "latency_ms" (a number, the bot's ack latency).
//
//	GET  /sim/users
//	     {"users":[User...]}: the people one can act as (bots left out)
//	GET  /sim/state?user=U
//	     State, see below: all that U can see now
//	GET  /sim/events?user=U
//	     server-sent events, see below
//	POST /sim/command   {"user","channel","text":"/sshhelp web-1"}
//	     -> {"ok","envelope_id","latency_ms","text","blocks","message"}
//	     text, blocks and message are the ack's payload if it had one; message is what
//	     U now sees. On failure U sees an ephemeral from Slackbot, also in "message".
//	     Errors: dispatch_unknown_command, operation_timeout, dispatch_failed.
//	POST /sim/say       {"user","channel","thread_ts"?,"text","broadcast"?}
//	     -> {"ok","message"}. The text is as typed: "@name" and "#name" become mentions, "&<>" are
//	     escaped and addresses become links, as Slack's composer does; "<@U...>", "<#C...>" pass as they are.
//	POST /sim/edit      {"user","channel","ts","text"}            -> {"ok","message"}
//	POST /sim/delete    {"user","channel","ts"}                   -> {"ok"}; an ephemeral is dismissed
//	POST /sim/upload    {"user","channel","thread_ts"?,"text"?,"name","content"}
//	     or multipart/form-data with the fields user, channel, thread_ts, text and the file "file"
//	     -> {"ok","message"}
//	POST /sim/click     {"user","channel","ts","action_id","block_id"?,"value"?}   a button of a message
//	                    {"user","view_id","action_id","block_id"?,"value"?}        a button of a modal or Home
//	     block_id and value only narrow the choice where action_id stands in several places.
//	     -> {"ok","envelope_id","latency_ms"}; errors: no_such_action, message_not_found, not_found
//	POST /sim/select    as click, plus "value" or "values":[...]: the option's value, or the id of the
//	     user or conversation, or the date, time or typed text, according to the element.
//	     An element of an input block without dispatch_action only keeps the value, as Slack does.
//	POST /sim/submit    {"user","view_id","values":{BLOCK_ID:{ACTION_ID:"text" or ["a","b"]}}}
//	     values given here win over those chosen before by select and over initial values
//	     -> {"ok","envelope_id","latency_ms","errors":{BLOCK_ID:"text"},"view":View or null}
//	     view is the modal that is open afterwards. An empty required field or a value outside
//	     of an input's limits is refused by the page, not by the bot: {"ok":false,"error":"invalid_input","errors":{...}}.
//	POST /sim/close     {"user","view_id","all":false}
//	     the cross (or Cancel) of the modal; -> {"ok","view"} with the view below it, if any
//	POST /sim/shortcut  {"user","callback_id","channel","ts"}   a message shortcut
//	                    {"user","callback_id"}                  a global shortcut
//	     -> {"ok","envelope_id","latency_ms"}
//	POST /sim/home      {"user","tab":"home"}                     -> {"ok","view":View or null}: opens the App Home
//	POST /sim/react     {"user","channel","ts","name":"eyes","remove":false} -> {"ok"}
//	POST /sim/invite    {"user","channel"}                        -> {"ok"}: the bot becomes a member
//	POST /sim/kick      {"user","channel"}                        -> {"ok"}: and leaves again
//	GET  /sim/file/ID                                             the bytes of a file
//	GET  /sim/acks      {"acks":[Ack...]}: envelope_id, type, what, attempt, socket, latency (nanoseconds), size, flags
//	GET  /sim/violations {"violations":[Violation...]}
//	GET  /sim/sockets   {"sockets":[{"id":1,"since":"...","stalled":false}...]}
//	GET  /sim/calls     {"calls":[Call...]}: the newest 500 Web API calls
//	POST /sim/fail      {"method","error"?,"status"?,"retry_after_s"?,"lost"?,"count"} -> {"ok"}
//	POST /sim/delay     {"method","ms"}                           -> {"ok"}; 0 takes it back
//	POST /sim/disconnect {"reason":"warning"}                     -> {"ok"}: every open socket is told
//
// State is
//
//	{"revision":17,
//	 "team":{"id","name","domain"},
//	 "me":User,
//	 "bot":{"user_id","bot_id","app_id","name"},
//	 "users":[User...], "usergroups":[{"id","handle","name","users":[...]}...],
//	 "commands":[{"name","description","usage_hint"}...],
//	 "shortcuts":[{"callback_id","name","type":"message" or "global"}...],
//	 "channels":[{"id","name","is_private","is_im","is_ext_shared","is_member","bot_is_member","user"?}...],
//	 "messages":{CHANNEL_ID:[Message...]},
//	 "view":View or null, "view_stack":[View...],
//	 "home":View or null,
//	 "statuses":[{"channel","thread_ts","status","loading_messages"}...]}
//
// User is {"id","name","real_name","title","tz","locale","is_bot","is_restricted","is_ultra_restricted",
// "is_stranger"}. channels has the direct messages with the bot too (is_im, name "@sshhelp", user = the
// bot's user id). messages lists roots, replies (thread_ts set and unlike ts) and U's own ephemerals
// together, oldest first. view is the top of the modal stack, the last of view_stack.
//
// Message is Slack's message object:
//
//	{"type":"message","subtype"?,"channel","ts","thread_ts"?,"user"?,"bot_id"?,"app_id"?,"team","text",
//	 "blocks"?:[...],"attachments"?:[...],"metadata"?:{"event_type","event_payload"},
//	 "edited"?:{"user","ts"},"reactions"?:[{"name","count","users"}],
//	 "files"?:[{"id","name","title","mimetype","filetype","size","url_private","permalink","preview",...}],
//	 "reply_count"?,"reply_users"?,"latest_reply"?,"ephemeral_to"?}
//
// ephemeral_to is the one addition: the user who alone sees it. subtype is absent, or file_share, bot_message,
// thread_broadcast, tombstone (a deleted parent whose replies live on) or slackbot_response (a failure notice).
// The page fetches a file at /sim/file/ID. Slackbot, who writes the failure notices and is in no list, has the user id
// USLACKBOT.
//
// View is Slack's view object: {"id","type":"modal" or "home","title","submit","close","blocks","private_metadata",
// "callback_id","hash","state":{"values":{...}},"root_view_id","previous_view_id","notify_on_close","clear_on_close","errors"?}.
// errors is an addition: the texts of the last response_action "errors", by block id.
//
// # The change stream
//
// GET /sim/events?user=U sends one server-sent event per change that U can see:
//
//	id: 18
//	event: change
//	data: {"revision":18,"kind":"message_posted","channel":"C0SSHHELP","ts":"1700000000.000100","message":{...}}
//
// The revision grows by one with every change of the workspace, so a reader sees gaps where others were
// concerned. The stream starts with "event: hello", data {"revision":n}: fetch the state after it and apply, or
// simply fetch the state again, whenever a change has a revision above the state's. With a
// Last-Event-ID header or ?since=N, changes after N are sent first; if N is too old "event: reset" asks for a new
// state. Comment lines keep an idle stream open.
//
// A reply changes its root too (reply_count), which is a message_changed of its own.
//
// Kinds and what they carry besides revision, kind and user (set when only that user is concerned):
//
//	message_posted, message_changed   channel, ts, message (for ephemerals too)
//	message_deleted                   channel, ts
//	reaction                          channel, ts, message
//	view                              view (null when the last modal was closed)
//	home                              view
//	status                            channel, thread_ts, status ("" = gone)
//	channel                           channel: the bot came or left
//	socket                            sockets: how many are open now
//
// # What a test asks
//
// Tests hold a *Twin (New), act through an Actor (Twin.As), wait with Twin.WaitMessage and its
// siblings, which return on a change and never poll, inject trouble with Fail, Delay, Hold, Disconnect,
// Stall, Duplicate and InjectFrame, and read Acks, Calls, Violations and LostEphemerals.
package twin
