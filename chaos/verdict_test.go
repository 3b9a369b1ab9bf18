// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/jackc/pgx/v5"
)

// verify compares what clients were told with what the log holds.
func (c *crowd) verify(steps []step) {
	c.Helper()
	c.until(patience, "everything that was accepted is settled", func() bool { return c.unsettled() == 0 })
	log := c.readLog(steps)
	c.nothingLostNothingTwice(steps, log)
	c.noAnswerContradictsTheLog(steps, log)
	c.derivedIsEqual()
}

func (c *crowd) query(sql string, args ...any) pgx.Rows {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.system.DatabaseURL())
	must(c.T, err)
	c.Cleanup(func() { _ = conn.Close(context.Background()) })
	rows, err := conn.Query(c.Context(), sql, args...)
	must(c.T, err)
	return rows
}

func (c *crowd) unsettled() int64 {
	c.Helper()
	n, err := pgx.CollectExactlyOneRow(c.query(`SELECT count(*) FROM orders WHERE settled_at IS NULL`), pgx.RowTo[int64])
	must(c.T, err)
	return n
}

// span is the events of one command: their versions, and how many there are.
type span struct {
	CaseID    string
	CommandID string
	First     int64
	Last      int64
	Events    int64
	Notes     int64
}

// caseLog is the order of things in one case, as the log has it.
type caseLog struct {
	spans   map[string]span // what clients of ours wrote, by command
	foreign map[int64]bool  // versions that nobody of ours was told of
}

func (c *crowd) readLog(steps []step) map[string]caseLog {
	c.Helper()
	acknowledged := map[string]bool{}
	for _, s := range steps {
		acknowledged[s.commandID] = s.kind != look && !s.stale
	}
	spans, err := pgx.CollectRows(c.query(`
		SELECT case_id::text, command_id::text, min(version), max(version), count(*), count(*) FILTER (WHERE type = 'note_added')
		FROM events GROUP BY case_id, command_id`), pgx.RowToStructByPos[span])
	must(c.T, err)
	logs := map[string]caseLog{}
	for _, id := range c.cases {
		logs[id] = caseLog{map[string]span{}, map[int64]bool{}}
	}
	for _, s := range spans {
		log, ours := logs[s.CaseID]
		if ours && s.Notes > 0 {
			log.spans[s.CommandID] = s
		}
		for v := s.First; ours && !acknowledged[s.CommandID] && v <= s.Last; v++ {
			log.foreign[v] = true
		}
	}
	return logs
}

// nothingLostNothingTwice looks for every acknowledged command in the log, and
// for commands that stand there without having been given, or more than once.
func (c *crowd) nothingLostNothingTwice(steps []step, logs map[string]caseLog) {
	c.Helper()
	for _, s := range steps {
		if s.kind == look || s.stale {
			continue
		}
		switch at, kept := logs[s.caseID].spans[s.commandID]; {
		case !kept:
			c.Errorf("acknowledged as version %d of %s and not in the log: %s", s.version, s.caseID, s.commandID)
		case at.Notes != 1:
			c.Errorf("%s stands %d times in the log", s.commandID, at.Notes)
		case at.Last != s.version:
			c.Errorf("%s was told version %d and is version %d", s.commandID, s.version, at.Last)
		}
	}
	for id, log := range logs {
		for command := range log.spans {
			if _, given := c.given.Load(command); !given {
				c.Errorf("%s of case %s stands in the log and nobody gave it", command, id)
			}
		}
	}
}

// noAnswerContradictsTheLog asks for an order of all steps that fits the times
// at which they were asked and answered, case by case.
func (c *crowd) noAnswerContradictsTheLog(steps []step, logs map[string]caseLog) {
	c.Helper()
	operations := make([]porcupine.Operation, len(steps))
	for i, s := range steps {
		operations[i] = porcupine.Operation{ClientId: s.client, Input: s, Output: s, Call: s.began.UnixNano(), Return: s.ended.UnixNano()}
	}
	if result := porcupine.CheckOperationsTimeout(model(logs), operations, time.Minute); result != porcupine.Ok {
		c.Errorf("the answers fit no order of the log: %s", result)
	}
}

// model is a case as its clients may see it: a version that their notes move on
// by one, over what others wrote. The state is the version of one case; zero
// stands for whatever it was before the first step.
func model(logs map[string]caseLog) porcupine.Model {
	return porcupine.Model{
		Partition: byCase,
		Init:      func() any { return int64(0) },
		Step: func(state, input, _ any) (bool, any) {
			version, s := state.(int64), input.(step)
			log := logs[s.caseID]
			switch {
			case s.stale:
				return version != s.expected || log.foreign[version+1], version
			case s.kind == look:
				return log.follows(version, s.version+1), s.version
			case s.kind == noteAt && log.spans[s.commandID].First != s.expected+1:
				return false, version
			}
			at := log.spans[s.commandID]
			return log.follows(version, at.First), at.Last
		},
		DescribeOperation: func(input, _ any) string {
			s := input.(step)
			return fmt.Sprintf("%s(%d) → %d stale=%v", s.kind, s.expected, s.version, s.stale)
		},
	}
}

// follows tells whether nothing of ours stands between two versions.
func (l caseLog) follows(version, next int64) bool {
	if version == 0 {
		return true
	}
	for v := version + 1; v < next; v++ {
		if !l.foreign[v] {
			return false
		}
	}
	return version < next
}

func byCase(history []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, o := range history {
		id := o.Input.(step).caseID
		parts[id] = append(parts[id], o)
	}
	var all [][]porcupine.Operation
	for _, part := range parts {
		all = append(all, part)
	}
	return all
}

// derivedIsEqual has the program itself say that chains, tree and views are
// those of the log.
func (c *crowd) derivedIsEqual() {
	c.Helper()
	c.Log(c.run("audit", "verify"))
	if said := c.run("rebuild", "views"); !strings.Contains(said, "; 0 differed") {
		c.Errorf("views are not those of the log: %s", said)
	}
}

// p is a quantile of the figures, 0.95 for the one that 95 of 100 keep.
func p(figures []time.Duration, share float64) time.Duration {
	if len(figures) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
