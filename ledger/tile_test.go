// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// tiles fetches tiles as a stranger's client does, in one of the two layouts.
type tiles struct {
	rows []row
	c2sp bool
}

func (c tiles) Height() int { return 8 }

func (c tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.TrimPrefix(tile.Path(), "tile/")
		if c.c2sp {
			path = strings.TrimPrefix(path, "8/")
		}
		data, err := ledger.ReadTile(path, stored(c.rows))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (c tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func TestAStrangersClientProvesEventsFromTiles(t *testing.T) {
	t.Parallel()
	rows := history(700, 3)
	head := checkpoint(rows)
	for _, c := range []tiles{{rows, false}, {rows, true}} {
		// The reader checks every tile against the signed root.
		reader := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, c)
		for _, position := range []int64{0, 255, 256, 511, 699} {
			proof, err := tlog.ProveRecord(head.Size, position, reader)
			if err != nil {
				t.Fatalf("event %d: %v", position, err)
			}
			if err := ledger.CheckInclusion(proof, head, position, tlog.Hash(rows[position].hash)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWhatIsNoTileIsNotGivenOut(t *testing.T) {
	t.Parallel()
	rows := history(3, 1)
	for _, path := range []string{"", "8", "8/data/000", "entries/000", "7/0/000", "8/0/0", "8/0/000.p/0", "8/0/000.p/256", "0/../000", "8/0/000.p/2/x"} {
		if _, err := ledger.ReadTile(path, stored(rows)); !errors.Is(err, ledger.ErrNoTile) {
			t.Errorf("%q: %v", path, err)
		}
	}
}
