package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
)

const (
	// maxFile is the size of one file (dd:reference.mdx "Uploading Files").
	maxFile = 10 << 20
	// maxFiles is how many one message has (code 30015 of
	// dd:topics/opcodes-and-status-codes.mdx).
	maxFiles = 10
)

// Upload is a file with its bytes.
type Upload struct {
	Name string
	Type string // its media type
	Data []byte
}

// Attachment is a file of a message (dd:resources/message.mdx "Attachment
// Structure"). Its URL answers through Transport.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
}

// store keeps a file for the file server.
func (s *Server) store(channel string, file Upload) Attachment {
	id := s.newID()
	at := "/attachments/" + channel + "/" + id + "/" + file.Name
	s.files[at] = file
	return Attachment{
		ID: id, Filename: file.Name, ContentType: file.Type, Size: len(file.Data),
		URL: "https://cdn.discordapp.com" + at, ProxyURL: "https://media.discordapp.net" + at,
	}
}

// Download gives the bytes of a message's file; false where there is none.
func (s *Server) Download(a Attachment) (Upload, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, ok := s.files[strings.TrimPrefix(a.URL, "https://cdn.discordapp.com")]
	return file, ok
}

// serveFile is the file server, which asks for no token. Takes the lock.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	file, ok := s.files[r.URL.Path]
	s.mu.Unlock()
	if !ok || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.Type)
	_, _ = w.Write(file.Data)
}

// readMultipart takes payload_json and the files of a form (dd:reference.mdx
// "Uploading Files").
func (c *Call) readMultipart(body []byte, boundary string) *Refusal {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errInvalidJSON
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return errInvalidJSON
		}
		name := part.FormName()
		switch {
		case name == "payload_json":
			if !json.Valid(data) {
				return errInvalidJSON
			}
			c.Body = data
		case strings.HasPrefix(name, "file"):
			if part.FileName() == "" {
				var f form
				f.required(name)
				return f.refusal()
			}
			if len(data) > maxFile {
				return errTooLarge
			}
			c.Files = append(c.Files, Upload{
				Name: part.FileName(), Type: part.Header.Get("Content-Type"), Data: data,
			})
		}
	}
}
