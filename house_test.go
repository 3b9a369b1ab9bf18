// SPDX-License-Identifier: AGPL-3.0-or-later

// Package ricongiungi holds the tests of the house itself: who may import whom,
// one promise per package, a licence line in every file.
package ricongiungi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// source is one Go file of the house that is no test.
type source struct {
	path string
	dir  string
	file *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{path, filepath.ToSlash(filepath.Dir(path)), file})
	})
	return all
}

func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != "."
		if entry.IsDir() && (hidden || entry.Name() == "node_modules" || entry.Name() == "bin" || entry.Name() == "dist") {
			return filepath.SkipDir
		}
		if !entry.IsDir() {
			visit(filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

// allowed says which packages of the house each one may import. Data flows one
// way: HTTP → workflow → decide → log → views.
var allowed = map[string][]string{
	"rules":                {},
	"casefile":             {"rules"},
	"internal/sheet":       {},
	"handoff":              {"casefile", "internal/sheet", "rules"},
	"caseload":             {"casefile", "handoff", "internal/sheet", "rules", "schemas"},
	"demand":               {"casefile", "rules"},
	"oversight":            {"casefile", "internal/sheet", "rules"},
	"errand":               {},
	"intake":               {"casefile", "handoff", "schemas", "views"},
	"services":             {"casefile", "rules"},
	"diary":                {"casefile", "rules"},
	"views":                {"casefile", "handoff", "oversight", "rules", "schools", "schools/placement"},
	"schemas":              {"casefile", "handoff"},
	"schools":              {"rules"},
	"schools/table":        {},
	"schools/registry":     {"schools", "schools/table"},
	"schools/placement":    {"rules", "schools"},
	"internal/keyfile":     {},
	"vault":                {"internal/keyfile"},
	"search":               {"rules", "views"},
	"ledger":               {"internal/keyfile"},
	"capsule":              {"casefile", "ledger", "rules", "vault"},
	"store":                {"capsule", "casefile", "demand", "diary", "handoff", "ledger", "oversight", "rules", "schemas", "schools", "schools/placement", "schools/registry", "services", "vault", "views"},
	"activities":           {"casefile", "views"},
	"workflows":            {"activities", "casefile", "views"},
	"worker":               {"activities", "casefile", "rules", "store", "workflows"},
	"access":               {"casefile", "rules", "views"},
	"modi":                 {"casefile", "internal/keyfile", "views"},
	"modi/simulatedpdnd":   {},
	"api":                  {"access", "casefile", "demand", "diary", "errand", "handoff", "intake", "internal/keyfile", "letters", "modi", "oversight", "reports", "rules", "schemas", "schools", "schools/desk", "schools/placement", "services", "views"},
	"backup":               {"store"},
	"metrics":              {"casefile", "views"},
	"tracing":              {},
	"identity":             {"casefile", "views"},
	"tongues":              {"rules"},
	"family":               {"casefile", "rules", "tongues"},
	"letters":              {"casefile", "family", "rules", "tongues", "views"},
	"internal/secret":      {},
	"linkpages":            {"casefile", "family", "internal/secret", "rules", "tongues", "views"},
	"console":              {"access", "casefile", "demand", "errand", "handoff", "identity", "intake", "internal/secret", "letters", "linkpages", "oversight", "reports", "rules", "schemas", "schools", "schools/desk", "schools/placement", "services", "tongues", "views"},
	"deploy":               {},
	"internal/testservers": {"deploy"},
	"samples":              {"caseload", "casefile", "handoff", "rules", "schools"},

	"identity/sampleprovider": {"casefile"},

	"chaos":                 {},
	"reports":               {"casefile", "demand", "rules", "views"},
	"schools/desk":          {"casefile", "rules", "schools", "schools/placement", "schools/table", "views"},
	"schools/desk/desktest": {"rules", "schools", "schools/desk", "schools/placement", "views"},
}

// forbidden says which packages from outside may not be imported where.
var forbidden = map[string]*regexp.Regexp{
	"rules":     regexp.MustCompile(`\.|^log|^os$|math/rand|crypto/rand|^net`),
	"casefile":  regexp.MustCompile(`\.[a-z]+/|^log|^os$|math/rand|crypto/rand|^net|^io$`),
	"oversight": regexp.MustCompile(`github\.com/|golang\.org/|^log|^os$|math/rand|crypto/rand|^net|^io$`),
	"demand":    regexp.MustCompile(`github\.com/|golang\.org/|^log|^os$|math/rand|crypto/rand|^net|^io$`),
	"reports":   regexp.MustCompile(`jackc/pgx|^net|^os$`),
	"services":  regexp.MustCompile(`jackc/pgx|^net|^os$`),
	"diary":     regexp.MustCompile(`jackc/pgx|^net|^os$`),
	"workflows": regexp.MustCompile(`jackc/pgx|^net/http|^database/sql|math/rand|crypto/rand`),
	"api":       regexp.MustCompile(`jackc/pgx|go\.temporal\.io`),
	"tongues":   regexp.MustCompile(`jackc/pgx|^net|^os$`),
	"family":    regexp.MustCompile(`github\.com/|golang\.org/|^log|^os$|math/rand|crypto/rand|^net`),
	"linkpages": regexp.MustCompile(`jackc/pgx|go\.temporal\.io`),
	"console":   regexp.MustCompile(`jackc/pgx|go\.temporal\.io`),
	"modi":      regexp.MustCompile(`jackc/pgx|go\.temporal\.io`),
	"store":     regexp.MustCompile(`go\.temporal\.io|^net/http`),
	"ledger":    regexp.MustCompile(`jackc/pgx|^net/http`),
	"vault":     regexp.MustCompile(`jackc/pgx|^net/http`),
	"capsule":   regexp.MustCompile(`jackc/pgx|^net`),
}

func TestEveryPackageImportsOnlyWhatTheArchitectureAllows(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.dir, "cmd/") {
			continue // joins everything
		}
		may, known := allowed[s.dir]
		if !known {
			t.Errorf("%s: package %s is not in the import rule", s.path, s.dir)
		}
		for _, path := range s.imports() {
			if ours, inside := strings.CutPrefix(path, "ricongiungi/"); inside && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which the import rule does not allow", s.path, ours)
			}
			if rule := forbidden[s.dir]; rule != nil && rule.MatchString(path) {
				t.Errorf("%s imports %s, which is forbidden there", s.path, path)
			}
		}
	}
}

func TestTheDomainReadsNoClock(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir != "casefile" && s.dir != "rules" && s.dir != "demand" && s.dir != "workflows" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := call.X.(*ast.Ident); ok && pkg.Name == "time" && (call.Sel.Name == "Now" || call.Sel.Name == "Since") {
				t.Errorf("%s reads the clock with time.%s: time is an argument", s.path, call.Sel.Name)
			}
			return true
		})
	}
}

func TestEveryPackageStatesItsPromiseOnce(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if comments[s.dir] == nil {
			comments[s.dir] = []string{}
		}
		if s.file.Doc != nil {
			comments[s.dir] = append(comments[s.dir], s.path)
		}
	}
	for dir, files := range comments {
		if len(files) != 1 {
			t.Errorf("package %s has %d package comments: %v", dir, len(files), files)
		}
	}
}

func TestEveryExportedNameIsExplained(t *testing.T) {
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiverExported(d)) {
					t.Errorf("%s: %s has no comment", s.path, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil && ts.Comment == nil && !ts.Assign.IsValid() {
						t.Errorf("%s: type %s has no comment", s.path, ts.Name.Name)
					}
				}
			}
		}
	}
}

func receiverExported(d *ast.FuncDecl) bool {
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && name.IsExported()
}

func TestEverySourceFileCarriesItsLicence(t *testing.T) {
	code := regexp.MustCompile(`\.(go|sql|ya?ml|sh|tmpl|css|js|mjs|html)$|^Makefile$|^\.ci/`)
	walk(t, func(path string) {
		if !code.MatchString(path) {
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text[:min(len(text), 400)]), "SPDX-License-Identifier: AGPL-3.0-or-later") {
			t.Errorf("%s has no licence line", path)
		}
	})
}

// TestThePapersNameOnlyWhatExists keeps README and CONTRIBUTING true: every make
// target and every folder they name must be there.
func TestThePapersNameOnlyWhatExists(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, paper := range []string{"README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "deploy/RUNBOOK.md"} {
		text := read(t, paper)
		for _, target := range regexp.MustCompile("(?:`|    )make ([a-z]+)").FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+target[1]+":") {
				t.Errorf("%s names make %s, which is no target", paper, target[1])
			}
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(paper), link[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", paper, link[1])
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
