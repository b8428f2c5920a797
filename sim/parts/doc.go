// Package parts owns what Debian's programs can be made to do for tests: whole
// machines with an OpenSSH server, a firewall, accounts and a log of their own,
// and the way to them, over routers that drop, reject, translate addresses or
// carry small packets only.
//
// A machine is a network and a mount namespace of Linux, so that nothing that is
// done to it touches the machine under it, and its programs are the packages'
// own: sshd, dropbear, fail2ban, nft, ip. What those cannot be made to do is the
// matter of the SSH twin (package sim/sshd/twin), which runs inside as well as
// outside.
//
// [Main] puts a whole test binary into namespaces of its own: it is then the
// place from which is probed, has no way out but to the machines that it makes,
// and when it ends, however it ends, the kernel ends all of them. As root all
// parts can be had. Without, a namespace has one account only, which OpenSSH's
// server cannot do with: [Root] says so, and a test then does what can be done.
package parts
