// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"net/http"

	"ricongiungi/family"
	"ricongiungi/letters"
	"ricongiungi/linkpages"
)

// letterDesk is where letters are drawn up.
func (s *settings) letterDesk(p *parts, contacts family.Contacts) (*letters.Desk, error) {
	writer, err := letters.NewWriter(p.book, contacts)
	if err != nil {
		return nil, err
	}
	return &letters.Desk{Writer: writer, Printer: letters.NewPrinter(s.chromium), Histories: p.log}, nil
}

// mountLinks puts the pages that need a link and no account beside the console.
func mountLinks(mux *http.ServeMux, c linkpages.Config) error {
	links, err := linkpages.New(c)
	if err != nil {
		return err
	}
	for _, path := range []string{linkpages.FamilyPath, linkpages.ReplyPath} {
		mux.Handle(path, links)
		mux.Handle(path+"/", links)
	}
	return nil
}
