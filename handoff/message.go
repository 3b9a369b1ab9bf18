// SPDX-License-Identifier: AGPL-3.0-or-later

// Package handoff is what the Prefecture sends about a family and what it gets
// back: the message, what it asks of the case, the receipt, and the reading of
// files of messages row by row.
package handoff

import (
	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Message is one message of the Prefecture about one family, as its schema
// (handoff.v1) allows it.
type Message struct {
	Schema          string     `json:"schema"`     // "handoff.v1"
	Sender          string     `json:"sender"`     // code of the sending office, such as "sui-mi"
	MessageID       string     `json:"message_id"` // UUID, unique for the sender
	Sequence        int64      `json:"sequence"`   // 1, 2, 3 … without gaps for the sender
	Kind            Kind       `json:"kind"`
	SUIFile         string     `json:"sui_file"` // opaque text, such as P-MI/F/N/2026/100123
	On              rules.Date `json:"on"`       // the day of the act
	FiledOn         rules.Date `json:"filed_on,omitzero"`
	By              rules.Date `json:"by,omitzero"` // documents_requested: the day the SUI set
	Office          string     `json:"office,omitempty"`
	ContactLanguage string     `json:"contact_language,omitempty"`
	Municipio       int        `json:"municipio,omitempty"`
	Sponsor         *Person    `json:"sponsor,omitempty"`
	Members         []Member   `json:"members,omitempty"`
	Ground          string     `json:"ground,omitempty"`

	Procedure casefile.Procedure `json:"procedure,omitempty"` // empty for art. 29 TUI
	NoticeOn  rules.Date         `json:"notice_on,omitzero"`  // observations_filed: the notice they answer
	VisaBy    rules.Date         `json:"visa_by,omitzero"`    // revocation_withdrawn: new last day to ask for the visa
}

// Kind is which act of the Prefecture the message tells of.
type Kind string

// The kinds of hand-off.
const (
	Filed              Kind = "application_filed"
	DocumentsRequested Kind = "documents_requested"
	DocumentsSupplied  Kind = "documents_supplied"
	RefusalNotice      Kind = "refusal_notice"
	ObservationsFiled  Kind = "observations_filed"
	Decision           Kind = "decision"
	Revocation         Kind = "revocation"

	Improcedibilita     Kind = "improcedibilita"      // the file closed for missing papers
	RevocationWithdrawn Kind = "revocation_withdrawn" // a revocation lifted
)

// Person is a person as the Prefecture describes one.
type Person struct {
	FamilyName  string     `json:"family_name"`
	GivenName   string     `json:"given_name,omitempty"`
	BirthDate   rules.Date `json:"birth_date,omitzero"`
	Sex         string     `json:"sex,omitempty"`
	Citizenship string     `json:"citizenship,omitempty"`
	Phone       string     `json:"phone,omitempty"`
	Email       string     `json:"email,omitempty"`
	Address     string     `json:"address,omitempty"`
}

// Member is one member in a message: who it is where the message opens the
// case, and what was decided where it decides.
type Member struct {
	Ref      string           `json:"ref"`
	Kinship  casefile.Kinship `json:"kinship,omitempty"`
	Person   *Person          `json:"person,omitempty"`
	Decision string           `json:"decision,omitempty"` // authorised or refused
	Ground   string           `json:"ground,omitempty"`
}

// DefaultOffice accompanies families for whom the message names no hub.
const DefaultOffice = "wemi-mi"

// Opens tells whether the message says enough to open a case by itself.
func (m *Message) Opens() bool {
	return m.Sponsor != nil && (m.Kind == Filed || m.Kind == Decision)
}

// Command is what the message asks of the case.
func (m *Message) Command() casefile.Command {
	switch m.Kind {
	case Filed:
		filed := m.FiledOn
		if filed.IsZero() {
			filed = m.On
		}
		return &casefile.FileApplication{Application: m.application(filed)}
	case DocumentsRequested:
		return &casefile.RequestDocuments{On: m.On, By: m.By}
	case DocumentsSupplied:
		return &casefile.RecordDocumentsSupplied{On: m.On}
	case RefusalNotice:
		return &casefile.NotifyRefusal{On: m.On, Ground: m.Ground}
	case ObservationsFiled:
		return &casefile.FileObservations{On: m.On, NoticeOn: m.NoticeOn}
	case Revocation:
		return &casefile.RevokeNullaOsta{On: m.On, Refs: m.refs(), Ground: m.Ground}
	case Improcedibilita:
		return &casefile.DeclareImprocedibile{On: m.On, Refs: m.refs(), Ground: m.Ground}
	case RevocationWithdrawn:
		return &casefile.WithdrawRevocation{On: m.On, Refs: m.refs(), VisaBy: m.VisaBy}
	}
	return m.decision()
}

func (m *Message) decision() casefile.Command {
	command := &casefile.DecideMembers{On: m.On, FiledOn: m.FiledOn}
	if m.Sponsor != nil {
		application := m.application(m.FiledOn)
		command.Application = &application
	}
	for _, member := range m.Members {
		command.Decisions = append(command.Decisions, casefile.MemberDecision{Ref: member.Ref, Outcome: member.Decision, Ground: member.Ground})
	}
	return command
}

func (m *Message) application(filed rules.Date) casefile.Application {
	a := casefile.Application{FiledOn: filed, Procedure: m.Procedure, Office: m.Office, ContactLanguage: m.ContactLanguage, Municipio: m.Municipio}
	if a.Office == "" {
		a.Office = DefaultOffice
	}
	if m.Sponsor != nil {
		a.Sponsor = m.Sponsor.particulars()
	}
	a.Sponsor.SUIFile = m.SUIFile
	for _, member := range m.Members {
		applicant := casefile.Applicant{Ref: member.Ref, Kinship: member.Kinship}
		if member.Person != nil {
			applicant.Who = member.Person.particulars()
		}
		a.Members = append(a.Members, applicant)
	}
	return a
}

func (m *Message) refs() []string {
	var refs []string
	for _, member := range m.Members {
		refs = append(refs, member.Ref)
	}
	return refs
}

func (p *Person) particulars() casefile.Particulars {
	return casefile.Particulars{FamilyName: p.FamilyName, GivenName: p.GivenName, BirthDate: p.BirthDate, Sex: p.Sex,
		Citizenship: p.Citizenship, Phone: p.Phone, Email: p.Email, Address: p.Address}
}
