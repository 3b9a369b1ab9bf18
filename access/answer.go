// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import "net/http"

// HeldAnswer holds an answer back until it is released: nobody is shown what
// could not be recorded first. An answer that is not released is swallowed, and
// whoever wrote it asks Err and says something else.
type HeldAnswer struct {
	http.ResponseWriter
	Release func(status int) error // called once, before anything goes out

	begun bool
	err   error
}

// Err is why the answer was not released; nil while nothing stood against it.
func (h *HeldAnswer) Err() error { return h.err }

// WriteHeader sends the headers once the answer is released.
func (h *HeldAnswer) WriteHeader(status int) {
	if h.begun {
		return
	}
	h.begun = true
	if h.err = h.Release(status); h.err != nil {
		h.Header().Del("ETag")
		h.Header().Del("Content-Disposition")
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write sends content once the answer is released.
func (h *HeldAnswer) Write(content []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if h.err != nil {
		return len(content), nil
	}
	return h.ResponseWriter.Write(content)
}
