// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// dice draws what chance decides about one family.
type dice struct{ *rand.Rand }

func diceFor(seed, family uint64) dice { return dice{rand.New(rand.NewPCG(seed, family))} }

// between draws a whole number, both ends included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// one tells whether something happens that happens once in so many times.
func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// family is a sponsor in Milan and the relatives asked for.
type family struct {
	dice
	number    int
	community community
	municipio int
	sponsor   handoff.Person
	members   []handoff.Member
}

func newFamily(seed uint64, number int, today rules.Date) *family {
	f := &family{dice: diceFor(seed, uint64(number)), number: number, community: communities[number%len(communities)]}
	f.municipio = f.between(1, 9)
	surname := pick(f.dice, f.community.surnames)
	f.sponsor = f.person(surname, f.sex(), today, 28, 52)
	f.sponsor.Phone = fmt.Sprintf("+39 02 0000 %04d", number%10000)
	f.sponsor.Email = fmt.Sprintf("%s.%d@example.org", plain(f.sponsor.GivenName), number)
	f.sponsor.Address = fmt.Sprintf("via Inventata %d, Milano", f.between(1, 120))
	f.addMembers(surname, today)
	return f
}

// addMembers asks for one to five relatives, about half of them children.
func (f *family) addMembers(surname string, today rules.Date) {
	if f.happens("family.spouse") {
		f.add(casefile.Spouse, f.person(pick(f.dice, f.community.surnames), opposite(f.sponsor.Sex), today, 24, 48))
	}
	children := f.children()
	if len(f.members) == 0 && children == 0 {
		children = 1
	}
	for range children {
		f.add(casefile.MinorChild, f.person(surname, f.sex(), today, 1, 16))
	}
	if f.happens("family.parent") {
		f.add(casefile.Parent, f.person(surname, f.sex(), today, 62, 79))
	}
}

func (f *family) children() int {
	chance := f.IntN(1000)
	for n := 3; n > 0; n-- {
		if chance -= rate(fmt.Sprintf("family.children.%d", n)); chance < 0 {
			return n
		}
	}
	return 0
}

func (f *family) add(kinship casefile.Kinship, who handoff.Person) {
	f.members = append(f.members, handoff.Member{Ref: strconv.Itoa(len(f.members) + 1), Kinship: kinship, Person: &who})
}

func (f *family) sex() string { return pick(f.dice, []string{"F", "M"}) }

func opposite(sex string) string {
	if sex == "F" {
		return "M"
	}
	return "F"
}

func (f *family) person(surname, sex string, today rules.Date, youngest, oldest int) handoff.Person {
	names := f.community.men
	if sex == "F" {
		names = f.community.women
	}
	birth := today.AddDays(-365*f.between(youngest, oldest) - f.between(0, 364))
	return handoff.Person{FamilyName: surname, GivenName: pick(f.dice, names), BirthDate: birth, Sex: sex, Citizenship: f.community.citizenship}
}

// file is the Prefecture's number; the year is that of the filing.
func (f *family) file(filed rules.Date) string {
	return fmt.Sprintf("P-MI/F/N/%d/%06d", filed.Year, 100123+7*f.number)
}

// plain keeps the letters that may stand in an invented e-mail address.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
