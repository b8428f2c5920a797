//go:build !linux

package main

import (
	"fmt"
	"os"
)

// run starts the product. Elsewhere than on Linux the demo's SSH servers cannot
// all be had, so this is as much as is needed to compile.
func (p *product) run() error {
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start the product: %w", err)
	}
	go func() { // ends with the product
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	return nil
}

func (p *product) terminate() { _ = p.cmd.Process.Signal(os.Interrupt) } // it may have ended

func (p *product) kill() { _ = p.cmd.Process.Kill() } // it may have ended
