package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"
)

// exactly takes n arguments; hint says what to write.
func exactly(n int, hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return wrongCount(cmd, args, hint)
	}
}

// atLeast takes n arguments or more.
func atLeast(n int, hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return wrongCount(cmd, args, hint)
	}
}

func wrongCount(cmd *cobra.Command, args []string, hint string) error {
	if len(args) == 0 {
		return errors.New(hint)
	}
	return fmt.Errorf("%d arguments are not what %s takes. %s", len(args), cmd.CommandPath(), hint)
}

// A patient reader gives up when ctx ends, which a read of a terminal or a pipe
// does not: without it nothing could interrupt a program that waits for text.
type patient struct {
	ctx  context.Context // the process's own
	in   io.Reader
	once sync.Once
	pipe *io.PipeReader
}

// Read begins to read with the first call, so that commands that read nothing
// leave standard input to others. The goroutine ends with the input or with the
// process: nothing can take a read back.
func (p *patient) Read(data []byte) (int, error) {
	p.once.Do(func() {
		out, in := io.Pipe()
		p.pipe = out
		context.AfterFunc(p.ctx, func() { _ = in.CloseWithError(p.ctx.Err()) })
		go func() {
			_, err := io.Copy(in, p.in)
			_ = in.CloseWithError(err)
		}()
	})
	return p.pipe.Read(data)
}
