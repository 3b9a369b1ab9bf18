// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// column is one column of the file of families.
type column struct {
	name    string
	italian string
	about   string
	family  bool                             // says something of the whole family; repeated or left empty on its later rows
	set     func(l *line, cell string) error // nil for a column of a step
	get     func(f *Family, m int) string    // for writing, nil for a column of a step
}

// line is what one row of the file of families says.
type line struct {
	family  handoff.Message
	sponsor handoff.Person
	member  handoff.Member
	person  handoff.Person
	decided rules.Date
}

// way is one step of a member's main way: the column of its day, the command it
// becomes, and the columns that belong to it.
type way struct {
	column, italian, command string
	with                     []detail
}

type detail struct {
	column, italian, field, about string
	day                           bool
}

// steps are the columns of the main way, in the order of the way: of two things
// told of one day, the one that stands first here is told first.
var steps = []way{
	{"visa_requested", "visto_richiesto", "record_visa_requested", nil},
	{"visa_granted", "visto_rilasciato", "record_visa_granted", []detail{{"visa_expiry", "visto_scadenza", "expires", "last day of the visa", true}}},
	{"entered", "ingresso", "record_entry", nil},
	{"host_notice", "ospitalita", "record_host_notice", nil},
	{"presented", "presentazione_sui", "record_presentation", nil},
	{"agreement_signed", "accordo_firmato", "record_agreement_signed", nil},
	{"permit_requested", "permesso_richiesto", "record_permit_requested", nil},
	{"permit_issued", "permesso_rilasciato", "record_permit_issued", []detail{{"permit_expiry", "permesso_scadenza", "expires", "last day of the permit", true}}},
	{"residence_registered", "residenza", "record_residence_registered", nil},
	{"health_enrolled", "iscrizione_ssn", "record_health_enrolled", nil},
	{"school_requested", "scuola_richiesta", "request_school", nil},
	{"school_proposed", "scuola_proposta", "propose_place", []detail{{"school_code", "codice_scuola", "school_code", "ministerial code of the school", false}}},
	{"school_accepted", "scuola_accettata", "accept_place", nil},
	{"school_enrolled", "scuola_iscritto", "record_enrolled", nil},
	{"school_started", "scuola_iniziata", "record_school_started", nil},
	{"settled", "concluso", "settle_member", nil},
	{"withdrawn", "rinuncia", "withdraw", []detail{{"withdrawal_reason", "motivo_rinuncia", "reason", "code of the reason such as family_stays_abroad", false}}},
}

// columns are all columns of the file of families, in the order of the template.
var columns = slices.Concat([]column{
	text("sui_file", "fascicolo", "number of the Prefecture's file; always needed", true, func(l *line) *string { return &l.family.SUIFile }),
	dayOf("filed", "presentata", "day of the application", true, func(l *line) *rules.Date { return &l.family.FiledOn }),
	text("office", "ufficio", "code of the hub; empty for "+handoff.DefaultOffice, true, func(l *line) *string { return &l.family.Office }),
	text("language", "lingua", "language of the family as in BCP 47 such as ar", true, func(l *line) *string { return &l.family.ContactLanguage }),
	number("municipio", "municipio", "1 to 9 in Milan", func(l *line) *int { return &l.family.Municipio }),
	ofFamily(choice("procedure", "procedura", "empty for art. 29 TUI; otherwise coesione refugee al_seguito or eu_citizen", procedures, func(l *line) *string { return (*string)(&l.family.Procedure) })),
},
	personColumns("sponsor", "richiedente", "of the sponsor", true, func(l *line) *handoff.Person { return &l.sponsor }),
	[]column{
		text("member_ref", "familiare", "number of the relative within the file; always needed", false, func(l *line) *string { return &l.member.Ref }),
		choice("kinship", "parentela", "spouse civil_partner minor_child adult_dependent_child parent or other", kinships, func(l *line) *string { return (*string)(&l.member.Kinship) }),
	},
	personColumns("member", "familiare", "of the relative", false, func(l *line) *handoff.Person { return &l.person }),
	[]column{
		dayOf("decided", "decisione", "day of the decision about this relative", false, func(l *line) *rules.Date { return &l.decided }),
		choice("outcome", "esito", "authorised or refused", outcomes, func(l *line) *string { return &l.member.Decision }),
		text("ground", "motivo", "code of the ground of a refusal", false, func(l *line) *string { return &l.member.Ground }),
	},
	stepColumns(),
)

var kinships = map[string]string{
	"coniuge": "spouse", "unito_civilmente": "civil_partner", "figlio_minore": "minor_child", "figlia_minore": "minor_child",
	"figlio_maggiorenne": "adult_dependent_child", "figlia_maggiorenne": "adult_dependent_child", "genitore": "parent", "altro": "other",
}

var procedures = map[string]string{"ricongiungimento": "reunification", "coesione_familiare": "coesione", "rifugiato": "refugee",
	"familiari_al_seguito": "al_seguito", "familiare_di_cittadino": "eu_citizen"}

var outcomes = map[string]string{"autorizzato": "authorised", "autorizzata": "authorised", "rifiutato": "refused", "rifiutata": "refused"}

func text(name, italian, about string, family bool, place func(*line) *string) column {
	return column{name, italian, about, family,
		func(l *line, cell string) error { *place(l) = cell; return nil },
		func(f *Family, m int) string { return *place(f.line(m)) }}
}

// choice is a column whose values may be written in Italian.
func choice(name, italian, about string, words map[string]string, place func(*line) *string) column {
	c := text(name, italian, about, false, place)
	c.set = func(l *line, cell string) error {
		word := strings.ReplaceAll(strings.ToLower(cell), " ", "_")
		if code, ok := words[word]; ok {
			word = code
		}
		*place(l) = word
		return nil
	}
	return c
}

// ofFamily says the column's value once for the whole family.
func ofFamily(c column) column {
	c.family = true
	return c
}

func dayOf(name, italian, about string, family bool, place func(*line) *rules.Date) column {
	return column{name, italian, about, family,
		func(l *line, cell string) (err error) { *place(l), err = readDay(cell); return err },
		func(f *Family, m int) string { return place(f.line(m)).String() }}
}

func number(name, italian, about string, place func(*line) *int) column {
	return column{name, italian, about, true,
		func(l *line, cell string) error {
			n, err := strconv.Atoi(cell)
			if err != nil {
				return fmt.Errorf("%q is not a whole number", cell)
			}
			*place(l) = n
			return nil
		},
		func(f *Family, m int) string {
			if n := *place(f.line(m)); n != 0 {
				return strconv.Itoa(n)
			}
			return ""
		}}
}

func personColumns(who, chi, of string, family bool, person func(*line) *handoff.Person) []column {
	at := func(name, italian, about string, place func(*handoff.Person) *string) column {
		return text(who+"_"+name, chi+"_"+italian, about+" "+of, family, func(l *line) *string { return place(person(l)) })
	}
	return []column{
		at("family_name", "cognome", "family name", func(p *handoff.Person) *string { return &p.FamilyName }),
		at("given_name", "nome", "given name", func(p *handoff.Person) *string { return &p.GivenName }),
		dayOf(who+"_birth_date", chi+"_nascita", "day of birth "+of, family, func(l *line) *rules.Date { return &person(l).BirthDate }),
		at("sex", "sesso", "F M or X", func(p *handoff.Person) *string { return &p.Sex }),
		at("citizenship", "cittadinanza", "country as three capital letters such as EGY", func(p *handoff.Person) *string { return &p.Citizenship }),
		at("phone", "telefono", "telephone", func(p *handoff.Person) *string { return &p.Phone }),
		at("email", "email", "e-mail", func(p *handoff.Person) *string { return &p.Email }),
		at("address", "indirizzo", "address", func(p *handoff.Person) *string { return &p.Address }),
	}
}

func stepColumns() []column {
	var all []column
	for _, s := range steps {
		all = append(all, column{name: s.column, italian: s.italian, about: "day of " + s.command})
		for _, d := range s.with {
			all = append(all, column{name: d.column, italian: d.italian, about: d.about})
		}
	}
	return all
}

// readDay takes a day as 2026-11-24 or, as it is written in Italy, 24/11/2026.
func readDay(cell string) (rules.Date, error) {
	if parts := strings.Split(cell, "/"); len(parts) == 3 && len(parts[2]) == 4 {
		cell = fmt.Sprintf("%s-%02s-%02s", parts[2], parts[1], parts[0])
	}
	day, err := rules.ParseDate(cell)
	if err != nil {
		return rules.Date{}, fmt.Errorf("%q is no day: write 2026-11-24 or 24/11/2026", cell)
	}
	return day, nil
}

// canonicalHeader gives the English name of each column, and says which are unknown.
func canonicalHeader(header []string, known []column) (names, wrong []string) {
	for _, name := range header {
		at := slices.IndexFunc(known, func(c column) bool { return c.name == name || c.italian == name })
		switch {
		case name == reasonColumn || name == "":
			names = append(names, name)
		case at < 0:
			names, wrong = append(names, name), append(wrong, fmt.Sprintf("column %q is unknown", name))
		case slices.Contains(names, known[at].name):
			names, wrong = append(names, name), append(wrong, fmt.Sprintf("column %q appears twice", name))
		default:
			names = append(names, known[at].name)
		}
	}
	return names, wrong
}

// reasonColumn holds why a row was refused; on reading it is passed over.
const reasonColumn = "reason"

func columnNames(known []column) []string {
	names := make([]string, len(known))
	for i, c := range known {
		names[i] = c.name
	}
	return names
}

// kinshipKnown tells whether the code is one of the kinships.
func kinshipKnown(k casefile.Kinship) bool {
	for _, code := range kinships {
		if code == string(k) {
			return true
		}
	}
	return false
}
