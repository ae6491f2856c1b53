package webchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// posted is what the page sends. Exactly one of Text, Press and Written is
// there.
type posted struct {
	// Key is drawn by the page for each message, so that the same message
	// sent again is known as the same.
	Key string `json:"key"`
	// Lang is the language of the page.
	Lang    string         `json:"lang"`
	Text    string         `json:"text"`
	Press   *postedPress   `json:"press"`
	Written *postedWritten `json:"written"`
}

type postedPress struct {
	Data string `json:"data"`
	// Message is the number of the message that the button stands on.
	Message string `json:"message"`
}

type postedWritten struct {
	Data string `json:"data"`
	Text string `json:"text"`
}

// keyForm is what a page's key looks like.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

var errPosted = errors.New("webchat: not a message")

// check refuses what no page of ours sends.
func (p *posted) check() error {
	kinds := 0
	if p.Text != "" {
		kinds++
	}
	if p.Press != nil {
		kinds++
		if p.Press.Data == "" || len(p.Press.Data) > bots.MaxData || len(p.Press.Message) > 20 {
			return errPosted
		}
	}
	if p.Written != nil {
		kinds++
		if p.Written.Data == "" || len(p.Written.Data) > bots.MaxData {
			return errPosted
		}
	}
	if kinds != 1 || !keyForm.MatchString(p.Key) {
		return errPosted
	}
	return nil
}

// said is the text of a message, or "" for a press.
func (p *posted) said() string {
	if p.Written != nil {
		return p.Written.Text
	}
	return p.Text
}

// arrived is a message as it is brought to the bot (Arrival.Raw).
type arrived struct {
	Session session        `json:"session"`
	Lang    string         `json:"lang,omitempty"`
	Number  int64          `json:"number,omitempty"`
	At      int64          `json:"at"` // milliseconds since 1970
	Text    string         `json:"text,omitempty"`
	Press   *postedPress   `json:"press,omitempty"`
	Written *postedWritten `json:"written,omitempty"`
	Left    bool           `json:"left,omitempty"`
}

// arrival makes what the bot receives. The session is part of the key: nobody
// can use up another's.
func (a arrived) arrival(key string) (bots.Arrival, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return bots.Arrival{}, fmt.Errorf("webchat: %w", err)
	}
	return bots.Arrival{Network: networkName, Key: string(a.Session) + "." + key, Lane: string(a.Session), Raw: raw}, nil
}

// Decode says what an arrival means.
func (c *Chat) Decode(a bots.Arrival) (bots.Message, error) {
	var in arrived
	if err := json.Unmarshal(a.Raw, &in); err != nil || in.Session == "" {
		return bots.Message{}, errors.New("webchat: an arrival that cannot be read")
	}
	here := bots.Address{Lane: string(in.Session), Data: string(in.Session)}
	m := bots.Message{
		From: bots.Sender{ID: string(in.Session), Language: in.Lang},
		Chat: bots.Chat{ID: string(in.Session)},
		Here: here, Private: here,
		Sent: time.UnixMilli(in.At).UTC(),
		Text: in.Text,
	}
	if in.Number > 0 {
		m.ID = strconv.FormatInt(in.Number, 10)
	}
	if in.Press != nil {
		m.Press = &bots.Press{Data: in.Press.Data, Message: in.Press.Message}
	}
	if in.Written != nil {
		m.Written = &bots.Written{Data: in.Written.Data, Text: in.Written.Text}
	}
	if in.Left {
		m.Event = bots.Blocked
	}
	return m, nil
}

// shown is a message as the page renders it. What was typed is in it as plain
// text: the page makes no markup of it.
type shown struct {
	// Me is true for what the person wrote; then Key is its key and Text
	// its words.
	Me   bool   `json:"me,omitempty"`
	Key  string `json:"key,omitempty"`
	Text string `json:"text,omitempty"`

	Lang    string          `json:"lang,omitempty"`
	Dir     string          `json:"dir,omitempty"`
	Blocks  []bots.OutBlock `json:"blocks,omitempty"`
	Buttons [][]shownButton `json:"buttons,omitempty"`
	Ask     *shownAsk       `json:"ask,omitempty"`
	// Notice is true for what comes unasked.
	Notice bool `json:"notice,omitempty"`
	// File is what the bot hands over, for saving; its content in base64.
	File *bots.Document `json:"file,omitempty"`
}

type shownButton struct {
	Label  string      `json:"label"`
	Data   string      `json:"data,omitempty"`
	URL    string      `json:"url,omitempty"`
	Weight bots.Weight `json:"weight,omitempty"`
}

type shownAsk struct {
	Label string `json:"label"`
	Long  bool   `json:"long,omitempty"`
}

func shownOf(o bots.Outgoing) shown {
	s := shown{Lang: string(o.Lang), Dir: direction(o.Lang), Blocks: o.Blocks, Notice: o.Notice, File: o.Document}
	for _, row := range o.Buttons {
		var out []shownButton
		for _, b := range row {
			if b.URL != "" && !webAddress(b.URL) {
				continue
			}
			out = append(out, shownButton(b))
		}
		if len(out) > 0 {
			s.Buttons = append(s.Buttons, out)
		}
	}
	if o.Ask != nil {
		s.Ask = &shownAsk{Label: o.Ask.Label, Long: o.Ask.Long}
	}
	return s
}

// webAddress keeps out of links what a browser would run rather than open.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func direction(l locale.Lang) string {
	if l.RTL() {
		return "rtl"
	}
	return "ltr"
}

// A stored message is known by where it comes from: the bot's parcels and the
// page's keys never meet.
func parcelID(id string) string { return "p." + id }
func keyID(key string) string   { return "k." + key }
