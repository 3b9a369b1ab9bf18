// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// column is one column of a CSV file: what it means, and where its cells go.
// Columns of the message are repeated on the row of each member.
type column struct {
	name     string
	about    string
	required bool
	member   bool
	place    func(d *line) any // pointer to the field
}

// line is what one row of a CSV file says.
type line struct {
	message Message
	sponsor Person
	member  Member
	person  Person
}

// reasonColumn holds why a row was rejected; on reading it is passed over.
const reasonColumn = "reason"

var columns = slices.Concat([]column{
	{name: "sender", about: "code of the sending office such as sui-mi", required: true, place: func(l *line) any { return &l.message.Sender }},
	{name: "message_id", about: "UUID of the message; rows with the same one stand together and form one message", required: true, place: func(l *line) any { return &l.message.MessageID }},
	{name: "sequence", about: "1 2 3 and so on without gaps for the sender", required: true, place: func(l *line) any { return &l.message.Sequence }},
	{name: "kind", about: "one of " + strings.Join(kindNames(), " "), required: true, place: func(l *line) any { return &l.message.Kind }},
	{name: "sui_file", about: "number of the file such as P-MI/F/N/2026/100123", required: true, place: func(l *line) any { return &l.message.SUIFile }},
	{name: "on", about: "day of the act as YYYY-MM-DD", required: true, place: func(l *line) any { return &l.message.On }},
	{name: "filed_on", about: "day of the filing", place: func(l *line) any { return &l.message.FiledOn }},
	{name: "by", about: "documents_requested: the day the SUI set", place: func(l *line) any { return &l.message.By }},
	{name: "office", about: "code of the hub that accompanies the family; empty for " + DefaultOffice, place: func(l *line) any { return &l.message.Office }},
	{name: "contact_language", about: "language of the family as in BCP 47 such as ar", place: func(l *line) any { return &l.message.ContactLanguage }},
	{name: "municipio", about: "1 to 9 in Milan", place: func(l *line) any { return &l.message.Municipio }},
	{name: "procedure", about: "reunification refugee al_seguito coesione or eu_citizen; empty for reunification", place: func(l *line) any { return &l.message.Procedure }},
	{name: "notice_on", about: "observations_filed: day of the notice they answer", place: func(l *line) any { return &l.message.NoticeOn }},
	{name: "visa_by", about: "revocation_withdrawn: new last day to ask for the visa", place: func(l *line) any { return &l.message.VisaBy }},
	{name: "ground", about: "code of the ground of a revocation or improcedibilita or announced by a notice", place: func(l *line) any { return &l.message.Ground }},
},
	personColumns("sponsor", false, func(l *line) *Person { return &l.sponsor }),
	[]column{
		{name: "member_ref", about: "number of the relative within the file", member: true, place: func(l *line) any { return &l.member.Ref }},
		{name: "member_kinship", about: "spouse civil_partner minor_child adult_dependent_child parent or other", member: true, place: func(l *line) any { return &l.member.Kinship }},
	},
	personColumns("member", true, func(l *line) *Person { return &l.person }),
	[]column{
		{name: "member_decision", about: "decision: authorised or refused", member: true, place: func(l *line) any { return &l.member.Decision }},
		{name: "member_ground", about: "code of the ground of a refusal", member: true, place: func(l *line) any { return &l.member.Ground }},
	},
)

func personColumns(who string, member bool, of func(*line) *Person) []column {
	at := func(name, about string, place func(*Person) any) column {
		return column{name: who + "_" + name, about: about, member: member, place: func(l *line) any { return place(of(l)) }}
	}
	return []column{
		at("family_name", "family name as in the passport", func(p *Person) any { return &p.FamilyName }),
		at("given_name", "given name as in the passport", func(p *Person) any { return &p.GivenName }),
		at("birth_date", "day of birth as YYYY-MM-DD", func(p *Person) any { return &p.BirthDate }),
		at("sex", "F M or X", func(p *Person) any { return &p.Sex }),
		at("citizenship", "country as three capital letters such as EGY", func(p *Person) any { return &p.Citizenship }),
		at("phone", "telephone number", func(p *Person) any { return &p.Phone }),
		at("email", "e-mail address", func(p *Person) any { return &p.Email }),
		at("address", "address", func(p *Person) any { return &p.Address }),
	}
}

func kinds() []Kind {
	return []Kind{Filed, DocumentsRequested, DocumentsSupplied, RefusalNotice, ObservationsFiled, Decision, Revocation, Improcedibilita, RevocationWithdrawn}
}

func kindNames() []string {
	var names []string
	for _, kind := range kinds() {
		names = append(names, string(kind))
	}
	return names
}

func columnNames() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

func columnNamed(name string) (column, bool) {
	at := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if at < 0 {
		return column{}, false
	}
	return columns[at], true
}

// set reads a cell into its field.
func (c column) set(l *line, cell string) error {
	var err error
	switch field := c.place(l).(type) {
	case *string:
		*field = cell
	case *rules.Date:
		*field, err = rules.ParseDate(cell)
	case *int64:
		*field, err = wholeNumber(cell)
	case *int:
		var n int64
		n, err = wholeNumber(cell)
		*field = int(n)
	case *casefile.Kinship:
		*field = casefile.Kinship(cell)
	case *casefile.Procedure:
		*field = casefile.Procedure(cell)
	case *Kind:
		if *field = Kind(cell); !slices.Contains(kinds(), *field) {
			err = fmt.Errorf("%q is no kind of message: it must be one of %s", cell, strings.Join(kindNames(), ", "))
		}
	}
	return err
}

func wholeNumber(cell string) (int64, error) {
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", cell)
	}
	return n, nil
}

// cell writes a field as a cell.
func (c column) cell(l *line) string {
	switch field := c.place(l).(type) {
	case *rules.Date:
		return field.String()
	case *int64:
		return blankZero(*field)
	case *int:
		return blankZero(int64(*field))
	case *casefile.Kinship:
		return string(*field)
	case *casefile.Procedure:
		return string(*field)
	case *Kind:
		return string(*field)
	case *string:
		return *field
	}
	return ""
}

func blankZero(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
