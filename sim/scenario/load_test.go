package scenario

import "testing"

func TestLabLoads(t *testing.T) {
	c, err := Lab()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(c.Servers))
}
