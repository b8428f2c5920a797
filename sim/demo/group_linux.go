package main

import (
	"fmt"
	"runtime"
	"syscall"
)

// run starts the product in a process group of its own, so that Ctrl-C reaches
// it in our order and not before us, and so that all of the group can be ended.
// If the demo itself is killed, the kernel ends the product: the signal for that
// is sent when the thread that started it goes, so a goroutine keeps that
// thread until the product has ended.
func (p *product) run() error {
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started := make(chan error, 1)
	go func() { // ends with the product
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start the product: %w", err)
	}
	return nil
}

func (p *product) terminate() { p.signal(syscall.SIGTERM) }

func (p *product) kill() { p.signal(syscall.SIGKILL) }

// signal reaches the whole group. A group that has ended is no error.
func (p *product) signal(s syscall.Signal) {
	if p.cmd.Process != nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, s)
	}
}
