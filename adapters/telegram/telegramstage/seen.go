package telegramstage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots/transcript"
)

// handle is what pressing a message's buttons takes: where it is, and the data
// of each button, "" for a link.
type handle struct {
	chat    int64
	message int
	data    []string
}

// Seen returns what the bot showed to a person since the last call.
func (s *Stage) Seen(_ context.Context, who string) ([]transcript.Seen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.shown[who]
	delete(s.shown, who)
	return seen, nil
}

// serve stands before the test server and notes what the bot shows: each
// message and each edit as the server answered it, before the bot hears of it.
func (s *Stage) serve(w http.ResponseWriter, r *http.Request) {
	kept := &answer{header: http.Header{}, status: http.StatusOK}
	s.Server.ServeHTTP(kept, r)
	method := strings.ToLower(path.Base(r.URL.Path))
	edit := strings.HasPrefix(method, "editmessage")
	if kept.status == http.StatusOK && (edit || method == "sendmessage" || method == "senddocument" || method == "sendphoto") {
		s.note(kept.body.Bytes(), edit)
	}
	for name, values := range kept.header {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()) // who is gone needs no answer
}

// answer is an answer that is kept until it may go out.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// message is a message as the Bot API tells it.
type message struct {
	ID   int `json:"message_id"`
	Chat struct {
		ID int64 `json:"id"`
	} `json:"chat"`
	Text     string     `json:"text"`
	Caption  string     `json:"caption"`
	Document *document  `json:"document"`
	Photo    []document `json:"photo"`
	Keyboard struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	} `json:"reply_markup"`
}

type document struct {
	Name string `json:"file_name"`
	MIME string `json:"mime_type"`
}

// note shows a message to all who see its chat now.
func (s *Stage) note(raw []byte, inPlace bool) {
	var result struct {
		Message message `json:"result"`
	}
	if json.Unmarshal(raw, &result) != nil || result.Message.ID == 0 {
		return
	}
	m := result.Message
	seen := transcript.Seen{ID: fmt.Sprintf("%d/%d", m.Chat.ID, m.ID), Text: m.Text + m.Caption, InPlace: inPlace}
	h := handle{chat: m.Chat.ID, message: m.ID}
	for _, row := range m.Keyboard.Rows {
		for _, b := range row {
			seen.Buttons, h.data = append(seen.Buttons, b.Text), append(h.data, b.Data)
		}
	}
	seen.Handle = h
	if m.Document != nil {
		seen.Files = []transcript.File{{Name: m.Document.Name, Type: m.Document.kind()}}
	}
	if len(m.Photo) > 0 {
		seen.Files = []transcript.File{{Name: "photo.jpg", Type: "image/jpeg"}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, r := range s.rooms {
		if r.chat == m.Chat.ID {
			seen.Room = name
		}
	}
	for _, who := range s.watchers(m.Chat.ID) {
		seen.Who = who
		s.shown[who] = append(s.shown[who], seen)
	}
}

// kind is a document's media type. Telegram goes by the name, for the client
// library sends no type along.
func (d document) kind() string {
	kind := mime.TypeByExtension(path.Ext(d.Name))
	if kind == "" {
		kind = d.MIME
	}
	kind, _, _ = strings.Cut(kind, ";")
	return kind
}

// watchers are the people who see what is shown in a chat.
func (s *Stage) watchers(chat int64) []string {
	for _, r := range s.rooms {
		if r.chat == chat || r.was == chat {
			return slices.Clone(r.members)
		}
	}
	for who, id := range s.people {
		if id == chat {
			return []string{who}
		}
	}
	return nil
}

// upload makes a small file of that name, and tells whether it is a picture.
func upload(name string) (telegramtest.Upload, bool) {
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	var b bytes.Buffer
	var err error
	kind := document{Name: name}.kind()
	switch kind {
	case "image/png":
		err = png.Encode(&b, dot)
	case "image/jpeg":
		err = jpeg.Encode(&b, dot, nil)
	default:
		b.WriteString("a small file")
		return telegramtest.Upload{Name: name, MIME: kind, Data: b.Bytes()}, false
	}
	if err != nil {
		panic("telegramstage: " + err.Error()) // a picture of one dot can always be written
	}
	return telegramtest.Upload{Name: name, MIME: kind, Data: b.Bytes()}, true
}
