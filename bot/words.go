package bot

import (
	"fmt"
	"strings"
)

// What the bot says by itself, in mrkdwn: how to use it, and that something
// could not be done. What is wrong with an instance is said by diag alone.
const (
	usageText = "Which instance? Write its name, ID, address or DNS name: `/sshhelp web-1`"

	helpText = "*sshhelp says why you cannot SSH to an instance.* Write `/sshhelp` and the instance's name, ID, address or DNS name:\n" +
		"• `/sshhelp web-1`\n" +
		"• `/sshhelp 203.0.113.9 from 198.51.100.7` if you connect from 198.51.100.7\n" +
		"• `/sshhelp web-1 user ubuntu port 2222`\n" +
		"• `/sshhelp ssh -p 2222 ubuntu@203.0.113.9` as you type it in your terminal\n" +
		"• `/sshhelp` alone opens a form; `/sshhelp mine` lists your checks, `/sshhelp status` says how sshhelp is\n" +
		"• `/sshhelp keys` and `/sshhelp client` say how to make a key and how to get an SSH client\n" +
		"`@sshhelp web-1` in a channel or thread, and `web-1` in a direct message, do the same. " +
		"The answer comes as one message; in its thread write `recheck`, `from 198.51.100.7`, `user ubuntu` or `port 2222` to go on, or `help` for what else."

	threadHelpText = "*In this thread you can write, as it comes to you:*\n" +
		"• `recheck`, or that it still does not work\n" +
		"• `from 198.51.100.7` (the address you connect from), `user ubuntu`, `port 2222`, or `key` and your key's fingerprint\n" +
		"• `show rules`, `show console`, `show probes` or `show path`\n" +
		"• `escalate`, if people have to take over\n" +
		"• `quiet`, and `resume`; `cancel`, if sshhelp need not look again by itself\n" +
		"• how to make a key, use an agent, PuTTY, and the like: `how do I make a key?`\n" +
		"Paste or attach what `ssh -vvv`, PuTTY or the server's log says, never a private key. Everything else is left to you."

	quietText     = "sshhelp says nothing more in this thread until somebody writes `resume` or mentions it."
	resumedText   = "sshhelp answers in this thread again."
	canceledText  = "sshhelp does not look again by itself."
	notDueText    = "sshhelp was not going to look again by itself."
	notKeptText   = "What was seen is not remembered any more. Write `recheck` to look again."
	byItselfText  = "Looked again, as announced. "
	elsewhereText = "That can be said in the thread of a check. To begin one, name the instance: `/sshhelp web-1`"
	noFilesText   = "sshhelp may not read files in this workspace (scope `files:read`). Paste the text instead."
	leakText      = "*A private key was posted here.* Whoever has read it can log in wherever that key is accepted. " +
		"Delete the message now, make a new key pair, and take the old public key off every server and out of the cloud's key pairs. sshhelp has not kept it."

	noMemoryText  = "sshhelp cannot take work right now, because its memory (Redis) does not answer. Nothing was started. Please try again in a minute."
	busyText      = "sshhelp has more work than it can do at the moment. Nothing was started. Please try again in a few minutes."
	brokenText    = "sshhelp could not read what Slack sent. Nothing was started. Please try again."
	forgottenText = "sshhelp no longer remembers this check. Start a new one: `/sshhelp web-1`"
)

func checkingText(query string, direct bool) string {
	where := "in this channel"
	if direct {
		where = "here"
	}
	return fmt.Sprintf("Checking %s. Results will appear %s.", escape(tame(query, 255)), where)
}

func tooManyText(limit int) string {
	return fmt.Sprintf("You have asked more than %d times within a minute. Please try again in a minute.", limit)
}

func tooLargeText(name string) string {
	return fmt.Sprintf("The file `%s` is larger than 1 MiB, so it was not read. Paste or attach its last few hundred lines.", escape(strings.ReplaceAll(tame(name, 80), "`", "'")))
}

func cannotLookText(why, ref string) string {
	return fmt.Sprintf("The instance could not be looked up: %s (reference %s)", escape(why), ref)
}

func failedText(ref string) string {
	return fmt.Sprintf("Something went wrong inside sshhelp, and this was not answered. Please try again; whoever runs it finds reference %s in the log.", ref)
}

func lostTrackText(ref string) string {
	return fmt.Sprintf("Something went wrong inside sshhelp while it acted for you. It will not try again. Look at the instance before anybody does; whoever runs sshhelp finds reference %s in the log.", ref)
}

func inviteText(bot string) string {
	return fmt.Sprintf("sshhelp is not in this channel, so only you see this answer. To have it here with a thread to go on in, write `/invite @%s` and ask again.", bot)
}

const (
	unsentText      = "Slack did not confirm the message in the channel, so here is the answer for you alone."
	interruptedText = "sshhelp was restarted before this check ended. Please start it again."
)

// aloudNote says how to be heard where only mentions are; "" elsewhere.
func (b *Bot) aloudNote() string {
	if !b.me.deaf {
		return ""
	}
	return fmt.Sprintf("\nIn this workspace sshhelp hears only what mentions it: write `@%s recheck`, and so on.", escape(b.me.name))
}
