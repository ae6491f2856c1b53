package webchattest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"

	"manyhands/bots/locale"
)

// Words reads the page's own words, and no others, from the folder of
// catalogues: the page is tested whatever else is being written there.
func Words(folder string) (*locale.Catalogue, error) {
	names, err := filepath.Glob(filepath.Join(folder, "web.*.toml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("webchattest: no catalogue of the web chat in %s", folder)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("webchattest: %w", err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	return locale.NewFrom(files)
}
