package discordtest

import "slices"

// The flags of messages that this server knows (dd:resources/message.mdx
// "Message Flags").
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagVoice          = 1 << 13
	flagComponentsV2   = 1 << 15
)

// The kinds of messages (dd:resources/message.mdx "Message Types").
const (
	kindDefault = 0
	kindReply   = 19
	kindCommand = 20
)

// Message is a message as it stood at one moment.
type Message struct {
	ID        string
	ChannelID string
	AuthorID  string
	FromBot   bool
	At        moment

	Content     string
	Embeds      []Embed
	Components  []Component
	Attachments []Attachment

	// Ephemeral is seen by one person only, who is named by For.
	Ephemeral bool
	For       string
	// Thinking is a deferred answer that is still to come.
	Thinking bool
	Silent   bool // no notification
	ReplyTo  string
	Nonce    string
	// Pings are those whom the message notified: user ids, "everyone", "here",
	// and "role:" with an id.
	Pings   []string
	Edits   int
	Deleted bool
}

// Embed is a box of rich text (dd:resources/message.mdx "Embed Structure").
type Embed struct {
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
	Footer      *EmbedFooter `json:"footer,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Thumbnail   *EmbedImage  `json:"thumbnail,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedAuthor is the line above an embed.
type EmbedAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// EmbedFooter is the line below an embed.
type EmbedFooter struct {
	Text string `json:"text"`
}

// EmbedImage is a picture in an embed; attachment://name shows an uploaded one.
type EmbedImage struct {
	URL string `json:"url"`
}

// EmbedField is a name and a value in an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

// message is the living message behind the snapshots.
type message struct {
	Message
	channel   *Channel
	author    *User
	kind      int
	webhook   bool         // an answer or follow-up to an interaction
	cause     *Interaction // what it answers, where that was a command
	v2        bool
	edited    moment
	mentioned []string // user ids in the text
	roles     []string
	everyone  bool
}

// embedded is an embed on its way out, which is always "rich".
type embedded struct {
	Embed
	Type string `json:"type"`
}

func embedObjects(embeds []Embed) []embedded {
	list := make([]embedded, 0, len(embeds))
	for _, e := range embeds {
		list = append(list, embedded{e, "rich"})
	}
	return list
}

func (m *message) flags() int {
	flags := 0
	for flag, set := range map[int]bool{
		flagEphemeral: m.Ephemeral, flagLoading: m.Thinking,
		flagSilent: m.Silent, flagComponentsV2: m.v2,
	} {
		if set {
			flags |= flag
		}
	}
	return flags
}

// empty says that nothing is left to show.
func (m *message) empty() bool {
	return m.Content == "" && len(m.Components) == 0 && len(m.Attachments) == 0 &&
		!slices.ContainsFunc(m.Embeds, func(e Embed) bool { return !e.blank() })
}

func (e Embed) blank() bool {
	return e.Title == "" && e.Description == "" && len(e.Fields) == 0 &&
		e.Author == nil && e.Footer == nil && e.Image == nil && e.Thumbnail == nil
}

// Buttons are the message's buttons in order.
func (m Message) Buttons() []Component {
	return pick(m.Components, func(k int) bool { return k == typeButton })
}

// Selects are the message's select menus in order.
func (m Message) Selects() []Component { return pick(m.Components, isSelect) }

// Button finds the first button with a label.
func (m Message) Button(label string) (Component, bool) {
	for _, b := range m.Buttons() {
		if b.Label == label {
			return b, true
		}
	}
	return Component{}, false
}

// post puts a message into its channel, shows it, and tells the bot.
func (s *Server) post(m *message) {
	m.ID, m.ChannelID, m.At = s.newID(), m.channel.ID, s.clock()
	m.AuthorID, m.FromBot = m.author.ID, m.author == s.bot
	if m.channel.archived {
		m.channel.archived = false // a message reopens a thread
		s.tellChannel(m.channel, "UPDATE")
	}
	m.channel.messages = append(m.channel.messages, m)
	s.show(SawNew, m)
	s.tellMessage("MESSAGE_CREATE", m)
}

// change shows and tells of an edited message.
func (s *Server) change(m *message) {
	m.Edits++
	m.edited = s.clock()
	s.show(SawEdit, m)
	s.tellMessage("MESSAGE_UPDATE", m)
}

// remove deletes a message.
func (s *Server) remove(m *message) {
	m.Deleted = true
	s.show(SawDelete, m)
	if !s.heard(m) {
		return
	}
	o := object{"id": m.ID, "channel_id": m.ChannelID}
	e := event{name: "MESSAGE_DELETE", intent: IntentDirectMessages}
	if g := m.channel.Guild; g != nil {
		o["guild_id"] = g.ID
		e.guild, e.intent = g.ID, IntentGuildMessages
	}
	e.full = mustJSON(o)
	s.tell(e)
}

// heard says whether the bot gets events of a message. It gets none of
// ephemeral ones, nor where it cannot look.
func (s *Server) heard(m *message) bool { return m.channel.view && !m.Ephemeral }

func (s *Server) tellMessage(name string, m *message) {
	s.signal()
	if !s.heard(m) {
		return
	}
	if m.author == s.bot {
		s.tell(s.messageEvent(name, m))
	} else {
		s.tellOf(s.messageEvent(name, m))
	}
}

// find looks for a message of a channel that is still there.
func (c *Channel) find(id string) *message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *message, id string) int {
		switch {
		case m.ID == id:
			return 0
		case older(m.ID, id):
			return -1
		}
		return 1
	})
	if !ok || c.messages[i].Deleted {
		return nil
	}
	return c.messages[i]
}

// anywhere looks for a message by id alone.
func (s *Server) anywhere(id string) *message {
	for _, c := range s.channels {
		if m := c.find(id); m != nil {
			return m
		}
	}
	return nil
}
