// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"os/exec"
	"runtime"
	"sync"
)

// forker starts every child from one operating-system thread that lives as long
// as the process. Linux ties "tell me when my parent dies" to the forking
// thread, and Go ends threads whenever it likes: a child forked elsewhere would
// be killed while its parent is well.
type forker struct{ requests chan forkRequest }

type forkRequest struct {
	cmd    *exec.Cmd
	result chan error
}

var theForker = sync.OnceValue(func() forker {
	f := forker{requests: make(chan forkRequest)}
	go f.serve()
	return f
})

func (f forker) serve() {
	runtime.LockOSThread()
	for request := range f.requests {
		request.result <- request.cmd.Start()
	}
}

func (f forker) start(cmd *exec.Cmd) error {
	result := make(chan error, 1)
	f.requests <- forkRequest{cmd: cmd, result: result}
	return <-result
}
