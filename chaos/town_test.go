// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"ricongiungi/deploy"
)

// town is the system as an office runs it, with PostgreSQL and Temporal behind
// proxies that can be made to misbehave.
type town struct {
	*testing.T
	data     string
	program  string
	system   *deploy.System
	database *toxiproxy.Proxy // between our processes and PostgreSQL
	temporal *toxiproxy.Proxy // between our processes and Temporal
	apis     []string         // base addresses
}

// program is built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ricongiungi-chaos-program-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "ricongiungi")
	if out, err := exec.Command("go", "build", "-o", path, "../cmd/ricongiungi").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// openTown starts everything under the folder and stops it with the test.
func openTown(t *testing.T, dir string) *town {
	t.Helper()
	path, err := program()
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // the database's own user must pass
	o := &town{T: t, data: filepath.Join(dir, "data"), program: path}
	o.system, err = deploy.Start(t.Context(), deploy.Config{DataDir: o.data, RandomPorts: true, Durable: true, Out: testLog{t}})
	must(t, err)
	t.Cleanup(func() { must(t, o.system.Stop()) })
	o.run("migrate")
	o.placeProxies()
	o.spawn()
	return o
}

// folder is removed when its test ends well; what a failed one leaves tells why.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ricongiungi-chaos-")
	must(t, err)
	t.Cleanup(func() {
		if !t.Failed() {
			_ = os.RemoveAll(dir)
		}
	})
	return dir
}

func (o *town) placeProxies() {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	o.database = o.proxy(server, "database", o.databaseURL().Host)
	o.temporal = o.proxy(server, "temporal", o.system.TemporalAddress())
}

func (o *town) proxy(server *toxiproxy.ApiServer, name, upstream string) *toxiproxy.Proxy {
	o.Helper()
	proxy := toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)
	must(o.T, proxy.Start())
	o.Cleanup(proxy.Stop)
	return proxy
}

func (o *town) databaseURL() *url.URL {
	u, err := url.Parse(o.system.DatabaseURL())
	must(o.T, err)
	return u
}

// spawn runs our own processes, which know the proxies only. The first API makes
// the keys that the others read.
func (o *town) spawn() {
	o.Helper()
	through := o.databaseURL()
	through.Host = o.database.Listen
	common := []string{"RICONGIUNGI_DATA=" + o.data, "DATABASE_URL=" + through.String(), "TEMPORAL_ADDRESS=" + o.temporal.Listen, "RICONGIUNGI_PROVIDER=" + freeAddress(o.T)}
	start := func(name, part string, more ...string) {
		must(o.T, o.system.Spawn(name, []string{o.program, part}, append(more, common...)))
	}
	start("sample-provider", "sample-provider")
	for i := range 2 {
		address := freeAddress(o.T)
		o.apis = append(o.apis, "http://"+address)
		start(fmt.Sprintf("api-%d", i+1), "serve", "RICONGIUNGI_LISTEN="+address, "RICONGIUNGI_METRICS="+freeAddress(o.T))
		o.awaitReady(o.apis[i])
	}
	start("worker-1", "work", "RICONGIUNGI_WORK_METRICS="+freeAddress(o.T))
	start("worker-2", "work", "RICONGIUNGI_WORK_METRICS="+freeAddress(o.T))
}

func (o *town) awaitReady(api string) {
	o.Helper()
	o.until(2*time.Minute, api+" is ready", func() bool {
		response, err := http.Get(api + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// run runs a sub-command on the servers themselves, not through the proxies.
func (o *town) run(args ...string) string {
	o.Helper()
	cmd := exec.Command(o.program, args...)
	cmd.Env = append(os.Environ(), "RICONGIUNGI_DATA="+o.data, "DATABASE_URL="+o.system.DatabaseURL(), "TEMPORAL_ADDRESS="+o.system.TemporalAddress(), "TEMPORAL_NAMESPACE="+o.system.Namespace())
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.Fatalf("ricongiungi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// kill ends a process with no warning. The supervisor starts it again.
func (o *town) kill(name string) {
	o.Helper()
	run, err := deploy.ReadRun(o.data)
	must(o.T, err)
	pid := run.Children[name]
	if pid <= 1 {
		o.Fatalf("%s has no process among %v", name, run.Children)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		o.Fatalf("kill %s: %v", name, err)
	}
}

func (o *town) until(patience time.Duration, what string, holds func() bool) {
	o.Helper()
	deadline := time.After(patience)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline:
			o.Fatalf("not within %s: %s", patience, what)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type testLog struct{ t *testing.T }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}
