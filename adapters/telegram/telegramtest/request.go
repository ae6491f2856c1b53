package telegramtest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// Upload is a file on its way: what a bot or a person sends.
type Upload struct {
	Name, MIME string
	Data       []byte
	// Size is what is claimed in bytes where it is more than Data holds.
	Size int64
}

// parameters are a call's values; the first of a name counts.
type parameters map[string]string

func (p parameters) add(name, value string) {
	if _, ok := p[name]; !ok {
		p[name] = value
	}
}

func (p parameters) addAll(values url.Values) {
	for name, list := range values {
		if len(list) > 0 {
			p.add(name, list[0])
		}
	}
}

// int reads a number as the server does: leading digits count, anything else
// is 0.
func (p parameters) int(name string) int64 { return toInt(p[name]) }

// clamped reads a number that may be absent and is brought into a range.
func (p parameters) clamped(name string, absent, low, high int) int {
	n := int64(absent)
	if p[name] != "" {
		n = p.int(name)
	}
	return int(min(max(n, int64(low)), int64(high)))
}

// bool reads true, yes and 1 as true (srv Client.cpp:9357).
func (p parameters) bool(name string) bool {
	switch strings.ToLower(strings.TrimSpace(p[name])) {
	case "true", "yes", "1":
		return true
	}
	return false
}

func toInt(s string) int64 {
	digits, negative := strings.CutPrefix(s, "-")
	var n int64
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		return -n
	}
	return n
}

// readParameters takes values from the query and from a body of any of the
// forms that the server understands (spec "Making requests"). A JSON body's
// values that are not strings are kept as their JSON text, null as "null"
// (td HttpReader.cpp:631-705).
func readParameters(r *http.Request, maxUpload int64) (parameters, map[string]Upload, error) {
	p, files := parameters{}, map[string]Upload{}
	p.addAll(r.URL.Query())
	if r.Method != http.MethodPost {
		return p, files, nil
	}
	body := http.MaxBytesReader(nil, r.Body, maxUpload+1<<20)
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = readMultipart(multipart.NewReader(body, options["boundary"]), p, files, maxUpload)
	case "application/json":
		err = readJSON(body, p)
	case "application/x-www-form-urlencoded":
		var raw []byte
		if raw, err = io.ReadAll(body); err == nil {
			values, _ := url.ParseQuery(string(raw))
			p.addAll(values)
		}
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		err = refuse(BodyTooLarge)
	}
	return p, files, err
}

func readJSON(body io.Reader, p parameters) error {
	raw, err := io.ReadAll(body)
	if err != nil || len(raw) == 0 {
		return err
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil || values == nil {
		return refuse(BodyUnparsed)
	}
	for name, value := range values {
		var s string
		if value[0] != '"' {
			s = string(value)
		} else if json.Unmarshal(value, &s) != nil {
			return refuse(BodyUnparsed)
		}
		p.add(name, s)
	}
	return nil
}

func readMultipart(parts *multipart.Reader, p parameters, files map[string]Upload, maxUpload int64) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			p.add(part.FormName(), string(data))
			continue
		}
		if int64(len(data)) > maxUpload {
			return refuse(BodyTooLarge)
		}
		kind := part.Header.Get("Content-Type")
		if kind == "" || kind == "application/octet-stream" {
			kind = http.DetectContentType(data)
		}
		files[part.FormName()] = Upload{Name: part.FileName(), MIME: kind, Data: data}
	}
}

func (p parameters) copy() map[string]string { return maps.Clone(map[string]string(p)) }
