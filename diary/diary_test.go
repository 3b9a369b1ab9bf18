// SPDX-License-Identifier: AGPL-3.0-or-later

package diary

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

var (
	book   = rules.Default()
	monday = rules.On(2026, 11, 23)
)

// at is an hour in Rome.
func at(day rules.Date, hour, minute int) time.Time {
	return time.Date(day.Year, day.Month, day.Day, hour, minute, 0, 0, rules.Rome)
}

func claim(resource string, from time.Time, minutes int) casefile.Claim {
	return casefile.Claim{Resource: resource, From: from.UTC(), To: from.Add(time.Duration(minutes) * time.Minute).UTC()}
}

func TestTheSampleSaysThatItIsInvented(t *testing.T) {
	for _, r := range Sample(book).resources {
		if !r.Sample {
			t.Errorf("%s does not say that it is invented", r.Code)
		}
	}
}

func TestFreeSlotsLieWithinTheHoursOfRoomAndMediator(t *testing.T) {
	slots := Sample(book).Free(Query{From: monday, To: monday, Minutes: 45, Language: "ar", Limit: 100}, nil)
	if len(slots) != 14 { // from 9:00 to 12:00 every half hour, in two rooms
		var hours []string
		for _, s := range slots {
			hours = append(hours, s.String())
		}
		t.Fatalf("%d slots are free: %v", len(slots), hours)
	}
	first, last := slots[0], slots[len(slots)-1]
	if !first.At.Equal(at(monday, 9, 0)) || first.Mediator != "med-ar-1" || first.Room != "colloqui-1" || first.Place != "hub" {
		t.Errorf("the first is %+v", first)
	}
	if !last.At.Equal(at(monday, 12, 0)) {
		t.Errorf("the last begins at %s", last.At)
	}
}

func TestNobodyIsBookedOnAHolidayOrAtNight(t *testing.T) {
	d := Sample(book)
	ambrose := rules.On(2026, 12, 7) // a Monday
	if slots := d.Free(Query{From: ambrose, To: ambrose.AddDays(1), Minutes: 45, Limit: 100}, nil); len(slots) != 0 {
		t.Errorf("on 7 and 8 December %d slots are free", len(slots))
	}
	for _, c := range []struct {
		why   string
		claim casefile.Claim
		want  bool
	}{
		{"within the hours", claim("room:colloqui-1", at(monday, 16, 15), 45), false},
		{"past closing", claim("room:colloqui-1", at(monday, 16, 30), 45), true},
		{"before opening", claim("room:colloqui-1", at(monday, 8, 45), 45), true},
		{"on a holiday", claim("room:colloqui-1", at(ambrose, 10, 0), 45), true},
		{"on a day off", claim("mediator:med-ar-1", at(monday.AddDays(1), 10, 0), 45), true},
		{"a room nobody has", claim("room:terrace", at(monday, 10, 0), 45), true},
		{"a mediator in place of a room", claim("room:med-ar-1", at(monday, 10, 0), 45), true},
		{"through the night", claim("room:colloqui-1", at(monday, 10, 0), 24*60), true},
	} {
		why, refused := d.Refuses(c.claim)
		if refused != c.want || refused && (why.It == "" || why.En == "") {
			t.Errorf("%s: refused %v, %+v", c.why, refused, why)
		}
	}
}

func TestHoursAreThoseOfRomeInSummerAndWinter(t *testing.T) {
	d := Sample(book)
	for _, day := range []rules.Date{rules.On(2026, 3, 27), rules.On(2026, 3, 30)} { // the clocks change on 29 March
		slots := d.Free(Query{From: day, To: day, Minutes: 45, Limit: 1}, nil)
		if len(slots) != 1 || !slots[0].At.Equal(at(day, 9, 0)) {
			t.Errorf("on %s the first slot is %+v", day, slots)
		}
	}
}

func TestWhatIsTakenIsNotFreeAndItsNeighboursAre(t *testing.T) {
	d := Sample(book)
	taken := []Taken{{"room:colloqui-1", at(monday, 10, 0), at(monday, 10, 30)}, {"room:colloqui-2", at(monday, 9, 0), at(monday, 17, 0)}}
	var hours []string
	for _, s := range d.Free(Query{From: monday, To: monday, Minutes: 30, Limit: 4}, taken) {
		hours = append(hours, s.String())
	}
	if got := strings.Join(hours, "; "); got != "2026-11-23 09:00 colloqui-1; 2026-11-23 09:30 colloqui-1; 2026-11-23 10:30 colloqui-1; 2026-11-23 11:00 colloqui-1" {
		t.Errorf("free are %s", got)
	}
}

func TestNearSlotsAreLikeTheOneThatWasWanted(t *testing.T) {
	d := Sample(book)
	wanted := Slot{At: at(monday, 10, 0), Minutes: 45, Room: "colloqui-1", Mediator: "med-ar-1", Language: "ar"}
	near := d.Near(wanted, at(monday, 8, 0), []Taken{{"mediator:med-ar-1", at(monday, 10, 0), at(monday, 10, 45)}})
	if len(near) != 3 || near[0].Mediator != "med-ar-1" || near[0].At.Equal(wanted.At) {
		t.Errorf("near are %v", near)
	}
	if near := d.Near(wanted, at(monday, 10, 0), nil); len(near) == 0 || !near[0].At.After(at(monday, 10, 0)) {
		t.Errorf("what has gone by is offered: %v", near)
	}
}

// Whatever is taken, every free slot may be booked: the diary offers it, and it
// overlaps with nothing.
func TestEveryFreeSlotMayBeBooked(t *testing.T) {
	d := Sample(book)
	rapid.Check(t, func(rt *rapid.T) {
		var taken []Taken
		for range rapid.IntRange(0, 20).Draw(rt, "bookings") {
			r := d.resources[rapid.IntRange(0, len(d.resources)-1).Draw(rt, "resource")]
			from := at(monday.AddDays(rapid.IntRange(0, 6).Draw(rt, "day")), rapid.IntRange(8, 18).Draw(rt, "hour"), rapid.IntRange(0, 59).Draw(rt, "minute"))
			taken = append(taken, Taken{r.id(), from, from.Add(time.Duration(rapid.IntRange(5, 240).Draw(rt, "length")) * time.Minute)})
		}
		q := Query{From: monday, To: monday.AddDays(6), Minutes: rapid.IntRange(5, 180).Draw(rt, "minutes"),
			Language: rapid.SampledFrom([]string{"", "ar", "zh", "xx"}).Draw(rt, "language"), Limit: 60}
		for _, s := range d.Free(q, taken) {
			claims := []casefile.Claim{claim("room:"+s.Room, s.At, s.Minutes)}
			if s.Mediator != "" {
				claims = append(claims, claim("mediator:"+s.Mediator, s.At, s.Minutes))
			}
			for _, c := range claims {
				if why, refused := d.Refuses(c); refused {
					rt.Fatalf("%s is free and refused: %s", s, why.En)
				}
				for _, held := range taken {
					if held.Resource == c.Resource && held.From.Before(c.To) && c.From.Before(held.To) {
						rt.Fatalf("%s is free and taken from %s to %s", s, held.From, held.To)
					}
				}
			}
		}
	})
}

func TestABadDiaryIsRefusedWithLineAndReason(t *testing.T) {
	const columns = "resource,kind,place,languages,days,opens,closes,status\n"
	for _, c := range []struct{ file, want string }{
		{"code,kind\n", "line 1: the columns must be resource,kind"},
		{columns + "a,room\n", "line 2"},
		{columns + "A 1,room,hub,,mon,09:00,17:00,office\n", "line 2: resource:"},
		{columns + "a,garden,hub,,mon,09:00,17:00,office\n", `line 2: kind: "garden"`},
		{columns + "a,room,,,mon,09:00,17:00,office\n", "line 2: place:"},
		{columns + "a,mediator,,,mon,09:00,17:00,office\n", "line 2: languages:"},
		{columns + "a,room,hub,,lun,09:00,17:00,office\n", `line 2: days: "lun"`},
		{columns + "a,room,hub,,,09:00,17:00,office\n", "line 2: days:"},
		{columns + "a,room,hub,,mon,17:00,09:00,office\n", "line 2: opens, closes:"},
		{columns + "a,room,hub,,mon,9,17:00,office\n", "line 2: opens, closes:"},
		{columns + "a,room,hub,,mon,09:00,17:00,maybe\n", "line 2: status:"},
	} {
		if _, err := Load("mine.csv", strings.NewReader(c.file), book); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v and does not say %q", err, c.want)
		}
	}
}
