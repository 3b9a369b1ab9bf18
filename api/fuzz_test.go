// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/store"
	"ricongiungi/vault"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// fuzzFor is how long requests are invented: seconds in every run of the tests,
// and minutes by go test ./api -run Invented -invent-for 8m -timeout 20m.
var fuzzFor = flag.Duration("invent-for", 4*time.Second, "how long to invent requests")

// deciding is the engine without Temporal: what is accepted is decided at once.
type deciding struct{ log *store.Store }

func (d deciding) Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	return d.log.Transact(ctx, caseID, commandID)
}

type healthy struct{}

func (healthy) Check(context.Context) map[string]error { return map[string]error{"database": nil} }

// inventor makes requests out of the description, on a real log, and learns ids
// from the answers.
type inventor struct {
	t          *testing.T
	doc        *openapi3.T
	router     *chi.Mux
	issuer     *Issuer
	log        *store.Store
	operations []operation
	writing    []operation
	handoffs   [][]byte
	commands   map[string][]byte
	ids        map[string][]string // learnt, by the name of the field
	sequence   int64
	sent       int
	statuses   map[int]int
}

type operation struct {
	method, path string
	described    *openapi3.Operation
}

func newInventor(t *testing.T) *inventor {
	t.Helper()
	doc, err := description()
	require.NoError(t, err)
	v := &inventor{t: t, doc: doc, commands: map[string][]byte{}, statuses: map[int]int{}, ids: map[string][]string{}}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for method, described := range doc.Paths.Find(path).Operations() {
			v.operations = append(v.operations, operation{method, path, described})
		}
	}
	slices.SortFunc(v.operations, func(a, b operation) int { return strings.Compare(a.method+a.path, b.method+b.path) })
	for _, op := range v.operations {
		if op.method == http.MethodPost {
			v.writing = append(v.writing, op)
		}
	}
	v.readExamples()
	v.open()
	return v
}

func (v *inventor) readExamples() {
	for _, path := range globbed(v.t, "../schemas/examples/handoffs/*.json") {
		v.handoffs = append(v.handoffs, fileOf(v.t, path))
	}
	for _, path := range globbed(v.t, "../schemas/examples/commands/*.json") {
		v.commands[strings.TrimSuffix(filepath.Base(path), ".json")] = fileOf(v.t, path)
	}
}

func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

func fileOf(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return raw
}

// open is an API over a database of its own.
func (v *inventor) open() {
	v.t.Helper()
	ctx, dir := context.Background(), v.t.TempDir()
	address := testservers.Database(v.t, func(url string) error { return store.Migrate(ctx, url) }, "store")
	keys, err := vault.Open(filepath.Join(dir, "vault.json"))
	require.NoError(v.t, err)
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	require.NoError(v.t, err)
	v.log, err = store.Open(ctx, store.Config{URL: address, Vault: keys, Signer: signer, Book: rules.Default()})
	require.NoError(v.t, err)
	v.t.Cleanup(v.log.Close)
	v.issuer, err = NewIssuer(filepath.Join(dir, "issuer.json"))
	require.NoError(v.t, err)
	v.router = newRouter(Config{Orders: v.log, Engine: deciding{v.log}, Views: v.log, Handoffs: v.log, Evidence: v.log, Figures: v.log, Hub: v.log, Department: v.log,
		Health: healthy{}, Schools: v.log.SchoolFacts, Rights: access.Default(), Tokens: NewVerifier(v.issuer.Keys(), DefaultIssuer, DefaultAudience),
		RateLimit: Rate{PerSecond: 1e6, Burst: 1e6}, Log: slog.New(slog.DiscardHandler)})
}

// deliver applies what was handed over, as the courier would.
func (v *inventor) deliver(rt *rapid.T) {
	deliveries, err := v.log.Deliverable(context.Background(), 100)
	require.NoError(rt, err)
	for _, d := range deliveries {
		if d.CaseID == "" {
			require.NoError(rt, v.log.QuarantineHomeless(context.Background(), d))
			continue
		}
		_, err := v.log.Transact(context.Background(), d.CaseID, d.CommandID)
		require.NoError(rt, err)
	}
}

func TestInventedRequestsAreNeverAnsweredWithAFailureOrOutsideTheDescription(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a database")
	}
	v := newInventor(t)
	end := time.Now().Add(*fuzzFor)
	var early uint64
	for began := time.Now(); time.Now().Before(end); {
		rapid.Check(t, func(rt *rapid.T) {
			for range 10 {
				if time.Now().After(end) {
					return
				}
				v.try(rt)
			}
			v.deliver(rt)
		})
		if early == 0 && time.Since(began) > *fuzzFor/4 {
			early = heap()
		}
	}
	t.Logf("%d requests, answers by status: %v", v.sent, v.statuses)
	if late := heap(); *fuzzFor > time.Minute && late > early+64<<20 {
		t.Errorf("the heap grew from %d to %d MiB", early>>20, late>>20)
	}
	if v.statuses[http.StatusOK] == 0 || v.statuses[http.StatusAccepted] == 0 || v.statuses[http.StatusConflict]+v.statuses[http.StatusUnprocessableEntity] == 0 {
		t.Error("the requests did not get far enough to mean anything")
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (v *inventor) try(rt *rapid.T) {
	op := rapid.SampledFrom(v.operations).Draw(rt, "operation")
	if oneIn(rt, 2) { // what changes something is seldom drawn among all that only asks
		op = rapid.SampledFrom(v.writing).Draw(rt, "writing")
	}
	r := v.request(rt, op)
	answer := httptest.NewRecorder()
	v.router.ServeHTTP(answer, r)
	v.sent++
	v.statuses[answer.Code]++
	if answer.Code >= 500 {
		rt.Fatalf("%s %s: %d %s", op.method, r.URL, answer.Code, answer.Body)
	}
	matched := chi.NewRouteContext()
	if v.router.Match(matched, r.Method, r.URL.Path) && matched.RoutePattern() == strings.Replace(op.path, "{tile_path}", "*", 1) {
		holdToDescription(rt, r, matched.RoutePattern(), answer)
	}
	v.learn(answer.Body.Bytes())
}

var namedID = regexp.MustCompile(`"([a-z_]+_id)":\s*"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"`)

// learn keeps some ids of the answer, to be asked for later.
func (v *inventor) learn(body []byte) {
	for _, found := range namedID.FindAllSubmatch(body[:min(len(body), 20_000)], 12) {
		name := string(found[1])
		v.ids[name] = append(v.ids[name], string(found[2]))
		v.ids[name] = v.ids[name][max(0, len(v.ids[name])-40):]
	}
}

// hostile are texts that break what is not careful.
var hostile = []string{"", "%", "%%%%%%", "_", "'; DROP TABLE events;--", "../../etc/passwd", "\x00", "\u202e", "-1", "0", "999999999999999999999", "null", "true",
	"=1+1", "\r\nSet-Cookie: a=b", "<script>", strings.Repeat("a", 600), "2026-02-30", "2026-03-02", "{}", "٣", "😀"}

func oneIn(rt *rapid.T, n int) bool { return rapid.IntRange(1, n).Draw(rt, "chance") == 1 }

// id is mostly one that was learnt for such a field.
func (v *inventor) id(rt *rapid.T, name string) string {
	if name == "person_id" {
		name = "member_id"
	}
	if oneIn(rt, 12) || len(v.ids[name]) == 0 {
		return rapid.SampledFrom([]string{uuid.NewString(), "x", "00000000-0000-0000-0000-000000000000", strings.ToUpper(caseA)}).Draw(rt, "id")
	}
	return rapid.SampledFrom(v.ids[name]).Draw(rt, name)
}

func (v *inventor) request(rt *rapid.T, op operation) *http.Request {
	target := v.path(rt, op.path)
	if query := v.query(rt, op.described); query != "" {
		target += "?" + query
	}
	body, mediaType := v.body(rt, op)
	r := httptest.NewRequest(op.method, target, bytes.NewReader(body))
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	if !oneIn(rt, 15) {
		role := rapid.SampledFrom(v.roles(rt, op)).Draw(rt, "role")
		r.Header.Set("Authorization", "Bearer "+v.token(role))
	}
	if op.method == http.MethodPost && !strings.HasPrefix(op.path, "/v1/handoffs") && !oneIn(rt, 15) {
		r.Header.Set("Idempotency-Key", uuid.NewString())
	}
	if oneIn(rt, 6) {
		r.Header.Set("If-Match", rapid.SampledFrom([]string{`"1"`, `"3"`, `"x"`, `*`, `"99999999999"`, `W/"1"`}).Draw(rt, "version"))
	}
	return r
}

// roles are mostly those that may.
func (v *inventor) roles(rt *rapid.T, op operation) []casefile.Role {
	may := access.Default().Route(op.method, op.path).Roles
	allowed := slices.DeleteFunc(slices.Clone(casefile.OperatorRoles()), func(r casefile.Role) bool { return !may[r] })
	if len(allowed) == 0 || oneIn(rt, 8) {
		return casefile.OperatorRoles()
	}
	return allowed
}

func (v *inventor) token(role casefile.Role) string {
	office := "wemi-mi"
	if role == casefile.SUIOfficer {
		office = "sui-mi"
	}
	token, err := v.issuer.Token(uuid.MustParse(casefile.DeriveID("inventor", string(role))), role, office, time.Hour)
	require.NoError(v.t, err)
	return token
}

var pathPart = regexp.MustCompile(`\{([a-z_]+)\}`)

func (v *inventor) path(rt *rapid.T, pattern string) string {
	return pathPart.ReplaceAllStringFunc(pattern, func(part string) string {
		switch name := strings.Trim(part, "{}"); name {
		case "version":
			return rapid.SampledFrom([]string{"1", "2", "7", "0", "-1", "x", "99999999999999999999"}).Draw(rt, "version")
		case "tile_path":
			return rapid.SampledFrom([]string{"8/0/000.p/3", "0/000.p/1", "0/000", "x", "8/0/x001/000", "8/0/000.p/256"}).Draw(rt, "tile")
		case "name":
			return url.PathEscape(rapid.SampledFrom(append(schemas.Names(), "..", "x.json", "../doc.go")).Draw(rt, "name"))
		default:
			return url.PathEscape(v.id(rt, name))
		}
	})
}

func (v *inventor) query(rt *rapid.T, described *openapi3.Operation) string {
	values := url.Values{}
	for _, parameter := range described.Parameters {
		p := parameter.Value
		if p.In == "query" && (p.Required || oneIn(rt, 3)) {
			values.Add(p.Name, v.value(rt, p.Name, p.Schema.Value))
		}
	}
	if oneIn(rt, 20) {
		values.Add("unknown", "1")
	}
	if oneIn(rt, 40) {
		return values.Encode() + "&%zz"
	}
	return values.Encode()
}

// value is mostly one that the schema allows.
func (v *inventor) value(rt *rapid.T, name string, s *openapi3.Schema) string {
	switch {
	case oneIn(rt, 6):
		return rapid.SampledFrom(hostile).Draw(rt, "hostile")
	case len(s.Enum) > 0:
		text, _ := rapid.SampledFrom(s.Enum).Draw(rt, "choice").(string)
		return text
	case s.Type.Includes("integer"):
		return rapid.SampledFrom([]string{"1", "2", "5", "50", "500", "0"}).Draw(rt, "number")
	case s.Type.Includes("boolean"):
		return rapid.SampledFrom([]string{"true", "false"}).Draw(rt, "flag")
	case s.Format == "date" || strings.Contains(s.Pattern, "[0-9]{2}-"):
		return rapid.SampledFrom([]string{"2026-03-31", "2026-01-01", "2030-12-31", "1999-02-28"}).Draw(rt, "day")
	case s.Format == "uuid" || strings.Contains(s.Pattern, "{8}"):
		return v.id(rt, name)
	}
	return rapid.SampledFrom([]string{"wemi-mi", "sui-mi", "ar", "month", "municipio", "school_planning", "counselling"}).Draw(rt, "code")
}

func (v *inventor) body(rt *rapid.T, op operation) ([]byte, string) {
	if op.method != http.MethodPost || op.described.RequestBody == nil {
		return nil, ""
	}
	mediaType := slices.Sorted(maps.Keys(op.described.RequestBody.Value.Content))[0]
	var raw []byte
	switch {
	case strings.HasSuffix(op.path, "/batches"):
		raw = slices.Concat(v.handoff(rt), []byte("\n"), v.handoff(rt))
	case strings.HasPrefix(op.path, "/v1/handoffs"):
		raw = v.handoff(rt)
		if strings.HasSuffix(op.path, "settlement") {
			raw = []byte(`{"action":"` + rapid.SampledFrom([]string{"retry", "discard", "x"}).Draw(rt, "action") + `","reason":"why"}`)
		}
	default:
		raw = v.command(rt)
	}
	if oneIn(rt, 20) {
		mediaType = rapid.SampledFrom([]string{"text/plain", "application/json; charset=utf-16", "multipart/form-data", ""}).Draw(rt, "type")
	}
	return v.spoilt(rt, raw), mediaType
}

func (v *inventor) handoff(rt *rapid.T) []byte {
	var message map[string]any
	require.NoError(rt, json.Unmarshal(rapid.SampledFrom(v.handoffs).Draw(rt, "handoff"), &message))
	v.sequence++
	message["sender"], message["sequence"], message["message_id"] = "sui-mi", v.sequence, uuid.NewString()
	message["sui_file"] = rapid.SampledFrom([]string{"P-MI/1", "P-MI/2", "P-MI/3", "P-MI/" + uuid.NewString()}).Draw(rt, "file")
	raw, err := json.Marshal(message)
	require.NoError(rt, err)
	return raw
}

func (v *inventor) command(rt *rapid.T) []byte {
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(v.commands))).Draw(rt, "command")
	data := namedID.ReplaceAllStringFunc(string(v.commands[name]), func(pair string) string {
		field := namedID.FindStringSubmatch(pair)[1]
		return `"` + field + `":"` + v.id(rt, field) + `"`
	})
	return []byte(`{"type":"` + name + `","data":` + data + `}`)
}

// spoilt changes some bodies: a byte, a field, the end.
func (v *inventor) spoilt(rt *rapid.T, raw []byte) []byte {
	switch rapid.IntRange(0, 11).Draw(rt, "spoil") {
	case 0:
		at := rapid.IntRange(0, len(raw)-1).Draw(rt, "at")
		return slices.Concat(raw[:at], []byte{rapid.Byte().Draw(rt, "byte")}, raw[at+1:])
	case 1:
		return raw[:rapid.IntRange(0, len(raw)).Draw(rt, "length")]
	case 2:
		return bytes.Replace(raw, []byte(`":"`), []byte(`":"`+rapid.SampledFrom([]string{`\u0000`, `\ud800`, "é", `%`, `=`}).Draw(rt, "text")), 1)
	case 3:
		return slices.Concat(raw[:len(raw)-1], []byte(`,"status":"x","ROLE":1}`))
	case 4:
		return slices.Concat(raw, raw)
	}
	return raw
}
