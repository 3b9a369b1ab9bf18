// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

func confirmCommand(s *settings) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "confirm RUN_ID [MEMBER_ID…]", Short: "Propose to children the places that a run found for them", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			members := args[1:]
			if all {
				undecided, err := s.undecided(cmd, args[0])
				if err != nil {
					return err
				}
				members = undecided
			}
			if len(members) == 0 {
				return errors.New("name the children, or --all")
			}
			return s.decideAll(cmd, args[0], members, desk.Choice{Action: "confirm"})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all that are still open and have a proposal")
	return cmd
}

func (s *settings) undecided(cmd *cobra.Command, runID string) ([]string, error) {
	c, err := s.client("education_officer")
	if err != nil {
		return nil, err
	}
	var run views.Run
	if err := c.get(cmd.Context(), "/v1/school-placements/"+runID, &run); err != nil {
		return nil, err
	}
	var open []string
	for _, line := range run.Result.Lines {
		decided := slices.ContainsFunc(run.Decisions, func(d views.LineDecision) bool { return d.MemberID == line.ChildID })
		if line.SchoolCode != "" && !decided {
			open = append(open, line.ChildID)
		}
	}
	return open, nil
}

func changeCommand(s *settings) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "change RUN_ID MEMBER_ID SCHOOL_CODE", Short: "Propose another school than the run does, with the reason", Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.decideAll(cmd, args[0], args[1:2], desk.Choice{Action: "change", SchoolCode: args[2], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, as a code such as family_wish")
	_ = cmd.MarkFlagRequired("reason") // the flag is there
	return cmd
}

func leaveCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use: "leave RUN_ID MEMBER_ID…", Short: "Leave children as they are: their search goes on", Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.decideAll(cmd, args[0], args[1:], desk.Choice{Action: "leave"})
		},
	}
}

// decideAll makes the same choice for each child. One that is refused does not
// keep the others from theirs.
func (s *settings) decideAll(cmd *cobra.Command, runID string, members []string, choice desk.Choice) error {
	failed := 0
	for _, member := range members {
		choice.MemberID = member
		var decided desk.Decided
		err := s.postJSON(cmd, "/v1/school-placements/"+runID+"/decisions", uuid.NewString(), choice, &decided)
		var no *problem
		switch {
		case errors.As(err, &no):
			failed++
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", member, no.Detail)
		case err != nil:
			return err
		case decided.Pending:
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s %s, kept; its case has not decided yet\n", member, decided.Action, decided.SchoolCode)
		default:
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s %s\n", member, decided.Action, decided.SchoolCode)
		}
	}
	if failed > 0 {
		return refused{fmt.Sprintf("%d of %d could not be done", failed, len(members))}
	}
	return nil
}
