// Package twin is SSH servers with something wrong with them, for tests and for
// the demo: each named behaviour is one way in which a real server, or what
// stands where one should be, fails its client.
//
// Where the behaviour is in the protocol, the server behind it is a real one
// (golang.org/x/crypto/ssh), so that any client can be tried on it; where it is
// in TCP, it is done with real sockets, not imitated. What
// a diagnosis makes of it is not known here.
package twin
