package parts_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"sshhelp/sim/parts"
	"sshhelp/sim/sshd/twin"
)

// twinVariable makes this program an SSH twin of that behaviour, so that one
// can run inside a guest.
const twinVariable = "SSHHELP_PARTS_TWIN"

// TestMain puts the tests into namespaces of their own.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv(twinVariable); behaviour != "" {
		os.Exit(runTwin(behaviour))
	}
	os.Exit(parts.Main(m.Run))
}

func runTwin(behaviour string) int {
	server, err := twin.Start(context.Background(), twin.Options{Listen: ":22", Behaviour: behaviour})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("listening on", server.Addr())
	select {} // until it is killed
}
