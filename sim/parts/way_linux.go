package parts

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Here is the address that probes come from: the place's only one.
var (
	Here  = netip.MustParseAddr("198.51.100.7")
	Here6 = netip.MustParseAddr("2001:db8:ffff::7")
)

// A Way leads from here to a machine: over an edge, which stands for the cloud's
// router and its security groups, and a second router if the way is narrow.
type Way struct {
	N        int        // tells the ways apart, 1 to 200
	Floating netip.Addr // translated to Fixed by the edge; not valid: Fixed is used itself
	Fixed    netip.Addr
	Fixed6   netip.Addr // of the other family; not valid: none
	MTU      int        // of the link in the middle; 0: all links carry 1500 bytes
	// Trip is the time of a round trip over the link in the middle; 0: none to
	// speak of. Seen is told of every packet that enters that link.
	Trip time.Duration
	Seen func(forth bool, packet []byte)

	Edge  *Machine
	inner *Machine // the last router before the machine
	delay *delay
}

// Lay makes the way to a machine, whose interface eth0 gets the fixed addresses.
func (w *Way) Lay(ctx context.Context, to *Machine) error {
	var err error
	if w.Edge, err = NewMachine(fmt.Sprintf("edge-%d", w.N), forwards); err != nil {
		return err
	}
	w.inner = w.Edge
	if err := w.toEdge(ctx); err != nil {
		return err
	}
	if w.MTU != 0 || w.Trip != 0 {
		if err := w.middle(ctx); err != nil {
			return err
		}
	}
	if err := w.toMachine(ctx, to); err != nil {
		return err
	}
	if w.Floating.IsValid() {
		return w.Edge.Firewall(ctx, fmt.Sprintf(`table ip floating {
			chain in { type nat hook prerouting priority dstnat; ip daddr %[1]s dnat to %[2]s; }
			chain out { type nat hook postrouting priority srcnat; ip saddr %[2]s snat to %[1]s; }
		}`, w.Floating, w.Fixed))
	}
	return nil
}

const forwards = `echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding`

// Close ends the routers; the way is cut.
func (w *Way) Close() {
	if w.delay != nil {
		w.delay.Close()
	}
	if w.Edge == nil {
		return
	}
	for _, router := range w.Routers() {
		router.Close()
	}
}

// Routers returns the routers on the way, the edge first.
func (w *Way) Routers() []*Machine {
	if w.inner == w.Edge {
		return []*Machine{w.Edge}
	}
	return []*Machine{w.Edge, w.inner}
}

// Target is the IPv4 address by which the machine is reached from here.
func (w *Way) Target() netip.Addr {
	if w.Floating.IsValid() {
		return w.Floating
	}
	return w.Fixed
}

// router is the address of hop h on this way.
func (w *Way) router(h int) string { return fmt.Sprintf("100.127.%d.%d", w.N, h) }

func (w *Way) router6(h int) string { return fmt.Sprintf("2001:db8:fffe:%d::%d", w.N, h) }

// toEdge joins this place and the edge.
func (w *Way) toEdge(ctx context.Context) error {
	dev := fmt.Sprintf("way%d", w.N)
	lines := []string{
		fmt.Sprintf("link add %s type veth peer name outer netns %s", dev, w.Edge.pid()),
		fmt.Sprintf("addr add %s peer %s dev %s", Here, w.router(1), dev),
		fmt.Sprintf("link set %s up", dev),
		fmt.Sprintf("route add %s via %s dev %s src %s onlink", w.Target(), w.router(1), dev, Here),
	}
	if w.Fixed6.IsValid() {
		lines = append(lines,
			fmt.Sprintf("addr add %s peer %s dev %s nodad", Here6, w.router6(1), dev),
			fmt.Sprintf("route add %s via %s dev %s src %s onlink", w.Fixed6, w.router6(1), dev, Here6))
	}
	for _, line := range lines {
		if err := command("ip", strings.Fields(line)...); err != nil {
			return fmt.Errorf("way %d: %w", w.N, err)
		}
	}
	return w.Edge.Run(ctx, w.faces("outer", w.router(1), Here.String(), w.router6(1), Here6.String()))
}

// faces gives an interface its address and that of the other end.
func (w *Way) faces(dev, own, other, own6, other6 string) string {
	script := fmt.Sprintf("ip addr add %s peer %s dev %s\nip link set %s up", own, other, dev, dev)
	if w.Fixed6.IsValid() {
		script += fmt.Sprintf("\nip addr add %s peer %s dev %s nodad", own6, other6, dev)
	}
	return script
}

// middle puts a second router behind a link of its own kind: one that carries
// small packets only, or takes its time.
func (w *Way) middle(ctx context.Context) error {
	far, err := NewMachine(fmt.Sprintf("far-%d", w.N), forwards)
	if err != nil {
		return err
	}
	w.inner = far
	near := fmt.Sprintf("ip link add middle mtu %d type veth peer name middle mtu %d netns %s\n", w.MTU, w.MTU, far.pid())
	if w.Trip != 0 {
		near = ""
		if err := w.slow(far); err != nil {
			return err
		}
	}
	near += w.faces("middle", w.router(2), w.router(3), w.router6(2), w.router6(3)) + "\nip route add " + w.Fixed.String() + " via " + w.router(3) + " dev middle onlink"
	back := w.faces("middle", w.router(3), w.router(2), w.router6(3), w.router6(2)) + "\nip route add default via " + w.router(2) + " dev middle onlink"
	if w.Fixed6.IsValid() {
		near += "\nip route add " + w.Fixed6.String() + " via " + w.router6(3) + " dev middle onlink"
		back += "\nip -6 route add default via " + w.router6(2) + " dev middle onlink"
	}
	if err := w.Edge.Run(ctx, near); err != nil {
		return err
	}
	return far.Run(ctx, back)
}

// slow makes the link that takes its time.
func (w *Way) slow(far *Machine) error {
	names := [2]string{fmt.Sprintf("near%d", w.N), fmt.Sprintf("far%d", w.N)}
	var err error
	if w.delay, err = newDelay(w.Trip, w.Seen, names); err != nil {
		return err
	}
	for i, m := range []*Machine{w.Edge, far} {
		if err := command("ip", "link", "set", names[i], "name", "middle", "netns", m.pid()); err != nil {
			return err
		}
	}
	return nil
}

// toMachine joins the last router and the machine.
func (w *Way) toMachine(ctx context.Context, to *Machine) error {
	script := fmt.Sprintf("ip link add inner type veth peer name eth0 netns %s\n", to.pid()) +
		w.faces("inner", w.router(4), w.Fixed.String(), w.router6(4), w.Fixed6.String())
	if err := w.inner.Run(ctx, script); err != nil {
		return err
	}
	script = w.faces("eth0", w.Fixed.String(), w.router(4), w.Fixed6.String(), w.router6(4)) + "\nip route add default via " + w.router(4) + " dev eth0 onlink"
	if w.Fixed6.IsValid() {
		script += "\nip -6 route add default via " + w.router6(4) + " dev eth0 onlink"
	}
	return to.Run(ctx, script)
}
