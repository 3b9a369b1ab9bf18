// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ricongiungi/casefile"
	"ricongiungi/diary"
	"ricongiungi/rules"
	"ricongiungi/services"
	"ricongiungi/store"
)

// wednesday is a day of the sample diary: 4 March 2026.
var wednesday = rules.On(2026, time.March, 4)

func slot(hour, minute int) time.Time {
	return time.Date(2026, time.March, 4, hour, minute, 0, 0, rules.Rome).UTC()
}

func booking(at time.Time) map[string]any {
	return map[string]any{"at": at, "place": "hub", "room": "colloqui-1", "mediator": "med-ar-1", "mediator_language": "ar"}
}

func held(b *bundle) int64 { return query[int64](b, `SELECT count(*) FROM reservations`) }

func TestASlotIsHeldFromItsEventOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, other := b.opened(), b.opened()
	if first := b.order(one.CaseID, "book_appointment", booking(slot(10, 0))); first.Refusal != nil || held(b) != 2 {
		t.Fatalf("the booking is answered with %+v, %d reservations", first.Refusal, held(b))
	}
	second := b.order(other.CaseID, "book_appointment", booking(slot(10, 30)))
	if second.Refusal == nil || second.Refusal.Code != "slot_taken" || len(second.Events) != 0 {
		t.Fatalf("the same room half an hour on is answered with %+v", second)
	}
	if text := second.Refusal.Text.En; !strings.Contains(text, "2026-03-04 11:00 colloqui-1 + med-ar-1") || strings.Contains(text, one.CaseID) {
		t.Errorf("the refusal says %q", text)
	}
	if after := b.order(other.CaseID, "book_appointment", booking(slot(10, 45))); after.Refusal != nil {
		t.Errorf("the slot that follows is refused with %s", after.Refusal.Code)
	}
}

func TestCancellingMovingAndAnnullingFreeASlot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, other := b.opened(), b.opened()
	appointment := func(caseID string) casefile.AppointmentView {
		view, err := b.Case(b.t.Context(), caseID)
		must(t, err)
		return view.Appointments[len(view.Appointments)-1]
	}
	b.order(one.CaseID, "book_appointment", booking(slot(10, 0)))
	first := appointment(one.CaseID)
	b.order(one.CaseID, "move_appointment", map[string]any{"appointment_id": first.AppointmentID, "at": slot(10, 15)}) // overlaps with itself only
	if moved := appointment(one.CaseID); moved.Replaces != first.AppointmentID || held(b) != 2 {
		t.Fatalf("after moving it is %+v, %d reservations", moved, held(b))
	}
	b.order(one.CaseID, "cancel_appointment", map[string]any{"appointment_id": appointment(one.CaseID).AppointmentID, "reason": "family_asked"})
	booked := b.order(other.CaseID, "book_appointment", booking(slot(10, 0)))
	if booked.Refusal != nil || held(b) != 2 {
		t.Fatalf("the freed slot is refused with %+v", booked.Refusal)
	}
	history := b.order(one.CaseID, "book_appointment", booking(slot(12, 0)))
	b.order(one.CaseID, "annul_event", map[string]any{"event_id": history.Events[0].EventID, "reason": "other_family"})
	if held(b) != 2 {
		t.Errorf("after the annulment %d reservations are there", held(b))
	}
	annul := b.order(other.CaseID, "annul_event", map[string]any{"event_id": booked.Events[0].EventID, "reason": "other_family"})
	b.order(one.CaseID, "book_appointment", booking(slot(10, 0)))
	if annul.Refusal != nil || held(b) != 2 {
		t.Errorf("%+v, %d reservations", annul.Refusal, held(b))
	}
}

func TestACorrectionCannotTakeASlotThatIsHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, other := b.opened(), b.opened()
	b.order(one.CaseID, "book_appointment", booking(slot(10, 0)))
	mine := b.order(other.CaseID, "book_appointment", booking(slot(12, 0)))
	outcome := b.order(other.CaseID, "correct_event", map[string]any{"event_id": mine.Events[0].EventID, "reason": "misheard", "type": "book_appointment", "body": booking(slot(10, 15))})
	if outcome.Refusal == nil || outcome.Refusal.Code != "slot_taken" {
		t.Errorf("the correction is answered with %+v", outcome)
	}
}

func TestWhatTheDiaryDoesNotOfferIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.opened()
	for _, at := range []time.Time{slot(8, 0), slot(12, 30), slot(10, 0).AddDate(0, 0, 4)} {
		if outcome := b.order(one.CaseID, "book_appointment", booking(at)); outcome.Refusal == nil || outcome.Refusal.Code != "slot_not_offered" {
			t.Errorf("%s is answered with %+v", at, outcome.Refusal)
		}
	}
	if held(b) != 0 {
		t.Errorf("%d reservations are held", held(b))
	}
}

// Many families ask for one slot at once, through two processes: one gets it, and
// log and reservations agree.
func TestOneOfManyGetsASlot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second, err := store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default(), Clock: func() time.Time { return b.now }})
	must(t, err)
	t.Cleanup(second.Close)
	const families = 12
	var wait sync.WaitGroup
	outcomes := make([]casefile.Outcome, families)
	errs := make([]error, families)
	for i := range families {
		caseID, commandID := b.opened().CaseID, uuid.NewString()
		body, err := json.Marshal(booking(slot(10, 0)))
		must(t, err)
		_, err = b.AcceptOrder(t.Context(), casefile.Order{CommandID: commandID, CaseID: caseID, Type: "book_appointment", Body: body, Actor: counsellor, At: b.now})
		must(t, err)
		log := []*store.Store{b.Store, second}[i%2]
		wait.Go(func() { outcomes[i], errs[i] = log.Transact(t.Context(), caseID, commandID) })
	}
	wait.Wait()
	booked := 0
	for i, outcome := range outcomes {
		must(t, errs[i])
		switch {
		case outcome.Refusal == nil:
			booked++
		case outcome.Refusal.Code != "slot_taken":
			t.Errorf("refused with %s", outcome.Refusal.Code)
		}
	}
	events := query[int64](b, `SELECT count(*) FROM events WHERE type = 'appointment_booked'`)
	if booked != 1 || events != 1 || held(b) != 2 {
		t.Errorf("%d families have the slot, %d events and %d reservations are there", booked, events, held(b))
	}
}

// Whatever a program may do wrong, two appointments cannot hold one room.
func TestTheDatabaseItselfKeepsSlotsApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.order(b.opened().CaseID, "book_appointment", booking(slot(10, 0)))
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	hold := func(resource string, from, to time.Time) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO reservations (appointment_id, resource, case_id, during) VALUES ($1, $2, $3, tstzrange($4, $5))`,
			uuid.NewString(), resource, uuid.NewString(), from, to)
		return err
	}
	var refused *pgconn.PgError
	if err := hold("room:colloqui-1", slot(10, 44), slot(11, 0)); !errors.As(err, &refused) || refused.Code != "23P01" {
		t.Errorf("an overlap of a minute is answered with %v", err)
	}
	must(t, hold("room:colloqui-1", slot(10, 45), slot(11, 0)))
	must(t, hold("room:colloqui-2", slot(10, 0), slot(11, 0)))
}

func TestReservationsAreRebuiltFromTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.opened()
	b.order(one.CaseID, "book_appointment", booking(slot(10, 0)))
	query[int64](b, `WITH gone AS (DELETE FROM reservations RETURNING 1) SELECT count(*) FROM gone`)
	_, err := b.RebuildView(t.Context(), one.CaseID)
	must(t, err)
	if held(b) != 2 {
		t.Errorf("%d reservations are there", held(b))
	}
}

func TestFreeSlotsLeaveOutWhatIsHeldAndWhatIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.order(b.opened().CaseID, "book_appointment", booking(slot(10, 0)))
	b.now = slot(9, 0)
	free, err := b.FreeSlots(t.Context(), diary.Query{From: wednesday, To: wednesday, Minutes: 45, Language: "ar", Limit: 50})
	must(t, err)
	for _, s := range free {
		if s.At.Before(slot(10, 45)) {
			t.Errorf("%s is offered", s)
		}
	}
	if len(free) == 0 {
		t.Error("nothing is offered")
	}
}

func TestTheOfficesOwnDirectoryReplacesTheSample(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.opened()
	refer := func(service string) *casefile.Refusal {
		return b.order(one.CaseID, "send_referral", map[string]any{"on": "2026-03-02", "service": service}).Refusal
	}
	if refusal := refer("italian_courses-x"); refusal == nil || refusal.Code != "service_not_open" || !strings.Contains(refusal.Text.En, "italian_courses") {
		t.Fatalf("an unknown service is answered with %+v", refusal)
	}
	if refusal := refer("legal_advice"); refusal != nil {
		t.Errorf("a sample service is refused with %s", refusal.Code)
	}
	mine, err := services.Load("mine.csv", strings.NewReader(services.Template), rules.Default())
	must(t, err)
	must(t, b.ImportServices(t.Context(), mine))
	if refusal := refer("health_enrolment"); refusal == nil || refusal.Code != "service_not_open" {
		t.Errorf("a service that the office's directory does not have is answered with %+v", refusal)
	}
	if directory, err := b.Services(t.Context()); err != nil || len(directory.All()) != 1 {
		t.Errorf("%v, %v", directory.All(), err)
	}
}
