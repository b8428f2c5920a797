package parts

import (
	"fmt"
	"os"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A delay is a link between two machines that takes its time: two tunnel
// devices, and packets that are carried between them by hand. The kernel's netem
// would do the same, where it is built in.
type delay struct {
	ends [2]*os.File
	wg   sync.WaitGroup
}

// queued bounds the packets that are on their way in one direction; a probe has
// a few dozen.
const queued = 4096

// newDelay makes a link whose round trip takes as long as told. Its devices are
// made here, by the names given, and are to be moved to where they belong.
func newDelay(trip time.Duration, seen func(forth bool, packet []byte), names [2]string) (*delay, error) {
	d := &delay{}
	for i, name := range names {
		end, err := tunnel(name)
		if err != nil {
			d.Close()
			return nil, fmt.Errorf("make delaying link: %w", err)
		}
		d.ends[i] = end
	}
	for i := range d.ends {
		from, to, forth := d.ends[i], d.ends[1-i], i == 0
		due := make(chan late, queued)
		d.wg.Go(func() {
			defer close(due)
			carry(from, trip/2, due, func(p []byte) {
				if seen != nil {
					seen(forth, p)
				}
			})
		})
		d.wg.Go(func() {
			for p := range due {
				time.Sleep(time.Until(p.at))
				_, _ = to.Write(p.packet) // a device that is down loses it, as a link does
			}
		})
	}
	return d, nil
}

// A late packet arrives at a time.
type late struct {
	at     time.Time
	packet []byte
}

// carry reads packets until the device is closed.
func carry(from *os.File, after time.Duration, due chan<- late, seen func([]byte)) {
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		packet := append([]byte(nil), buf[:n]...)
		seen(packet)
		due <- late{time.Now().Add(after), packet}
	}
}

// Close ends the link.
func (d *delay) Close() {
	for _, end := range d.ends {
		if end != nil {
			end.Close()
		}
	}
	d.wg.Wait()
}

// tunnel makes a tunnel device (linux, Documentation/networking/tuntap.rst).
func tunnel(name string) (*os.File, error) {
	const path = "/dev/net/tun"
	if _, err := os.Stat(path); err != nil { // a container need not have it
		_ = os.MkdirAll("/dev/net", 0o755)
		_ = unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(10, 200))) // the next error says it
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	request := struct {
		name  [unix.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: unix.IFF_TUN | unix.IFF_NO_PI}
	copy(request.name[:], name)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETIFF, uintptr(unsafe.Pointer(&request))); errno != 0 {
		unix.Close(fd)
		return nil, fmt.Errorf("make tunnel %s: %w", name, errno)
	}
	return os.NewFile(uintptr(fd), name), nil
}
