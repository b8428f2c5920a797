package scenario

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed lab.yaml consoles
var lab embed.FS

// Lab returns the scenario that is built in: a server for every cause that can
// be told from the cloud, and some that are well. Each call returns a new one.
func Lab() (*Cloud, error) {
	data, err := lab.ReadFile("lab.yaml")
	if err != nil {
		return nil, fmt.Errorf("read the built-in scenario: %w", err)
	}
	return parse(data, lab)
}

// Load reads a scenario from a file. Console files are looked for beside it.
func Load(path string) (*Cloud, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	c, err := parse(data, os.DirFS(filepath.Dir(path)))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", path, err)
	}
	return c, nil
}

// Parse reads a scenario that names no console files. Its error holds every
// mistake, one to a line, with its path.
func Parse(data []byte) (*Cloud, error) { return parse(data, nil) }

func parse(data []byte, beside fs.FS) (*Cloud, error) {
	var c Cloud
	if err := decode(data, &c); err != nil {
		return nil, err
	}
	if err := errors.Join(c.readConsoles(beside), c.Complete()); err != nil {
		return nil, err
	}
	return &c, nil
}

// readConsoles replaces the file of each console by its text.
func (c *Cloud) readConsoles(beside fs.FS) error {
	var errs []error
	read := func(path string, console *Console) {
		switch {
		case console == nil || console.File == "":
			return
		case console.Text != "":
			errs = append(errs, fmt.Errorf("%s.console: text and file are both given", path))
		case beside == nil:
			errs = append(errs, fmt.Errorf("%s.console.file: there is no folder to look for it in", path))
		default:
			text, err := fs.ReadFile(beside, console.File)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s.console.file: %w", path, err))
			}
			console.Text = string(text)
		}
	}
	read("defaults", c.Defaults.Console)
	for i := range c.Servers {
		s, path := &c.Servers[i], at("servers", i, c.Servers[i].Name)
		read(path, s.Console)
		if s.AfterReboot != nil {
			read(path+".after_reboot", s.AfterReboot.Console)
		}
	}
	return errors.Join(errs...)
}
