// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight is that of both layouts in which a tile can be asked for: Go's
// checksum database as we use it and C2SP tlog-tiles know no other.
const tileHeight = 8

// ErrNoTile says that the path names no tile of hashes that this log can have.
var ErrNoTile = errors.New("ledger: no such tile")

// ReadTile returns the hashes of one tile, 32 bytes each, left to right. The
// path is what follows "tile/": "8/0/x001/234.p/5" as package tlog writes it, or
// "0/x001/234.p/5" as C2SP tlog-tiles does, whose levels end at 5. The reader is
// asked once; a tile beyond the end of the log is its error. Tiles of entries
// are not given out: leaves say what happened to a family.
func ReadTile(path string, reader tlog.HashReader) ([]byte, error) {
	if !strings.HasPrefix(path, "8/") {
		path = "8/" + path
	}
	tile, err := tlog.ParseTilePath("tile/" + path)
	if err != nil || tile.H != tileHeight || tile.L < 0 {
		return nil, ErrNoTile
	}
	data, err := tlog.ReadTileData(tile, reader)
	if err != nil {
		return nil, fmt.Errorf("ledger: tile %s: %w", path, err)
	}
	return data, nil
}
