// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
)

// What npm installed and assets/build.mjs copied. A checkout in which that has
// not been done yet holds no more than a placeholder; `make` does it.
//
//go:embed all:assets/dist
var assetFiles embed.FS

// assets serves the style sheets, fonts, icons and scripts. Their address holds
// a digest of all of them, so browsers may keep them for good.
type assets struct {
	files  fs.FS
	prefix string
}

func loadAssets() (assets, error) {
	files, err := fs.Sub(assetFiles, "assets/dist")
	if err != nil {
		return assets{}, err
	}
	digest := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		digest.Write(content)
		return err
	})
	return assets{files: files, prefix: "/assets/" + hex.EncodeToString(digest.Sum(nil))[:12] + "/"}, err
}

func (a assets) handler() http.Handler {
	serve := http.StripPrefix(a.prefix, http.FileServerFS(a.files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		serve.ServeHTTP(w, r)
	})
}
