// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"os"
)

// largestLog is where a log is set aside when its program starts; one older log
// is kept. Programs write to the file themselves, so that nothing they say is
// lost with us; the price is that a log grows beyond this while they run.
const largestLog = 20 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > largestLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("set the full log aside: %w", err)
		}
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return log, nil
}
