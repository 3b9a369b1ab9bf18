// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"reflect"
	"slices"

	"ricongiungi/rules"
)

// restater says what the events of a case would hold under other facts or under
// another book: their terms and verdicts are worked out anew, in the order in
// which they were recorded, and nothing else about them changes.
type restater struct {
	present *rules.Book // under which the events are taken to have been recorded
	book    *rules.Book
	today   rules.Date
}

// history is the case as it would stand: corrections in their place, annulled
// events left out, every term and verdict worked out anew. What the engine only
// noted about the passing of time stays as it was noted.
func (r restater) history(facts []Fact) []Fact {
	s, amendments := Fold(nil), amendmentsIn(facts)
	s.Review.FiledOn = Fold(facts).Review.FiledOn // conditions are judged by it, whenever it was told
	s.merged = mergesIn(facts, amendments)
	var restated []Fact
	for _, f := range facts {
		f, stands := amendments.amend(f)
		if !stands || amends(f.Event) {
			continue
		}
		if f, stands = r.fact(s, f); !stands {
			continue
		}
		s.applied(f)
		restated = append(restated, f)
	}
	return restated
}

// fact restates one event on the state before it; false when it would not have
// happened. An expiry that the engine found falls on the day after the term as
// it is now, if that day has come.
func (r restater) fact(s *State, f Fact) (Fact, bool) {
	if noticedByEngine(f.Event) {
		return f, true
	}
	expires := rules.Date{}
	switch e := f.Event.(type) {
	case *NullaOstaExpired:
		s.with(e.MemberID, func(m *Member) { expires = m.VisaBy.Due })
	case *VisaExpired:
		s.with(e.MemberID, func(m *Member) { expires = m.VisaExpires })
	default:
		f.Event = r.event(s, f)
		return f, true
	}
	lapsed := expires.AddDays(1)
	if expires.IsZero() || lapsed.After(r.today) {
		return f, false
	}
	if lapsed != f.OccurredOn() {
		f.OccurredAt = lapsed.Start().UTC()
	}
	return f, true
}

// restatable is an event with verdicts, or with terms that hang on the state.
type restatable interface {
	restate(s *State, f Fact, book *rules.Book)
}

// event is a copy with its terms counted anew and its verdicts judged anew.
func (r restater) event(s *State, f Fact) Event {
	fresh := reflect.New(structType(f.Event))
	fresh.Elem().Set(reflect.ValueOf(f.Event).Elem())
	for _, term := range termsIn(fresh.Elem()) {
		*term = r.term(*term)
	}
	event := fresh.Interface().(Event)
	if e, ok := event.(restatable); ok {
		e.restate(s, f, r.book)
	}
	return event
}

var termType = reflect.TypeFor[rules.Term]()

// termsIn finds the terms of an event.
func termsIn(event reflect.Value) []*rules.Term {
	var terms []*rules.Term
	for i := range event.NumField() {
		switch field := event.Field(i); {
		case !field.CanInterface():
		case field.Type() == reflect.PointerTo(termType) && !field.IsNil():
			own := *field.Interface().(*rules.Term) // the event as it was recorded keeps its own
			field.Set(reflect.ValueOf(&own))
			terms = append(terms, &own)
		case field.Type() == termType:
			terms = append(terms, field.Addr().Interface().(*rules.Term))
		case field.Kind() == reflect.Struct && event.Type().Field(i).Anonymous:
			terms = append(terms, termsIn(field)...)
		}
	}
	return terms
}

// term counts a term anew by the row that the book has for it. A term that was
// kept under an older row stays under the row of those days. One that the
// present book would not count like this keeps its day: an act named it, or it
// was recorded under rows that were corrected since.
func (r restater) term(t rules.Term) rules.Term {
	if t.IsZero() || !r.present.Has(t.Rule) || !r.book.Has(t.Rule) {
		return t
	}
	governing := t.From
	if r.present.At(t.Rule, t.From).Ref() != t.Ref {
		governing = t.ValidFrom
	}
	if r.present.TermUnder(t.Rule, governing, t.From) != t {
		return t
	}
	return r.book.TermUnder(t.Rule, governing, t.From)
}

func (e *ObservationsFiled) restate(s *State, f Fact, _ *rules.Book) {
	if notice := e.answers(s.Review, f.OccurredOn()); notice != nil {
		e.InTime = !f.OccurredOn().After(notice.Reply.Due)
	}
}

// A person whose birth date was erased keeps the verdicts that were given on it.
func (e *Entered) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if !m.Who.BirthDate.IsZero() {
			e.AgreementDue, e.SchoolDue = m.agreementDue(f.OccurredOn(), book), m.schoolDue(f.OccurredOn(), book)
			e.HealthCover = m.coverDue(f.OccurredOn(), book)
		}
	})
}

func (e *PresentedAtSUI) restate(s *State, f Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.Late = m.late(f, e.Late) })
}

func (e *PermitRequested) restate(s *State, f Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if m.here() {
			e.Late = s.permitLate(m, f.OccurredOn())
		}
	})
}

// A person whose birth date was erased keeps the verdict that was given on it.
func (e *PresenceRecorded) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if !m.Who.BirthDate.IsZero() {
			e.SchoolDue = m.schoolDue(f.OccurredOn(), book)
		}
	})
}

// late tells whether a step came after the term of eight working days; without
// an entry on record what was said stands.
func (m *Member) late(f Fact, said bool) bool {
	if m.Presentation.IsZero() {
		return said
	}
	return f.OccurredOn().After(m.Presentation.Due)
}

func (e *AgreementSigned) restate(s *State, f Fact, book *rules.Book) {
	e.Credits = book.At(rules.AgreementCredits, f.OccurredOn()).Number()
	s.with(e.MemberID, func(m *Member) {
		if !m.Who.BirthDate.IsZero() {
			e.Minor = m.signsWithParents(f.OccurredOn(), book)
		}
	})
}

// What somebody chose for the child stays chosen for as long as it is open to a
// child of that age: the level, the other of two school years, an early start.
func (e *SchoolRequested) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if m.Who.BirthDate.IsZero() {
			return
		}
		for _, c := range e.wishes(f.OccurredOn()) {
			need, refusal := c.need(s, m, book)
			if refusal == nil || refusal.Code == "not_school_age" {
				e.SchoolNeed = need
				return
			}
		}
	})
}

// wishes are the requests that the event may have come from, the closest first.
func (e *SchoolRequested) wishes(on rules.Date) []*RequestSchool {
	plain := RequestSchool{Step: Step{MemberID: e.MemberID, On: on}, Municipio: e.Municipio, Exceptional: true}
	if e.Level != LevelOf(e.Grade) && !e.EarlyStart {
		plain.Level = e.Level
	}
	inYear, early := plain, plain
	inYear.Year = e.Year
	early.Year, early.EarlyStart = e.Year, e.EarlyStart
	return []*RequestSchool{&early, &inYear, &plain}
}

// The first school day is counted from the opening of the year that is sought.
func (e *PlaceAccepted) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if opening := m.School.Request.opening(f.OccurredOn()); !m.School.RequestedOn.IsZero() && opening != e.Start.From {
			e.Start = book.Term(rules.SchoolStart, opening)
		}
	})
}

// A check whose figures were erased stands as it is, and so do the verdicts on
// a person whose birth date is not known any more.
func (e *ConditionsChecked) restate(s *State, f Fact, book *rules.Book) {
	told, readable := conditionsFrom(f.Private, s.SponsorID)
	if !readable {
		return
	}
	told.On = f.OccurredOn()
	fresh := told.checked(s, book)
	var verdicts []Verdict
	for _, m := range s.Members {
		from := fresh.Verdicts
		if m.Who.BirthDate.IsZero() {
			from = e.Verdicts
		}
		verdicts = append(verdicts, about(from, m.ID)...)
	}
	e.TestedOn, e.Verdicts = fresh.TestedOn, verdicts
}

func about(verdicts []Verdict, member string) []Verdict {
	return slices.DeleteFunc(slices.Clone(verdicts), func(v Verdict) bool { return v.MemberID != member })
}

// disorder is a step that lies before one that must precede it.
type disorder struct{ member, first, then string }

// disorders finds the steps that lie in the wrong order, with their days.
func (s *State) disorders() map[disorder][2]rules.Date {
	found := map[disorder][2]rules.Date{}
	inOrder := func(member string, chain ...milestone) {
		for i, first := range chain {
			for _, then := range chain[i+1:] {
				if !first.on.IsZero() && !then.on.IsZero() && then.on.Before(first.on) {
					found[disorder{member, first.name, then.name}] = [2]rules.Date{first.on, then.on}
				}
			}
		}
	}
	filed := milestone{"application_filed", s.Review.FiledOn}
	for _, n := range s.Review.Notices {
		inOrder(n.On.String(), filed, milestone{"refusal_notified", n.On}, milestone{"observations_filed", n.ObservationsOn})
	}
	for _, m := range s.Members {
		entered := milestone{"entered", m.EnteredOn}
		inOrder(m.ID, slices.Concat([]milestone{filed}, m.way())...)
		inOrder(m.ID, filed, milestone{"member_refused", m.RefusedOn})
		inOrder(m.ID, entered, milestone{"host_notice_given", m.HostNoticeOn})
		inOrder(m.ID, entered, milestone{"agreement_signed", m.AgreementSignedOn})
		inOrder(m.ID, m.School.way()...)
	}
	return found
}

func (k School) way() []milestone {
	return []milestone{{"school_requested", k.RequestedOn}, {"place_proposed", k.ProposedOn}, {"place_accepted", k.AcceptedOn},
		{"school_started", k.StartedOn}, {"school_left", k.LeftOn}}
}

// disordering refuses a correction that puts recorded steps out of order.
func disordering(before, after *State) *Refusal {
	was, is := before.disorders(), after.disorders()
	for _, m := range sortedDisorders(is) {
		if _, already := was[m]; already {
			continue
		}
		first, then := is[m][0].String(), is[m][1].String()
		return refusalOf("days_out_of_order", "case.order",
			"Così "+m.then+" ("+then+") verrebbe prima di "+m.first+" ("+first+"): correggi prima l'altro passo, se è sbagliato.",
			"This way "+m.then+" ("+then+") would come before "+m.first+" ("+first+"): correct the other step first if it is wrong.").at("body")
	}
	return nil
}

func sortedDisorders(found map[disorder][2]rules.Date) []disorder {
	byName := map[string]disorder{}
	for d := range found {
		byName[d.member+" "+d.first+" "+d.then] = d
	}
	var sorted []disorder
	for _, name := range sortedKeys(byName) {
		sorted = append(sorted, byName[name])
	}
	return sorted
}
