// SPDX-License-Identifier: AGPL-3.0-or-later

package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/identity/sampleprovider"
	"ricongiungi/views"
)

const grantRows = `group,role,office
wemi-supervisors,supervisor,wemi-mi
wemi-counsellors,counsellor,wemi-mi
prefettura-sui,sui_officer,prefettura-mi
`

// sessionsInMemory keeps sessions as the database would.
type sessionsInMemory struct {
	mu   sync.Mutex
	kept map[string]views.Session
}

func (m *sessionsInMemory) OpenSession(_ context.Context, s views.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[string(s.Digest)] = s
	return nil
}

func (m *sessionsInMemory) Session(_ context.Context, digest []byte) (views.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.kept[string(digest)]; ok {
		return s, nil
	}
	return views.Session{}, views.ErrNoSession
}

func (m *sessionsInMemory) SeeSession(_ context.Context, digest []byte, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.kept[string(digest)]
	s.SeenAt = at
	m.kept[string(digest)] = s
	return nil
}

func (m *sessionsInMemory) EndSession(_ context.Context, digest []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, string(digest))
	return nil
}

// house is a console with nothing but sign-in, and the provider beside it.
type house struct {
	t        *testing.T
	signIn   *SignIn
	sessions *sessionsInMemory
	console  *httptest.Server
	provider *httptest.Server
	ahead    time.Duration // by which the console's clock runs ahead
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, sessions: &sessionsInMemory{kept: map[string]views.Session{}}}
	h.console = httptest.NewTLSServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.console.Close)
	h.provider = startProvider(t, h.console.URL)
	grants, err := ReadGrants(strings.NewReader(grantRows))
	if err != nil {
		t.Fatal(err)
	}
	h.signIn, err = New(Config{
		Issuer: h.provider.URL, ClientID: "console", ClientSecret: "secret of the test", PublicURL: h.console.URL,
		GroupClaim: "groups", Grants: grants, CookieKey: bytes.Repeat([]byte{7}, 64),
		Idle: 30 * time.Minute, Longest: 10 * time.Hour, Clock: func() time.Time { return time.Now().Add(h.ahead) },
	}, h.sessions)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func startProvider(t *testing.T, console string) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	handler, err := sampleprovider.New("http://"+server.Listener.Addr().String(), sampleprovider.Client{
		ID: "console", Secret: "secret of the test", RedirectURI: console + CallbackPath, AfterURI: console + "/",
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func (h *house) serve(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.URL.Path {
	case "/sign-in":
		err = h.signIn.Begin(w, r)
	case CallbackPath:
		err = h.signIn.Complete(w, r)
	case "/sign-out":
		err = h.signIn.End(w, r)
	default:
		h.greet(w, r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
	}
}

func (h *house) greet(w http.ResponseWriter, r *http.Request) {
	who, err := h.signIn.Operator(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(who)
}

func (h *house) browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	client := h.console.Client()
	return &http.Client{Jar: jar, Transport: client.Transport}
}

func read(t *testing.T, response *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// enter signs the browser in as the person and gives the page it ends on.
func (h *house) enter(browser *http.Client, person, returning string) (int, string) {
	h.t.Helper()
	response, err := browser.Get(h.console.URL + "/sign-in?return=" + url.QueryEscape(returning))
	_, page := read(h.t, response, err)
	found := requestField.FindStringSubmatch(page)
	if found == nil {
		h.t.Fatalf("the provider shows no one to choose:\n%s", page)
	}
	response, err = browser.PostForm(h.provider.URL+"/choose", url.Values{"request": {found[1]}, "person": {person}})
	return read(h.t, response, err)
}

func (h *house) who(browser *http.Client) (int, views.Operator) {
	h.t.Helper()
	response, err := browser.Get(h.console.URL + "/me")
	status, body := read(h.t, response, err)
	var who views.Operator
	_ = json.Unmarshal([]byte(body), &who)
	return status, who
}

var giulia = sampleprovider.People()[0]

func TestWhoSignsInActsInTheRoleOfTheirGroup(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	if status, body := h.enter(browser, giulia.ID, "/cases?mine=1"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	_, who := h.who(browser)
	want := views.Operator{Actor: casefile.Actor{ID: giulia.ID, Role: casefile.Counsellor, Office: "wemi-mi"}, Name: giulia.Name, Level: "urn:ricongiungi:sample"}
	if who != want {
		t.Errorf("signed in as %+v and not %+v", who, want)
	}
}

func TestSomebodyWhoseGroupsMeanNothingHereIsNotLetIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	auditor := sampleprovider.People()[5]
	if _, body := h.enter(browser, auditor.ID, "/"); !strings.Contains(body, ErrNoRole.Error()) {
		t.Errorf("the answer is %s", body)
	}
	if status, _ := h.who(browser); status != http.StatusUnauthorized {
		t.Errorf("let in with %d", status)
	}
}

func TestASessionEndsByIdlenessAndByAge(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	h.enter(browser, giulia.ID, "/")
	for h.ahead = 0; h.ahead < 10*time.Hour-time.Minute; h.ahead += 29 * time.Minute {
		if status, _ := h.who(browser); status != http.StatusOK {
			t.Fatalf("a busy session ended after %s", h.ahead)
		}
	}
	h.ahead = 10*time.Hour + time.Second
	if status, _ := h.who(browser); status != http.StatusUnauthorized {
		t.Error("a session outlived its absolute limit")
	}
	h.ahead = 0
	h.enter(browser, giulia.ID, "/")
	h.ahead = 31 * time.Minute
	if status, _ := h.who(browser); status != http.StatusUnauthorized {
		t.Error("an idle session went on")
	}
	if len(h.sessions.kept) != 0 {
		t.Error("an ended session is still kept")
	}
}

func TestASignedOutCookieIsWorthNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	h.enter(browser, giulia.ID, "/")
	site, _ := url.Parse(h.console.URL)
	stolen := browser.Jar.Cookies(site)
	response, err := browser.Get(h.console.URL + "/sign-out")
	read(t, response, err)
	thief := h.browser()
	thief.Jar.SetCookies(site, stolen)
	if status, _ := h.who(thief); status != http.StatusUnauthorized {
		t.Errorf("the replayed cookie is answered with %d", status)
	}
}

func TestEachSignInGetsANewSession(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := h.browser()
	h.enter(browser, giulia.ID, "/")
	site, _ := url.Parse(h.console.URL)
	before := browser.Jar.Cookies(site)
	h.enter(browser, giulia.ID, "/")
	if after := browser.Jar.Cookies(site); len(before) != 1 || len(after) != 1 || before[0].Value == after[0].Value {
		t.Errorf("the session stayed the same over a new sign-in: %v, %v", before, after)
	}
	if len(h.sessions.kept) != 1 {
		t.Errorf("%d sessions are open", len(h.sessions.kept))
	}
}

func TestTheSessionCookieIsKeptFromScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	h := open(t)
	recorder := httptest.NewRecorder()
	if err := h.signIn.open(recorder, httptest.NewRequest("GET", "/", nil), views.Operator{}); err != nil {
		t.Fatal(err)
	}
	line := recorder.Header().Get("Set-Cookie")
	for _, want := range []string{"__Host-", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is missing in %s", want, line)
		}
	}
	if strings.Contains(line, "Domain=") {
		t.Errorf("the cookie goes to sibling hosts: %s", line)
	}
}

func TestAnAnswerThatNobodyHereAskedForSignsNobodyIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	begun := httptest.NewRecorder()
	if err := h.signIn.Begin(begun, httptest.NewRequest("GET", "/sign-in", nil)); err != nil {
		t.Fatal(err)
	}
	mine := begun.Result().Cookies()
	sent, _ := url.Parse(begun.Header().Get("Location"))
	state := sent.Query().Get("state")
	table := map[string]struct {
		cookies []*http.Cookie
		query   string
	}{
		"in another browser":    {nil, "state=" + state + "&code=x"},
		"with another state":    {mine, "state=other&code=x"},
		"without a state":       {mine, "code=x"},
		"without a code":        {mine, "state=" + state + "&error=access_denied"},
		"with an invented code": {mine, "state=" + state + "&code=invented"},
		"with a forged cookie":  {[]*http.Cookie{{Name: attemptCookie, Value: "forged"}}, "state=" + state + "&code=x"},
	}
	for name, attack := range table {
		r := httptest.NewRequest("GET", CallbackPath+"?"+attack.query, nil)
		for _, cookie := range attack.cookies {
			r.AddCookie(cookie)
		}
		recorder := httptest.NewRecorder()
		if err := h.signIn.Complete(recorder, r); !errors.Is(err, ErrNotSignedIn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(h.sessions.kept) != 0 {
		t.Errorf("%d sessions were opened", len(h.sessions.kept))
	}
}

func TestASignInIsBoundToTheBrowserByPKCEStateAndNonce(t *testing.T) {
	t.Parallel()
	h := open(t)
	begun := httptest.NewRecorder()
	if err := h.signIn.Begin(begun, httptest.NewRequest("GET", "/sign-in", nil)); err != nil {
		t.Fatal(err)
	}
	sent, _ := url.Parse(begun.Header().Get("Location"))
	query := sent.Query()
	if query.Get("code_challenge_method") != "S256" || len(query.Get("code_challenge")) != 43 || query.Get("nonce") == "" || query.Get("state") == "" {
		t.Errorf("the request to the provider is %s", sent)
	}
}

func TestOnlyPathsOfThisSiteAreReturnedTo(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"/cases/1?tab=2": "/cases/1?tab=2", "": "/", "cases": "/", "//evil.example": "/", "https://evil.example/": "/",
		"/\\evil.example": "/", "/\r\nSet-Cookie: x=1": "/", "javascript:alert(1)": "/", "/%2f/evil.example": "/%2f/evil.example",
	} {
		if got := LocalPath(asked); got != want {
			t.Errorf("asked for %q, returned to %q", asked, got)
		}
	}
}

func TestAGrantWithoutAKnownRoleIsRefused(t *testing.T) {
	t.Parallel()
	for _, rows := range []string{"group,role,office\nx,king,wemi-mi\n", "group,role,office\nx,system,wemi-mi\n", "group,role,office\nx,counsellor,\n", "group,role,office\nx,counsellor\n"} {
		if _, err := ReadGrants(strings.NewReader(rows)); err == nil {
			t.Errorf("accepted %q", rows)
		}
	}
}
