// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Services is the directory of services as far as a referral needs it.
type Services interface {
	// Kind is the kind of the service, empty when none of that code takes
	// referrals on the day.
	Kind(code string, on rules.Date) string
	// Nearest names the services of the same kind that do, nearest to the
	// Municipio first (0: unknown).
	Nearest(code string, municipio int, on rules.Date) []string
}

// ServiceKind is a kind of service the hub refers to, with the outcomes that a
// referral to it may have.
type ServiceKind struct {
	Code         string
	Confidential bool // nothing but the fact of a referral may be readable
	Text         rules.Text
	Outcomes     []ServiceOutcome
}

// ServiceOutcome is one way in which a referral ends.
type ServiceOutcome struct {
	Code   string
	Status ReferralStatus // that the referral then has
	Text   rules.Text
}

// The kinds with rules of their own.
const (
	KindCELAV   = "celav"
	KindItalian = "italian_courses"
)

// KindConfidential stands in the clear in place of a service whose name would tell
// about somebody's health.
const KindConfidential = "confidential"

// ServiceKinds lists the kinds of services. What a kind's referrals may come to
// stands here and nowhere else.
func ServiceKinds() []ServiceKind { return serviceKinds }

var serviceKinds = []ServiceKind{
	{Code: KindCELAV, Text: inBoth("Mediazione al lavoro (CELAV)", "Job placement service (CELAV)"), Outcomes: []ServiceOutcome{
		endsWell("contract", "Contratto di lavoro", "Contract of employment"),
		endsWell("traineeship_completed", "Tirocinio concluso", "Traineeship completed"),
		endsEarly("traineeship_interrupted", "Tirocinio interrotto", "Traineeship interrupted"),
		endsElsewhere("referred_elsewhere", "Orientato ad altro servizio", "Sent on to another service"),
		endsWell("project_closed", "Progetto chiuso senza tirocinio", "Project closed without a traineeship"),
	}},
	{Code: KindItalian, Text: inBoth("Corsi di italiano", "Italian courses"), Outcomes: []ServiceOutcome{
		endsWell("certificate", "Certificazione ottenuta", "Certificate obtained"),
		endsWell("level_reached", "Livello raggiunto senza certificazione", "Level reached without a certificate"),
		endsWell("attended", "Frequenza senza passaggio di livello", "Attended without reaching a level"),
		endsEarly("left_course", "Corso lasciato", "Left the course"),
	}},
	{Code: "legal_advice", Text: inBoth("Consulenza legale", "Legal advice"), Outcomes: []ServiceOutcome{
		endsWell("advice_given", "Consulenza data", "Advice given"),
		endsWell("appeal_filed", "Ricorso presentato", "Appeal filed"),
		endsElsewhere("sent_to_lawyer", "Affidato a un avvocato", "Handed to a lawyer"),
	}},
	{Code: "financial_education", Text: inBoth("Educazione finanziaria", "Financial education"), Outcomes: []ServiceOutcome{
		endsWell("path_completed", "Percorso concluso", "Course completed"),
		endsWell("account_opened", "Conto aperto", "Account opened"),
	}},
	{Code: "school_counselling", Text: inBoth("Orientamento scolastico", "School counselling"), Outcomes: []ServiceOutcome{
		endsWell("school_chosen", "Scuola scelta", "School chosen"),
		endsWell("training_chosen", "Formazione professionale scelta", "Vocational training chosen"),
		endsWell("advice_given", "Colloquio svolto", "Talk held"),
	}},
	{Code: "volunteering", Text: inBoth("Volontariato", "Volunteering"), Outcomes: []ServiceOutcome{
		endsWell("placed", "Inserimento in un'associazione", "Placed with an association"),
	}},
	{Code: "mental_health", Confidential: true, Text: inBoth("Salute mentale ed etnopsichiatria", "Mental health and ethno-psychiatry"), Outcomes: []ServiceOutcome{
		endsWell("concluded", "Concluso", "Concluded"),
	}},
	{Code: "peer_tutoring", Text: inBoth("Tutoraggio fra genitori", "Peer-parent tutoring"), Outcomes: []ServiceOutcome{
		endsWell("path_completed", "Accompagnamento concluso", "Accompaniment completed"),
		endsWell("became_tutor", "Diventato tutor a sua volta", "Became a tutor in turn"),
	}},
	{Code: "housing", Text: inBoth("Casa", "Housing"), Outcomes: []ServiceOutcome{
		endsWell("home_found", "Alloggio trovato", "Home found"),
		endsWell("listed", "In graduatoria", "On the list for public housing"),
		endsWell("advice_given", "Consulenza data", "Advice given"),
	}},
	{Code: "msna", Text: inBoth("Minori stranieri non accompagnati", "Unaccompanied foreign minors"), Outcomes: []ServiceOutcome{
		endsWell("taken_in_charge", "Presa in carico", "Taken in charge"),
		endsWell("parent_found", "Genitore rintracciato", "Parent found"),
	}},
	{Code: "cerco_offro_scuola", Text: inBoth("Cerco-Offro Scuola", "Cerco-Offro Scuola (guidance for those aged 14 to 25)"), Outcomes: []ServiceOutcome{
		endsWell("enrolled", "Iscritto", "Enrolled"),
		endsWell("advice_given", "Orientamento dato", "Guidance given"),
	}},
	{Code: "health_enrolment", Text: inBoth("Iscrizione al Servizio sanitario", "Enrolment with the health service"), Outcomes: []ServiceOutcome{
		endsWell("enrolled", "Iscritto", "Enrolled"),
		endsWell("doctor_chosen", "Medico scelto", "Doctor chosen"),
	}},
}

// commonOutcomes end a referral of any kind. The last two were in use before the
// kinds had outcomes of their own.
var commonOutcomes = []ServiceOutcome{
	endsWell("completed", "Concluso", "Completed"),
	endsUnaccepted("declined", "Non accolto", "Declined"),
	endsEarly("dropped_out", "Abbandonato", "Dropped out"),
	endsWell("accepted", "Accolto", "Accepted"),
	endsWell("taken_on", "Preso in carico", "Taken on"),
}

func inBoth(it, en string) rules.Text { return rules.Text{It: it, En: en} }

func endsWell(code, it, en string) ServiceOutcome {
	return ServiceOutcome{code, ReferralCompleted, inBoth(it, en)}
}

func endsEarly(code, it, en string) ServiceOutcome {
	return ServiceOutcome{code, ReferralDropped, inBoth(it, en)}
}

func endsElsewhere(code, it, en string) ServiceOutcome {
	return ServiceOutcome{code, ReferralTransferred, inBoth(it, en)}
}

func endsUnaccepted(code, it, en string) ServiceOutcome {
	return ServiceOutcome{code, ReferralDeclined, inBoth(it, en)}
}

// kindOf finds a kind by its code.
func kindOf(code string) (ServiceKind, bool) {
	for _, k := range serviceKinds {
		if k.Code == code {
			return k, true
		}
	}
	return ServiceKind{}, false
}

// OutcomesOf lists the outcomes that a referral of the kind may have.
func OutcomesOf(kind string) []ServiceOutcome {
	if kind == KindConfidential {
		return confidentialOutcomes
	}
	known, _ := kindOf(kind)
	return known.outcomes()
}

// confidentialOutcomes say nothing but that it is over.
var confidentialOutcomes = []ServiceOutcome{endsWell("concluded", "Concluso", "Concluded")}

// outcomes are all outcomes that a referral of the kind may have. A kind whose
// referrals are confidential has none that would tell more.
func (k ServiceKind) outcomes() []ServiceOutcome {
	if k.Confidential {
		return k.Outcomes
	}
	return append(append([]ServiceOutcome{}, k.Outcomes...), commonOutcomes...)
}
