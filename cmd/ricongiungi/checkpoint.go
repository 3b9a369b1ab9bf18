// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/ledger"
	"ricongiungi/rules"
)

func checkpointCommand(s *settings) *cobra.Command {
	var page bool
	cmd := &cobra.Command{
		Use: "checkpoint", Short: "Show the signed head of the log and the key to check it with", Args: cobra.NoArgs,
		Long: `Shows the signed head of the log. With --print it is a page for the protocol
register: registered once a week, it fixes everything that was recorded before.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return showCheckpoint(cmd, s, page) },
	}
	cmd.Flags().BoolVar(&page, "print", false, "as a page to be printed and registered")
	return cmd
}

func showCheckpoint(cmd *cobra.Command, s *settings, page bool) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	text, err := log.Checkpoint(cmd.Context())
	if err != nil {
		return err
	}
	signer, err := s.signer()
	if err != nil {
		return err
	}
	if !page {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\nkey %s\n", text, signer.VerifierKey())
		return nil
	}
	key, err := verification{}.publicKey(s)
	if err != nil {
		return err
	}
	head, err := ledger.OpenCheckpoint(text, key)
	if err != nil {
		return err
	}
	writePage(cmd.OutOrStdout(), head, string(text), signer.VerifierKey(), time.Now())
	return nil
}

var italianMonths = []string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"}

// writePage writes the page for the protocol register. The digits of the hash
// stand in groups, so that two people can compare them aloud.
func writePage(out io.Writer, head ledger.Checkpoint, signed, key string, now time.Time) {
	day := rules.DateOf(now)
	clock := now.In(rules.Rome).Format("15:04")
	fmt.Fprintf(out, `REGISTRO DEGLI EVENTI – ATTESTAZIONE DELLO STATO
EVENT LOG – STATEMENT OF ITS STATE

Registro / log              %[1]s
Data                        %[2]d %[3]s %[4]d, ore %[5]s (Europe/Rome)
Date                        %[6]s, %[5]s (Europe/Rome)
Eventi / events             %[7]d

Impronta (SHA-256, radice dell'albero) / digest (SHA-256, root of the tree)

%[8]s
Questa pagina, protocollata, fissa tutti gli eventi registrati fino a oggi: chi
volesse cambiarne o toglierne uno dovrebbe cambiare anche l'impronta qui sopra.
Per confrontare il registro con questa pagina, ricopiare le righe firmate qui
sotto in un file ed eseguire: ricongiungi audit verify --against FILE --key CHIAVE

Once registered, this page fixes all events recorded until today: whoever wanted
to change or remove one would have to change the digest above as well. To hold
the log against this page, copy the signed lines below into a file and run:
ricongiungi audit verify --against FILE --key KEY

Chiave pubblica / public key
%[9]s

Righe firmate / signed lines
%[10]s`, head.Origin, day.Day, italianMonths[day.Month-1], day.Year, clock, now.In(rules.Rome).Format("2 January 2006"),
		head.Size, grouped(hex.EncodeToString(head.Root[:])), key, signed)
}

// grouped sets four digits apart, eight groups a line.
func grouped(digits string) string {
	var out strings.Builder
	for i := 0; i < len(digits); i += 4 {
		end := " "
		if i%32 == 28 {
			end = "\n"
		}
		if i%32 == 0 {
			out.WriteString("    ")
		}
		out.WriteString(digits[i:min(i+4, len(digits))] + end)
	}
	return out.String()
}
