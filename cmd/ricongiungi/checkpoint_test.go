// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

func TestThePageForTheProtocolRegisterSaysWhenHowMuchAndWhat(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	head := ledger.Checkpoint{Origin: "example.org/log", Size: 4711, Root: tlog.Hash{0xab, 0xcd, 0xef, 31: 0x42}}
	writePage(&page, head, "signed lines\n", "public key", time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC))
	for _, part := range []string{"2 marzo 2026, ore 00:30", "2 March 2026, 00:30", "4711", "abcd ef00 0000 0000 0000 0000 0000 0000\n", "0042\n", "signed lines", "public key"} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("%q is not on the page:\n%s", part, page.String())
		}
	}
}
