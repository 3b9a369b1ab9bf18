// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"ricongiungi/rules"
)

// Answer is what is known of a fact: yes, no, or empty while nobody has said.
type Answer string

// The answers that can be given.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// SponsorFacts is what the sponsor's own conditions are judged by. Amounts are
// euro cents a year; an income without a year is not known.
type SponsorFacts struct {
	Permit         string     `json:"permit,omitempty"`          // kind of permit, such as employed_work
	PermitMonths   int        `json:"permit_months,omitempty"`   // its term
	RenewalPending Answer     `json:"renewal_pending,omitempty"` // a renewal was asked for in time
	ResidentSince  rules.Date `json:"resident_since,omitzero"`   // unbroken legal stay
	IncomeYear     int        `json:"income_year,omitempty"`
	Income         int        `json:"income_cents,omitempty"`
	Cohabitants    []int      `json:"cohabitants_cents,omitempty"` // one income for each cohabiting earner
	Reunited       int        `json:"reunited,omitempty"`          // relatives reunited before
}

// HomeFacts is the dwelling. Areas are whole square metres, rounded down;
// Persons are all who will live there once the family is together.
type HomeFacts struct {
	Persons       int    `json:"persons,omitempty"`
	Area          int    `json:"area_m2,omitempty"`
	Studio        bool   `json:"studio,omitempty"`
	Bedrooms      []int  `json:"bedrooms_m2,omitempty"`
	LivingRoom    int    `json:"living_room_m2,omitempty"`
	Height        int    `json:"height_cm,omitempty"`
	Certificate   Answer `json:"certificate,omitempty"`    // municipal idoneità abitativa
	OwnersConsent Answer `json:"owners_consent,omitempty"` // of whoever owns the home, for a small child
	OtherChild    Answer `json:"other_child,omitempty"`    // another child under fourteen lives there
}

// MemberFacts is what one relative's conditions are judged by.
type MemberFacts struct {
	MemberID      string `json:"member_id"`
	Separated     Answer `json:"separated,omitempty"`      // spouse: legally separated
	AnotherSpouse Answer `json:"another_spouse,omitempty"` // spouse: the sponsor has another one in Italy
	Married       Answer `json:"married,omitempty"`        // child
	OtherParent   Answer `json:"other_parent,omitempty"`   // child: the other parent agrees, or need not
	Disabled      Answer `json:"disabled,omitempty"`       // adult child: total disability, the verdict only
	Dependent     Answer `json:"dependent,omitempty"`
	OtherChildren Answer `json:"other_children,omitempty"` // parent: has other children in the country
	Unsupported   Answer `json:"unsupported,omitempty"`    // parent: those children cannot, for serious reasons of health
	HealthCover   Answer `json:"health_cover,omitempty"`   // parent: insured, enrolled, or committed to be
}

// RecordConditions records a check, by the hub or an office, of whether the
// conditions of art. 28 and 29 TUI are met. It informs and never blocks. What
// is left out is not known, and the verdict says so.
type RecordConditions struct {
	On      rules.Date    `json:"on"`
	Sponsor SponsorFacts  `json:"sponsor"`
	Home    HomeFacts     `json:"home"`
	Members []MemberFacts `json:"members,omitempty"`
}

func (c *RecordConditions) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	for _, facts := range c.Members {
		if s.Member(facts.MemberID) == nil {
			return nil, unknownMember().at("members")
		}
	}
	event, private := c.checked(s, r.Book), c.figures(s)
	if s.ConditionsOn == c.On && maps.Equal(s.figures, private) && reflect.DeepEqual(s.check, event) {
		return nil, nil
	}
	return []Draft{{Event: event, On: c.On, Private: private}}, nil
}

func (c *RecordConditions) checked(s *State, book *rules.Book) *ConditionsChecked {
	a := assessment{state: s, facts: *c, book: book, tested: s.testedOn(c.On)}
	return &ConditionsChecked{TestedOn: a.tested, Verdicts: a.verdicts()}
}

// testedOn is the day on which conditions must be met: that of the filing, and
// the day of the check for as long as nothing is filed.
func (s *State) testedOn(checked rules.Date) rules.Date {
	if !s.Review.FiledOn.IsZero() {
		return s.Review.FiledOn
	}
	return checked
}

// figures seals what was told with the person it is about.
func (c *RecordConditions) figures(s *State) Private {
	household := *c
	household.Members = nil
	private := Private{s.SponsorID: {Figures: sealedText(household)}}
	for _, facts := range c.Members {
		private[facts.MemberID] = Particulars{Figures: sealedText(facts)}
	}
	return private
}

func sealedText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // days, codes and numbers can always be written
	}
	return string(text)
}

// conditionsFrom reads what a check was made from, unless the sponsor's key is gone.
func conditionsFrom(private Private, sponsor string) (*RecordConditions, bool) {
	c := &RecordConditions{}
	if text := private[sponsor].Figures; text == "" || json.Unmarshal([]byte(text), c) != nil {
		return nil, false
	}
	for _, person := range sortedKeys(private) {
		var facts MemberFacts
		if person != sponsor && json.Unmarshal([]byte(private[person].Figures), &facts) == nil {
			c.Members = append(c.Members, facts)
		}
	}
	return c, true
}

// ConditionsChecked holds the verdicts of a check; the figures are sealed.
type ConditionsChecked struct {
	TestedOn rules.Date `json:"tested_on"` // the day on which the conditions must be met
	Verdicts []Verdict  `json:"verdicts"`
}

func (e *ConditionsChecked) apply(s *State, f Fact) {
	s.ConditionsOn, s.check, s.figures = f.OccurredOn(), e, f.Private
	for _, m := range s.Members {
		m.Conditions = slices.DeleteFunc(slices.Clone(e.Verdicts), func(v Verdict) bool { return v.MemberID != m.ID })
	}
}

// ConditionView is one condition of one member with the sentence that explains it.
type ConditionView struct {
	Verdict
	TestedOn rules.Date `json:"tested_on"`
	Why      rules.Text `json:"why"`
}

// conditionViews renders a member's verdicts.
func (s *State) conditionViews(m *Member, book *rules.Book) []ConditionView {
	var seen []ConditionView
	for _, v := range m.Conditions {
		seen = append(seen, ConditionView{Verdict: v, TestedOn: s.check.TestedOn, Why: v.Explain(s.check.TestedOn, book)})
	}
	return seen
}
