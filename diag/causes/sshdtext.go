package causes

import "sshhelp/diag"

// sshdFailedText are what people paste of an SSH server that does not start: its
// own test of the configuration, its log, or the answer of the service manager.
var sshdFailedText = []diag.Line{{
	In: diag.ServerLog, Pattern: `no hostkeys available|sshd: error while loading shared libraries|sshd: symbol lookup error|OpenSSL version mismatch|Missing privilege separation directory|Privilege separation user sshd does not exist|Cannot bind any address|Bind to port \d+ on \S+ failed|fatal: No supported key exchange`,
	Example:  `sshd: no hostkeys available -- exiting.`,
	NearMiss: `sshd[812]: Server listening on 0.0.0.0 port 22.`,
}, {
	In: diag.ServerLog, Pattern: `sshd_config(?:\.d/\S+)?:? line \d+: |sshd_config(?:\.d/\S+)?: terminating, \d+ bad configuration`,
	Example:  `/etc/ssh/sshd_config: line 2: Bad configuration option: PermitRotLogin`,
	NearMiss: `debug1: rexec_argv[1]='-f/etc/ssh/sshd_config'`,
}, {
	In: diag.ServerLog, Pattern: `(?i)sshd? service could not be started|sshd?\.service: (?:Failed with result|Start request repeated too quickly|Main process exited, code=exited, status=[1-9])|Active: failed .*|Job for sshd?\.service failed|failed to start .*(?:OpenBSD Secure Shell|OpenSSH (?:server )?daemon|sshd)`,
	Example:  `The SSHD service could not be started.`,
	NearMiss: `ssh.service: Deactivated successfully.`,
}}
