// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
)

//go:embed codes.csv
var codeTable string

// offeredCodes are the answers to fields that take a code, by command and field.
var offeredCodes = readCodes(codeTable)

func readCodes(table string) map[[2]string][]string {
	codes := map[[2]string][]string{}
	for _, row := range readTable("answers", table, 3) {
		codes[[2]string{row[0], row[1]}] = strings.Fields(row[2])
	}
	return codes
}

// choosers give what a field that names something of the case is chosen from.
var choosers = map[string]func(sheet) []option{
	"member_id":      func(s sheet) []option { return s.members() },
	"member_ids":     func(s sheet) []option { return s.members() },
	"keep_id":        func(s sheet) []option { return s.members() },
	"duplicate_id":   func(s sheet) []option { return s.members() },
	"person_id":      func(s sheet) []option { return s.persons() },
	"holder_id":      func(s sheet) []option { return s.persons() },
	"counsellor_id":  func(s sheet) []option { return s.colleagues() },
	"confirmed_by":   func(s sheet) []option { return s.colleagues() },
	"readers":        func(s sheet) []option { return s.colleagues() },
	"appointment_id": func(s sheet) []option { return s.appointments("") },
	"replaces":       func(s sheet) []option { return s.appointments("no_show") },
	"link_id":        func(s sheet) []option { return s.links() },
	"referral_id":    func(s sheet) []option { return s.referrals(false) },
	"follows":        func(s sheet) []option { return s.referrals(true) },
	"goal_id":        func(s sheet) []option { return s.goals() },
	"concern_id":     func(s sheet) []option { return s.concerns() },
	"appeal_id":      func(s sheet) []option { return s.appeals() },
	"request_id":     func(s sheet) []option { return s.unsealings() },
	"event_id":       func(s sheet) []option { return s.events },
	"item":           func(s sheet) []option { return s.papers() },
	"service":        func(s sheet) []option { return s.services },
	"to_service":     func(s sheet) []option { return s.services },
}

// options are what the field may be chosen from; nil where it is typed.
func (s sheet) options(f schemas.Field) []option {
	if choose := choosers[f.Name]; choose != nil {
		return choose(s)
	}
	if f.Name == "outcome" && s.command == "close_referral" {
		return s.referralOutcomes()
	}
	switch f.Kind {
	case "country":
		return s.voice.countries()
	case "language", "languages":
		return s.voice.tongues()
	case "script":
		return s.voice.scripts()
	case "check_in_month":
		return s.months()
	case "score":
		return s.marks()
	}
	choices := f.Choices
	if f.Item != nil && choices == nil {
		choices = f.Item.Choices
	}
	if codes, ok := offeredCodes[[2]string{s.command, f.Name}]; ok {
		choices = codes
	}
	return s.voice.codes(choices)
}

func (v voice) codes(codes []string) []option {
	var options []option
	for _, code := range codes {
		options = append(options, option{Value: code, Label: v.known("code."+code, code)})
	}
	return options
}

func (s sheet) members() []option {
	options := []option{}
	for _, m := range s.view.Members {
		o := option{Value: m.MemberID, Label: s.people[m.MemberID], Hint: s.voice.say("kinship." + string(m.Kinship))}
		if m.Ending != "" {
			o.Hint += ", " + s.voice.say("ending."+string(m.Ending))
		}
		options = append(options, o)
	}
	return options
}

func (s sheet) persons() []option {
	sponsor := option{Value: s.view.SponsorID, Label: s.people[s.view.SponsorID], Hint: s.voice.say("case.sponsor")}
	return append([]option{sponsor}, s.members()...)
}

func (s sheet) colleagues() []option {
	options := []option{}
	for id, o := range s.operators {
		if o.Office == s.view.Office {
			options = append(options, option{Value: id, Label: o.Name})
		}
	}
	return byLabel(options)
}

// appointments are those of an outcome; "" for those still to come.
func (s sheet) appointments(outcome string) []option {
	options := []option{}
	for _, a := range s.view.Appointments {
		if a.Outcome == outcome {
			options = append(options, s.about(a.AppointmentID, a.MemberID, s.voice.moment(a.At), s.voice.code(a.Purpose)))
		}
	}
	return options
}

// links are the personal links that nobody has ended.
func (s sheet) links() []option {
	options := []option{}
	for _, l := range s.view.PersonalLinks {
		if l.EndedOn.IsZero() {
			options = append(options, s.about(l.ID, l.PersonID, s.voice.code(l.Purpose), s.voice.day(l.GivenOn)))
		}
	}
	return options
}

func (s sheet) referrals(closedToo bool) []option {
	options := []option{}
	for _, f := range s.view.Referrals {
		if closedToo || f.ClosedOn.IsZero() {
			options = append(options, s.about(f.ReferralID, f.MemberID, s.voice.known("service."+f.Service, f.Service), s.voice.day(f.StatusOn)))
		}
	}
	return options
}

// referralOutcomes are what the referrals still open may come to, by their kinds.
func (s sheet) referralOutcomes() []option {
	var options []option
	for _, kind := range casefile.ServiceKinds() {
		open := func(f casefile.ReferralView) bool {
			return f.ClosedOn.IsZero() && (f.Kind == kind.Code || kind.Confidential && f.Kind == casefile.KindConfidential)
		}
		if !slices.ContainsFunc(s.view.Referrals, open) {
			continue
		}
		for _, o := range kind.Outcomes {
			options = append(options, option{Value: o.Code, Label: s.voice.of(o.Text), Hint: s.voice.of(kind.Text)})
		}
	}
	if options == nil {
		return s.voice.codes([]string{"helped", "advice_given", "concluded", "other"})
	}
	return options
}

func (s sheet) goals() []option {
	options := []option{}
	for _, g := range s.view.Plan {
		if g.ClosedOn.IsZero() {
			options = append(options, s.about(g.GoalID, g.MemberID, s.voice.code(g.Goal), s.voice.day(g.SetOn)))
		}
	}
	return options
}

func (s sheet) concerns() []option {
	options := []option{}
	for _, c := range s.view.Concerns {
		if c.ResolvedOn.IsZero() {
			options = append(options, s.about(c.ConcernID, c.MemberID, s.voice.code(c.Kind), s.voice.code(c.About), s.voice.day(c.RaisedOn)))
		}
	}
	return options
}

func (s sheet) appeals() []option {
	options := []option{}
	for _, m := range s.view.Members {
		for _, a := range m.Appeals {
			options = append(options, s.about(a.ID, m.MemberID, s.voice.code(a.Against), s.voice.day(a.FiledOn)))
		}
	}
	return options
}

func (s sheet) unsealings() []option {
	options := []option{}
	for _, u := range s.view.Unsealings {
		options = append(options, s.about(u.RequestID, u.PersonID, s.voice.code(u.What), s.operators[u.AskedBy].Name))
	}
	return options
}

// about is an option in words: what, of whom.
func (s sheet) about(id, person string, words ...string) option {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return option{Value: id, Label: strings.Join(words, ", "), Hint: s.people[person]}
}

// papers are those of the checklists and those already there, each once.
func (s sheet) papers() []option {
	texts := map[string]string{}
	checks := slices.Clone(s.view.SponsorChecks)
	for _, m := range s.view.Members {
		checks = append(checks, m.Checklist...)
		for _, d := range m.Documents {
			texts[d.Item] = s.voice.paperName(s.book, d.Item)
		}
	}
	for _, d := range s.view.SponsorPapers {
		texts[d.Item] = s.voice.paperName(s.book, d.Item)
	}
	for _, c := range checks {
		texts[c.Item] = s.voice.of(c.Text)
	}
	options := []option{}
	for item, text := range texts {
		options = append(options, option{Value: item, Label: text})
	}
	return byLabel(options)
}

func (s sheet) months() []option {
	var options []option
	for _, month := range []int{1, 3, 6, 12} {
		options = append(options, option{Value: strconv.Itoa(month), Label: s.voice.say("form.month", "count", month)})
	}
	return options
}

// marks are the scale on which well-being is told.
func (s sheet) marks() []option {
	var options []option
	for mark := 1; mark <= 5; mark++ {
		text := strconv.Itoa(mark)
		options = append(options, option{Value: text, Label: s.voice.say("mark." + text)})
	}
	return options
}

func byLabel(options []option) []option {
	slices.SortFunc(options, func(a, b option) int { return compare(a.Label, b.Label) })
	return options
}

// code puts a code into words; nothing for no code.
func (v voice) code(code string) string {
	if code == "" {
		return ""
	}
	return v.known("code."+code, code)
}
