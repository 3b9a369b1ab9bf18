// SPDX-License-Identifier: AGPL-3.0-or-later

package family

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Contact is whom a family may call. Names and addresses are as they stand on
// the door: they are not translated.
type Contact struct {
	Office  string // code of the office whose cases it serves
	Name    string
	Phone   string
	Email   string
	Address string
	Hours   string
}

// Tel is the number as a telephone dials it.
func (c Contact) Tel() string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, c.Phone)
}

// Contacts are those of all offices.
type Contacts []Contact

//go:embed contacts.csv
var sampleContacts []byte

// DefaultContacts are those that come with the program: the public ones of Milan's hub.
func DefaultContacts() Contacts {
	contacts, err := ReadContacts("contacts.csv", bytes.NewReader(sampleContacts))
	if err != nil {
		panic(err) // the file is compiled in
	}
	return contacts
}

var contactColumns = []string{"office", "name", "phone", "email", "address", "hours"}

// ReadContacts reads an office's own file; the error names the line.
func ReadContacts(name string, from io.Reader) (Contacts, error) {
	reader := csv.NewReader(from)
	reader.Comment, reader.FieldsPerRecord = '#', len(contactColumns)
	rows, err := reader.ReadAll()
	switch {
	case err != nil:
		return nil, fmt.Errorf("family: contacts in %s: %w", name, err)
	case len(rows) == 0 || !slices.Equal(rows[0], contactColumns):
		return nil, fmt.Errorf("family: contacts in %s: the first line must be %s", name, strings.Join(contactColumns, ","))
	}
	var contacts Contacts
	for _, row := range rows[1:] {
		c := Contact{row[0], row[1], row[2], row[3], row[4], row[5]}
		if c.Office == "" || c.Name == "" || c.Phone+c.Email == "" {
			return nil, fmt.Errorf("family: contacts in %s: %q needs an office, a name, and a telephone or e-mail", name, c.Name)
		}
		contacts = append(contacts, c)
	}
	return contacts, nil
}

// Of gives the contacts of an office.
func (c Contacts) Of(office string) []Contact {
	var found []Contact
	for _, contact := range c {
		if contact.Office == office {
			found = append(found, contact)
		}
	}
	return found
}
