// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"
	"time"
)

const retentionColumns = "class,months,valid_from,valid_to,citation,certainty,it,en\n"

func TestEachClassOfDataHasOneTermTodayWithItsSource(t *testing.T) {
	on := On(2026, time.November, 28)
	kept := DefaultRetention().InForce(on)
	if len(kept) != len(RetentionClasses()) {
		t.Fatalf("%d rows are in force for %d classes", len(kept), len(RetentionClasses()))
	}
	signIns, _ := DefaultRetention().Of(SignIns, on)
	if signIns.Months < 6 {
		t.Errorf("sign-ins of administrators are kept %d months, the Garante asks for 6", signIns.Months)
	}
}

func TestTheRowInForceOnTheDayOfTheCheckCounts(t *testing.T) {
	r, err := ReadRetention("test", strings.NewReader(retentionColumns+
		"sign_ins,6,2000-01-01,2026-06-30,a,sure,b,c\nsign_ins,24,2026-07-01,,a,sure,b,c\n"))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[Date]Date{On(2026, 6, 30): On(2025, 12, 30), On(2026, 7, 1): On(2024, 7, 1)} {
		k, ok := r.Of(SignIns, day)
		if !ok || k.Until(day) != want {
			t.Errorf("on %s: until %s, want %s", day, k.Until(day), want)
		}
	}
	if _, ok := r.Of(SignIns, On(1999, 12, 31)); ok {
		t.Error("a row counts before it is in force")
	}
	if _, ok := r.Of(MachineCalls, On(2026, 7, 1)); ok {
		t.Error("a class without a row is not kept for good")
	}
}

func TestABrokenTableOfTermsIsRefusedWithItsLine(t *testing.T) {
	for row, want := range map[string]string{
		"x,6,2000-01-01,,a,sure,b,c":                                           "line 2: class",
		"sign_ins,0,2000-01-01,,a,sure,b,c":                                    "line 2: months",
		"sign_ins,6,2000-13-01,,a,sure,b,c":                                    "line 2: valid_from",
		"sign_ins,6,2000-01-01,1999-01-01,a,sure,b,c":                          "before valid_from",
		"sign_ins,6,2000-01-01,,,sure,b,c":                                     "citation",
		"sign_ins,6,2000-01-01,,a,maybe,b,c":                                   "certainty",
		"sign_ins,6,2000-01-01,,a,sure,b,c\nsign_ins,7,2001-01-01,,a,sure,b,c": "line 3: two rows",
		"sign_ins,6": "wrong number of fields",
	} {
		if _, err := ReadRetention("test", strings.NewReader(retentionColumns+row+"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", row, err, want)
		}
	}
	if _, err := ReadRetention("test", strings.NewReader("a,b\n")); err == nil {
		t.Error("other columns were read")
	}
}
