package telegramtest

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // photos may come in these forms
	_ "image/jpeg" // photos may come in these forms
	_ "image/png"  // photos may come in these forms
	"mime"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// file is what is stored of an upload.
type file struct {
	id, unique    string
	kind          string // "photo" or "document"
	upload        Upload
	width, height int
}

func (f *file) size() int64 { return max(f.upload.Size, int64(len(f.upload.Data))) }

// path is a download link's path, good for a while.
type path struct {
	file    *file
	expires time.Time
}

// keep stores an upload and gives it ids.
func (s *Server) keep(kind string, u Upload) *file {
	n := len(s.files) + 1
	f := &file{id: fmt.Sprintf("AgACAgIAAxkBAA%06d", n), unique: fmt.Sprintf("AQAD%06d", n), kind: kind, upload: u}
	if config, _, err := image.DecodeConfig(bytes.NewReader(u.Data)); err == nil {
		f.width, f.height = config.Width, config.Height
	}
	s.files[f.id] = f
	return f
}

// fileFor finds the file of a call: uploaded in a field of its name, attached
// under another name, or known by its id (srv Client.cpp:10031-10055).
func (s *Server) fileFor(c *Call, field string, missing Reason) (*file, error) {
	value := c.params[field]
	name := field
	if rest, ok := strings.CutPrefix(value, "attach://"); ok {
		name = rest
	} else if value != "" {
		if strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://") {
			return nil, refuse(FileURLUnreached)
		}
		if f := s.files[value]; f != nil {
			return f, nil
		}
		return nil, refuse(FileUnknown)
	}
	u, ok := c.Files[name]
	if !ok {
		return nil, refuse(missing)
	}
	return &file{kind: field, upload: u}, nil
}

// checkFile holds an upload against the limits (spec sendPhoto) and stores it.
func (s *Server) checkFile(kind string, f *file) (*file, error) {
	if f.id != "" {
		return f, nil
	}
	if len(f.upload.Data) == 0 {
		return nil, refuse(FileEmpty)
	}
	if kind != "photo" {
		return s.keep(kind, f.upload), nil
	}
	if f.size() > maxPhoto {
		return nil, refuse(BodyTooLarge)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(f.upload.Data))
	if err != nil {
		return nil, refuse(PhotoUnreadable)
	}
	w, h := config.Width, config.Height
	if w+h > maxPhotoSides || w > maxPhotoRatio*h || h > maxPhotoRatio*w {
		return nil, refuse(PhotoDimensions)
	}
	return s.keep(kind, f.upload), nil
}

func (f *file) shape() object {
	return object{"file_id": f.id, "file_unique_id": f.unique, "file_size": f.size()}
}

func (f *file) photoShape() []object {
	o := f.shape()
	o["width"], o["height"] = f.width, f.height
	return []object{o}
}

func (f *file) documentShape() object {
	o := f.shape()
	setUnlessEmpty(o, "file_name", f.upload.Name)
	setUnlessEmpty(o, "mime_type", f.upload.MIME)
	return o
}

func (s *Server) getFile(c *Call) (any, error) {
	id := c.params["file_id"]
	if id == "" {
		return nil, refuse(FileIDMissing)
	}
	f := s.files[id]
	if f == nil {
		return nil, refuse(FileIDInvalid)
	}
	if f.size() > s.knobs.MaxDownload {
		return nil, refuse(FileTooBig)
	}
	extension := filepath.Ext(f.upload.Name)
	if list, _ := mime.ExtensionsByType(f.upload.MIME); extension == "" && len(list) > 0 {
		extension = list[0]
	}
	link := fmt.Sprintf("%ss/file_%s%s", f.kind, strings.TrimLeft(f.unique, "AQD0"), extension)
	s.paths[link] = path{file: f, expires: s.clock().Add(fileLinkMinutes * time.Minute)}
	o := f.shape()
	o["file_path"] = link
	return o, nil
}

// serveFile answers a download: /file/bot<token>/<file_path>.
func (s *Server) serveFile(w http.ResponseWriter, rest string) {
	token, link, _ := strings.Cut(rest, "/")
	if err := s.checkToken(token); err != nil {
		answer(w, err)
		return
	}
	s.mu.Lock()
	p, ok := s.paths[link]
	ok = ok && !s.clock().After(p.expires)
	s.mu.Unlock()
	if !ok {
		answer(w, refuse(DownloadForbidden))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(p.file.upload.Data)
}
