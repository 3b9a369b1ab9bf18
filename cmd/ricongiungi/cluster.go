// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"ricongiungi/deploy"
)

func clusterCommand(s *settings) *cobra.Command {
	var sample bool
	cmd := &cobra.Command{
		Use:   "cluster",
		Short: "Run the system as a city would, all on this machine",
		Long: `Runs what a city spreads over machines: Temporal's frontend, two history hosts,
matching and worker service as processes of their own on one PostgreSQL, two APIs
and two workers. Any of them can be killed; cases go on. Use a data folder of its
own: the cluster's databases differ from those of one machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			processes, err := s.doubled()
			if err != nil {
				return err
			}
			return up(cmd, s, sample, deploy.Config{Apart: true}, processes)
		},
	}
	cmd.Flags().BoolVar(&sample, "sample", true, "bring in invented families on the first start")
	return cmd
}

// process is one process of the program, with the addresses on which it listens
// by the setting that names them.
type process struct {
	name, part string
	addresses  map[string]string
}

// portsFree says which port is taken before anything is started.
func (p process) portsFree() error {
	for setting, address := range p.addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("%s cannot listen on %s (another program uses the port?); choose another with %s: %w", p.name, address, setting, err)
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}

// single is one process of each part.
func (s *settings) single() []process {
	return append(s.people(),
		process{"serve", "serve", map[string]string{"RICONGIUNGI_LISTEN": s.listen, "RICONGIUNGI_METRICS": s.metrics}},
		process{"work", "work", map[string]string{"RICONGIUNGI_WORK_METRICS": s.workMetrics}})
}

// doubled is two APIs and two workers; the second ones listen one port further,
// and two where metrics stand side by side.
func (s *settings) doubled() ([]process, error) {
	processes := s.people()
	for copy := range 2 {
		listen, err := further(s.listen, copy)
		if err != nil {
			return nil, err
		}
		metrics, err := further(s.metrics, 2*copy)
		if err != nil {
			return nil, err
		}
		work, err := further(s.workMetrics, 2*copy)
		if err != nil {
			return nil, err
		}
		processes = append(processes,
			process{fmt.Sprintf("serve-%d", copy+1), "serve", map[string]string{"RICONGIUNGI_LISTEN": listen, "RICONGIUNGI_METRICS": metrics}},
			process{fmt.Sprintf("work-%d", copy+1), "work", map[string]string{"RICONGIUNGI_WORK_METRICS": work}})
	}
	return processes, nil
}

// people is the provider with invented people, unless the body has its own.
func (s *settings) people() []process {
	if s.issuerURL != "" {
		return nil
	}
	return []process{{"sample-provider", "sample-provider", map[string]string{"RICONGIUNGI_PROVIDER": s.provider}}}
}

// further is the address so many ports on.
func further(address string, by int) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("address %s: %w", address, err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", fmt.Errorf("address %s: the port must be a number", address)
	}
	return net.JoinHostPort(host, strconv.Itoa(number+by)), nil
}
