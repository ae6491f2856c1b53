package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maybe is a field of a request that may be absent, or null, which clears.
type maybe[T any] struct {
	set   bool
	value T
}

// UnmarshalJSON notes that the field came.
func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	m.set = true
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &m.value)
}

// nonce is text or a whole number.
type nonce string

// UnmarshalJSON takes both forms.
func (n *nonce) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*n = nonce(text)
		return nil
	}
	var number int64
	if err := json.Unmarshal(b, &number); err != nil {
		return fmt.Errorf("nonce: %w", err)
	}
	*n = nonce(strconv.FormatInt(number, 10))
	return nil
}

// draft is the body that makes or edits a message, by the bot itself or by an
// interaction's token (dd:resources/message.mdx "Create Message" and "Edit
// Message"; dd:interactions/receiving-and-responding.mdx "Messages").
type draft struct {
	Content         maybe[string]          `json:"content"`
	Embeds          maybe[[]Embed]         `json:"embeds"`
	Components      maybe[[]Component]     `json:"components"`
	Attachments     maybe[[]attachmentRef] `json:"attachments"`
	AllowedMentions *AllowedMentions       `json:"allowed_mentions"`
	Flags           int                    `json:"flags"`
	Nonce           nonce                  `json:"nonce"`
	EnforceNonce    bool                   `json:"enforce_nonce"`
	Reference       *struct {
		MessageID      string `json:"message_id"`
		FailIfNotExist *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`

	files []Upload
}

// attachmentRef names a file that stays, or describes an uploaded one.
type attachmentRef struct {
	ID          json.Number `json:"id"`
	Filename    string      `json:"filename"`
	Description string      `json:"description"`
}

// UnmarshalJSON takes the id as a snowflake in quotes or as the number n of
// files[n] (ib. "Attachment Request Structure").
func (a *attachmentRef) UnmarshalJSON(b []byte) error {
	var raw struct {
		ID          any    `json:"id"`
		Filename    string `json:"filename"`
		Description string `json:"description"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	a.ID = json.Number(fmt.Sprint(raw.ID))
	a.Filename, a.Description = raw.Filename, raw.Description
	return nil
}

// check notes what is wrong with a draft, and cleans its texts. v2 says that the
// message is made of components only.
func (d *draft) check(f *form, v2 bool) {
	d.Content.value = cleaned(d.Content.value)
	f.length("content", d.Content.value, 0, 2000)
	f.length("nonce", string(d.Nonce), 0, 25)
	d.AllowedMentions.check(f)
	checkEmbeds(f, d.Embeds.value)
	checkComponents(f, d.Components.value, v2)
	if v2 {
		// ib. "Create Message", second note
		if d.Content.value != "" {
			f.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
		}
		if len(d.Embeds.value) > 0 {
			f.wrong("embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'embeds' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
		}
	}
	for i, a := range d.Attachments.value {
		f.length(below("attachments", i)+"/description", a.Description, 0, 1024)
	}
}

// embedTotal is the sum over all embeds (ib. "Embed Limits").
const embedTotal = 6000

// checkEmbeds follows ib. "Embed Limits", after trimming.
func checkEmbeds(f *form, embeds []Embed) {
	f.count("embeds", len(embeds), 0, 10)
	total := 0
	for i := range embeds {
		e, at := &embeds[i], below("embeds", i)
		text := func(path string, s *string, least, most int) {
			*s = cleaned(*s)
			total += utf8.RuneCountInString(*s)
			f.length(at+path, *s, least, most)
		}
		text("/title", &e.Title, 0, 256)
		text("/description", &e.Description, 0, 4096)
		f.scheme(at+"/url", e.URL)
		if e.Author != nil {
			text("/author/name", &e.Author.Name, 1, 256)
		}
		if e.Footer != nil {
			text("/footer/text", &e.Footer.Text, 1, 2048)
		}
		f.count(at+"/fields", len(e.Fields), 0, 25)
		for j := range e.Fields {
			field := below("/fields", j)
			text(field+"/name", &e.Fields[j].Name, 1, 256)
			text(field+"/value", &e.Fields[j].Value, 1, 1024)
		}
	}
	if total > embedTotal {
		f.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", embedTotal))
	}
}

// apply puts a draft into a message: what came replaces, null clears, what did
// not come stays. notify says that the mentions of the text may notify.
func (s *Server) apply(m *message, d *draft, notify bool) *Refusal {
	kept, refusal := s.attachments(m, d)
	if refusal != nil {
		return refusal
	}
	next := *m
	next.v2 = m.v2 || d.Flags&flagComponentsV2 != 0
	next.Attachments = kept
	if d.Content.set {
		next.Content = d.Content.value
	}
	if d.Embeds.set {
		next.Embeds = nil
		for _, e := range d.Embeds.value {
			if !e.blank() {
				next.Embeds = append(next.Embeds, e)
			}
		}
	}
	if d.Components.set {
		number(d.Components.value)
		next.Components = d.Components.value
	}
	if next.empty() {
		return errEmptyMessage
	}
	next.Silent = m.Silent || d.Flags&flagSilent != 0
	*m = next
	s.mentions(m, d.AllowedMentions, notify)
	return nil
}

// attachments are those a message has after a draft: in version 10 only those
// listed, and the uploaded ones (dd:reference.mdx "Editing Message
// Attachments").
func (s *Server) attachments(m *message, d *draft) ([]Attachment, *Refusal) {
	list := m.Attachments
	notes := map[string]attachmentRef{}
	if d.Attachments.set {
		list = nil
		for _, ref := range d.Attachments.value {
			notes[ref.ID.String()] = ref
			for _, have := range m.Attachments {
				if have.ID == ref.ID.String() {
					list = append(list, have)
				}
			}
		}
	}
	list = append([]Attachment(nil), list...)
	for i, file := range d.files {
		a := s.store(m.channel.ID, file)
		if note, ok := notes[strconv.Itoa(i)]; ok && note.Description != "" {
			a.Description = note.Description
		}
		list = append(list, a)
	}
	if len(list) > maxFiles {
		return nil, errTooManyFiles
	}
	return list, nil
}

// readDraft reads and checks a draft. The check knows whether an edited
// message is of the second version already.
func readDraft(q *query, old *message) (*draft, *Refusal) {
	d, refusal := decode[draft](q)
	if refusal != nil {
		return nil, refusal
	}
	d.files = q.Files
	var f form
	d.check(&f, d.Flags&flagComponentsV2 != 0 || old != nil && old.v2)
	return &d, f.refusal()
}

// under puts a form's faults below a path.
func (f *form) under(path string) *Refusal {
	r := f.refusal()
	if r == nil {
		return nil
	}
	steps := strings.Split(path, "/")
	for i := len(steps) - 1; i >= 0; i-- {
		r.errors = map[string]any{steps[i]: r.errors}
	}
	return r
}
