// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func TestALinkLeadsToItsCaseAlsoAfterTheViewsAreRebuilt(t *testing.T) {
	b := setup(t)
	view := b.opened()
	sum := sha256.Sum256([]byte("secret"))
	if o := b.order(view.CaseID, "give_family_link", &casefile.GiveFamilyLink{PersonID: view.SponsorID, Digest: hex.EncodeToString(sum[:])}); o.Refusal != nil {
		t.Fatal(o.Refusal.Code)
	}
	for range 2 {
		found, err := b.LinkedCase(t.Context(), sum[:])
		must(t, err)
		if found != view.CaseID {
			t.Errorf("the link leads to %s", found)
		}
		_, err = b.RebuildView(t.Context(), view.CaseID)
		must(t, err)
	}
}

func TestAnUnknownLinkLeadsNowhere(t *testing.T) {
	b := setup(t)
	sum := sha256.Sum256([]byte("never given"))
	if _, err := b.LinkedCase(t.Context(), sum[:]); !errors.Is(err, views.ErrNotFound) {
		t.Error(err)
	}
}
