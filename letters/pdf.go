// SPDX-License-Identifier: AGPL-3.0-or-later

package letters

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNoPrinter says that nothing on this machine makes PDFs: the page can still
// be printed from any browser.
var ErrNoPrinter = errors.New("letters: no Chromium on this machine to make a PDF with")

// Printer makes PDFs with a headless Chromium, the one way at hand that shapes
// Arabic, Bengali and Sinhala, writes from the right, and tags the document so
// that a screen reader can follow it.
type Printer struct {
	// Program is the path of Chromium; it is looked for when empty.
	Program string

	turn chan struct{}
}

// NewPrinter uses the program given, or the one that is found.
func NewPrinter(program string) *Printer {
	return &Printer{Program: program, turn: make(chan struct{}, 1)}
}

// printTime is how long one letter may take on a busy machine.
const printTime = time.Minute

// PDF prints a page. One at a time: a browser takes memory. The page is one of
// ours, without scripts; the browser reaches no network. Errors: ErrNoPrinter, or
// the context's.
func (p *Printer) PDF(ctx context.Context, page []byte) ([]byte, error) {
	program, err := p.find()
	if err != nil {
		return nil, err
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	folder, err := os.MkdirTemp("", "ricongiungi-letter-")
	if err != nil {
		return nil, fmt.Errorf("letters: folder to print in: %w", err)
	}
	defer os.RemoveAll(folder)
	return print(ctx, program, folder, page)
}

func (p *Printer) find() (string, error) {
	for _, name := range []string{p.Program, "chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", ErrNoPrinter
}

func print(ctx context.Context, program, folder string, page []byte) ([]byte, error) {
	from, to := filepath.Join(folder, "letter.html"), filepath.Join(folder, "letter.pdf")
	if err := os.WriteFile(from, page, 0o600); err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + filepath.Join(folder, "profile"), "--no-pdf-header-footer", "--export-tagged-pdf",
		"--generate-pdf-document-outline", "--print-to-pdf=" + to}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses its sandbox to root
	}
	command := exec.CommandContext(ctx, program, append(args, "file://"+from)...)
	command.Env = append(os.Environ(), "HOME="+folder)
	if out, err := command.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("letters: chromium: %w: %.300s", err, out)
	}
	return os.ReadFile(to)
}
