// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/rules"
	"ricongiungi/services"
)

func servicesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "services", Short: "The directory of services that families are referred to"}
	var kind, language string
	var municipio int
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List the services that take referrals today", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listServices(cmd, s, query("kind", kind, "municipio", numberOrNone(municipio), "language", language).Encode(), asJSON)
		},
	}
	list.Flags().StringVar(&kind, "kind", "", "only services of this kind")
	list.Flags().IntVar(&municipio, "municipio", 0, "only services for this Municipio, 1 to 9")
	list.Flags().StringVar(&language, "language", "", "only services in this language, such as ar")
	list.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(list, importServicesCommand(s), &cobra.Command{
		Use: "template", Short: "Write an example of a directory", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), services.Template)
			return err
		},
	})
	return cmd
}

func numberOrNone(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func importServicesCommand(s *settings) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Replace the directory by a CSV file; nothing changes when a row is wrong", Args: cobra.ExactArgs(1),
		Long: `Reads the whole directory from a CSV file (see "services template") and replaces
the present one, sample rows included. A service that the file leaves out takes no
more referrals; those made before stay as they are. Bad rows are listed with line
and reason, and then nothing is changed.`,
		RunE: func(cmd *cobra.Command, args []string) error { return importServices(cmd, s, args[0], dryRun) },
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only check the file")
	return cmd
}

func importServices(cmd *cobra.Command, s *settings, path string, dryRun bool) error {
	book, err := s.book()
	if err != nil {
		return err
	}
	directory, err := readServices(path, book)
	if err != nil {
		return refused{err.Error()}
	}
	if dryRun {
		fmt.Fprintf(cmd.OutOrStdout(), "%d services are sound; nothing was changed.\n", len(directory.All()))
		return nil
	}
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	if err := log.ImportServices(cmd.Context(), directory); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d services are in the directory; running programs see them within five seconds.\n", len(directory.All()))
	return nil
}

func readServices(path string, book *rules.Book) (services.Directory, error) {
	file, err := os.Open(path)
	if err != nil {
		return services.Directory{}, fmt.Errorf("directory of services: %w", err)
	}
	defer file.Close()
	return services.Load(path, file, book)
}

func listServices(cmd *cobra.Command, s *settings, filter string, asJSON bool) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	var found list[services.Service]
	if err := c.get(cmd.Context(), "/v1/services?"+filter, &found); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), found.Items)
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "SERVICE\tKIND\tMUNICIPI\tLANGUAGES\tFREE PLACES\tNAME")
	for _, row := range found.Items {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", row.Code, row.Kind, municipi(row.Municipi), strings.Join(row.Languages, " "), places(row.Places), row.Name.En)
	}
	return table.Flush()
}

func municipi(served []int) string {
	if len(served) == 0 {
		return "all"
	}
	words := make([]string, len(served))
	for i, m := range served {
		words[i] = strconv.Itoa(m)
	}
	return strings.Join(words, " ")
}

// places says how many were free, and that nobody should rely on an old count.
func places(p *services.Places) string {
	switch {
	case p == nil:
		return "not known"
	case p.Stale:
		return fmt.Sprintf("%d on %s (%s), stale", p.Free, p.On, p.By)
	}
	return fmt.Sprintf("%d on %s (%s)", p.Free, p.On, p.By)
}
