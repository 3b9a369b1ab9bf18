// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// viewTables are the tables that project writes, and only project, with the key
// that orders their rows. Each has a column case_id.
var viewTables = []struct{ name, key string }{
	{"case_views", "case_id"},
	{"agenda_items", "case_id, item, subject"},
	{"school_needs", "member_id"},
	{"reservations", "appointment_id, resource"},
	{"desk_cases", "case_id"},
	{"desk_ways", "case_id, member_id"},
	{"desk_approvals", "case_id, kind, subject"},
	{"personal_links", "digest, case_id"},
}

// viewsDigest is one SHA-256 over every row of every view in a schema, as of the
// transaction. Two databases whose views have the same rows have the same one.
func viewsDigest(ctx context.Context, tx pgx.Tx, schema string) (string, error) {
	// The text of a row depends on how the session writes instants.
	if _, err := tx.Exec(ctx, `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = 'hex'`); err != nil {
		return "", fmt.Errorf("store: digest of the views: %w", err)
	}
	all := sha256.New()
	for _, t := range viewTables {
		var digest []byte
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT sha256(coalesce(string_agg(sha256(convert_to(v::text, 'UTF8')), ''::bytea ORDER BY %s), ''::bytea)) FROM %s AS v`,
			t.key, pgx.Identifier{schema, t.name}.Sanitize())).Scan(&digest)
		if err != nil {
			return "", fmt.Errorf("store: digest of %s: %w", t.name, err)
		}
		fmt.Fprintf(all, "%s %x\n", t.name, digest)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}
