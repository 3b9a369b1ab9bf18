// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"
)

// The due dates of each period of the law, on the days around each change,
// worked out apart from this program.
func TestDueDatesThroughThePeriodsOfTheLaw(t *testing.T) {
	book := Default()
	for _, c := range []struct{ rule, from, due, why string }{
		{ReviewTerm, "1999-03-01", "1999-05-31", "90 days, the last a Sunday"},
		{ReviewTerm, "2008-11-04", "2009-02-02", "the last day of 90 days"},
		{ReviewTerm, "2008-11-05", "2009-05-04", "the first day of 180 days"},
		{ReviewTerm, "2017-02-17", "2017-08-16", "the last day of 180 days"},
		{ReviewTerm, "2017-02-18", "2017-05-19", "the first day of 90 days again"},
		{ReviewTerm, "2025-10-03", "2026-01-02", "the last day of 90 days; New Year"},
		{ReviewTerm, "2025-10-04", "2026-03-03", "the first day of 150 days"},
		{ReviewTerm, "2025-12-04", "2026-05-04", "150 days, the last a Sunday"},
		{RefusalReply, "2020-07-16", "2020-07-27", "the last notice that starts the clock again; a Sunday"},
		{RefusalReply, "2020-07-17", "2020-07-27", "the first notice that suspends it"},
		{RefusalReply, "2025-12-15", "2025-12-27", "Christmas and Saint Stephen; a Saturday is no holiday"},
		{RefusalReply, "2026-03-26", "2026-04-07", "Easter Sunday and Monday"},
		{Presentation, "2026-04-02", "2026-04-15", "over Easter 2026"},
		{Presentation, "2024-03-27", "2024-04-09", "over Easter 2024"},
		{Presentation, "2026-04-17", "2026-04-29", "Liberation Day on a Saturday costs nothing"},
		{Presentation, "2025-12-04", "2025-12-17", "7 December on a Sunday, 8 December"},
		{Presentation, "2026-12-03", "2026-12-17", "7 and 8 December on working days"},
		{Presentation, "2025-09-26", "2025-10-08", "4 October 2025 is an ordinary Saturday"},
		{Presentation, "2026-09-24", "2026-10-06", "4 October 2026 is a Sunday anyway"},
		{Presentation, "2027-09-24", "2027-10-07", "4 October 2027 is a Monday and a holiday"},
		{HostNotice, "2026-04-02", "2026-04-04", "48 hours before Easter"},
		{HostNotice, "2026-12-05", "2026-12-07", "48 hours do not wait for Saint Ambrose"},
		{CheckIn1, "2026-01-31", "2026-02-28", "no 31 February"},
		{CheckIn1, "2024-01-31", "2024-02-29", "a leap year"},
		{CheckIn1, "2026-03-31", "2026-04-30", "no 31 April"},
		{CheckIn1, "2025-10-31", "2025-12-01", "30 November is a Sunday"},
		{NullaOstaValidity, "2025-10-25", "2026-04-27", "Liberation Day, then a Sunday"},
		{NullaOstaValidity, "2025-04-04", "2025-10-04", "4 October is no holiday in 2025"},
		{NullaOstaValidity, "2027-04-04", "2027-10-05", "and is one in 2027"},
	} {
		if got := book.Term(c.rule, day(c.from)); got.Due != day(c.due) {
			t.Errorf("%s from %s is due on %s, not on %s (%s)", c.rule, c.from, got.Due, c.due, c.why)
		}
	}
}

func TestTheEffectOfANoticeChangesOn17July2020(t *testing.T) {
	for on, want := range map[string]string{"2020-07-16": "restart", "2020-07-17": "suspend"} {
		if got := Default().At(RefusalEffect, day(on)).Value; got != want {
			t.Errorf("a notice of %s has the effect %s", on, got)
		}
	}
}

func TestARuleIsFoundOnlyOnceItExists(t *testing.T) {
	for _, c := range []struct{ rule, before, first string }{
		{AgreementAge, "2012-03-09", "2012-03-10"},
		{AgreementTerm, "2012-03-09", "2012-03-10"},
		{Residence, "2024-12-10", "2024-12-11"},
		{PermitMinor, "2016-07-22", "2016-07-23"},
		{HealthCover, "2008-11-04", "2008-11-05"},
		{SocialAllowance, "2019-12-31", "2020-01-01"},
	} {
		if rule, ok := Default().Find(c.rule, day(c.before)); ok {
			t.Errorf("on %s there is already %+v", c.before, rule)
		}
		first, ok := Default().Find(c.rule, day(c.first))
		if !ok || first.From != day(c.first) {
			t.Errorf("on %s %s is %+v", c.first, c.rule, first)
		}
		if read := Default().At(c.rule, day(c.before)); read != first {
			t.Errorf("asked too early, %s is %+v and not its first row", c.rule, read)
		}
	}
	if rule, ok := Default().Find(SocialAllowance, day("2027-01-01")); ok {
		t.Errorf("the allowance of 2027 is made up: %+v", rule)
	}
	if rule, ok := Default().Find(ReviewTerm, day("1990-01-01")); !ok || rule.From != Epoch {
		t.Errorf("days before the Testo Unico read %+v", rule)
	}
}

func TestTheAmountsAndChangesThatHaveADay(t *testing.T) {
	for _, c := range []struct{ rule, on, value string }{
		{ReviewSilence, "2009-08-07", "direct_visa"}, {ReviewSilence, "2009-08-08", "no_effect"},
		{PermitLongest, "2023-05-31", "24"}, {PermitLongest, "2023-06-01", "36"},
		{HousingCheck, "2024-12-10", "certificate"}, {HousingCheck, "2024-12-11", "certificate_and_measures"},
		{HealthContribution, "2024-01-01", "200000"}, {HousingHeight, "2026-01-01", "270"},
	} {
		if got := Default().At(c.rule, day(c.on)).Value; got != c.value {
			t.Errorf("on %s %s is %s, not %s", c.on, c.rule, got, c.value)
		}
	}
}

func TestABadOverrideOfAYoungRuleIsRefused(t *testing.T) {
	const rest = ",citation,policy,it,en\n"
	for _, c := range []struct{ why, file, want string }{
		{"euros for cents", columns + "income.social_allowance,546.24,cents,2020-01-01," + rest, `line 2: value: "546.24" is not a whole number of cents`},
		{"another unit of area", columns + "housing.height,270,square_metres,1998-03-27," + rest, `line 2: unit: rule housing.height is counted in cm, not in "square_metres"`},
		{"a share in days", columns + "income.per_member,50,days,1998-03-27," + rest, `line 2: unit: rule income.per_member is counted in percent`},
		{"no such choice", columns + "residence.ict,perhaps,choice,2024-12-11," + rest, `line 2: value: "perhaps" is none of exempt, required`},
		{"a young rule that begins too late", columns + "agreement.age,16,years,2015-01-01," + rest, "line 2: rule agreement.age is not known between 2012-03-10 and 2015-01-01"},
		{"a young rule that ends", columns + "agreement.age,16,years,2012-03-10,2030-12-31" + rest, "line 2: rule agreement.age is not known after 2030-12-31"},
		{"years taken away", columns + "income.social_allowance,45983,cents,2020-01-01,2020-12-31" + rest, "line 2: rule income.social_allowance is not known after 2020-12-31"},
		{"a missing year", columns + "income.social_allowance,45983,cents,2020-01-01,2020-12-31" + rest + "income.social_allowance,46903,cents,2022-01-01,2026-12-31" + rest,
			"line 3: rule income.social_allowance must begin on the day after"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if _, err := Override("office.csv", strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v and does not say %q", err, c.want)
			}
		})
	}
}

func TestAnOverrideMayStandOnAnother(t *testing.T) {
	const rest = ",citation,policy,it,en\n"
	office, err := Override("office.csv", strings.NewReader(columns+"hub.plan,20,days,1998-03-27,"+rest))
	if err != nil {
		t.Fatal(err)
	}
	both, err := office.Override("what-if.csv", strings.NewReader(columns+"agreement.age,15,years,2012-03-10,"+rest))
	if err != nil {
		t.Fatal(err)
	}
	if both.At(PlanDue, day("2026-01-01")).Value != "20" || both.At(AgreementAge, day("2026-01-01")).Value != "15" || office.At(AgreementAge, day("2026-01-01")).Value != "16" {
		t.Error("the second file lost the first, or changed it")
	}
}
