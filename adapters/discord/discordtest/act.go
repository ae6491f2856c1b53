package discordtest

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrUnseen is what a person gets who acts on a place or message that is not
// before them.
var ErrUnseen = errors.New("discordtest: the person does not see that")

// Say writes a message with files, if any. A mention is written as Mention
// gives it. The person's client refuses an empty text, one of more than 2000
// characters, and a place they do not see; the network refuses a message to
// the bot from someone it shares no guild with.
func (u *User) Say(where *Channel, text string, files ...Upload) (Message, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	switch {
	case !u.sees(where):
		return Message{}, ErrUnseen
	case where == u.dm && !u.reachable():
		return Message{}, errors.New("discordtest: no mutual guild with the bot")
	case where.archived && where.locked:
		return Message{}, errors.New("discordtest: the thread is locked")
	}
	m := &message{channel: where, author: u}
	if err := u.s.compose(m, text, files); err != nil {
		return Message{}, err
	}
	u.s.post(m)
	return m.Message, nil
}

// compose puts a person's text and files into a message.
func (s *Server) compose(m *message, text string, files []Upload) error {
	text = cleaned(text)
	if n := utf8.RuneCountInString(text); n > 2000 {
		return fmt.Errorf("discordtest: a message of %d characters", n)
	}
	if text == "" && len(files)+len(m.Attachments) == 0 {
		return errors.New("discordtest: an empty message")
	}
	for _, f := range files {
		if len(f.Data) > maxFile {
			return fmt.Errorf("discordtest: a file of %d bytes", len(f.Data))
		}
		m.Attachments = append(m.Attachments, s.store(m.channel.ID, f))
	}
	m.Content = text
	s.mentions(m, nil, true)
	return nil
}

// Mention is the text that mentions a person or the bot.
func (u *User) Mention() string { return "<@" + u.ID + ">" }

// Edit changes the text of one of the person's own messages.
func (u *User) Edit(id, text string) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m, err := u.own(id)
	if err != nil {
		return err
	}
	if err = u.s.compose(m, text, nil); err != nil {
		return err
	}
	u.s.change(m)
	return nil
}

// Delete deletes one of the person's own messages.
func (u *User) Delete(id string) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m, err := u.own(id)
	if err != nil {
		return err
	}
	u.s.remove(m)
	return nil
}

func (u *User) own(id string) (*message, error) {
	m := u.s.anywhere(id)
	if m == nil || !u.sees(m.channel) || m.author != u {
		return nil, ErrUnseen
	}
	return m, nil
}

// Press presses a button of a message that is before the person.
func (u *User) Press(messageID, customID string) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m, c, err := u.component(messageID, customID)
	switch {
	case err != nil:
		return nil, err
	case c.Type != typeButton:
		return nil, errors.New("discordtest: not a button")
	}
	return u.s.used(u, m, c.Type, customID, nil)
}

// Select picks values of a select menu that is before the person: of a menu of
// strings its options' values, of other menus ids of users and channels.
func (u *User) Select(messageID, customID string, values ...string) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m, c, err := u.component(messageID, customID)
	switch {
	case err != nil:
		return nil, err
	case !isSelect(c.Type):
		return nil, errors.New("discordtest: not a select menu")
	}
	if err = c.takes(values); err != nil {
		return nil, err
	}
	return u.s.used(u, m, c.Type, customID, orEmpty(values))
}

// Forge sends a press, or with values a selection, as someone does who does not
// keep to their client: of any message and with any custom_id.
func (u *User) Forge(messageID, customID string, values ...string) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.s.anywhere(messageID)
	if m == nil {
		return nil, ErrUnseen
	}
	kind := typeButton
	if values != nil {
		kind = typeSelect
	}
	return u.s.used(u, m, kind, customID, values)
}

// component finds a component that is before the person and not disabled.
func (u *User) component(messageID, customID string) (*message, Component, error) {
	m := u.s.anywhere(messageID)
	if m == nil || !u.sees(m.channel) || !u.reads(m) {
		return nil, Component{}, ErrUnseen
	}
	for _, c := range pick(m.Components, func(k int) bool { return k == typeButton || isSelect(k) }) {
		if c.CustomID != customID || customID == "" {
			continue
		}
		if c.Disabled {
			return nil, Component{}, errors.New("discordtest: the component is disabled")
		}
		return m, c, nil
	}
	return nil, Component{}, ErrUnseen
}

// takes says why a menu's client would not let someone pick these values.
func (c Component) takes(values []string) error {
	least, most := 1, 1
	if c.MinValues != nil {
		least = *c.MinValues
	}
	if c.MaxValues != nil {
		most = *c.MaxValues
	}
	if len(values) < least || len(values) > most {
		return fmt.Errorf("discordtest: the menu takes %d to %d values", least, most)
	}
	offered := map[string]bool{}
	for _, o := range c.Options {
		offered[o.Value] = true
	}
	for _, v := range values {
		if c.Type == typeSelect && !offered[v] {
			return fmt.Errorf("discordtest: the menu does not offer %q", v)
		}
	}
	return nil
}

// Submit sends an open modal with values by custom_id. A field that is not
// named keeps the value it was opened with.
func (u *User) Submit(m Modal, values map[string]string) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if !u.isOpen(m) {
		return nil, ErrUnseen
	}
	all := map[string]string{}
	for _, f := range m.Fields {
		value, given := values[f.CustomID]
		if !given {
			value = f.Value
		}
		if err := f.filled(value); err != nil {
			return nil, err
		}
		all[f.CustomID] = value
	}
	for id := range values {
		if _, known := all[id]; !known {
			return nil, fmt.Errorf("discordtest: the modal has no field %q", id)
		}
	}
	u.close(m)
	i := u.s.ask(u, m.channel, askModal)
	i.source, i.owners = m.source, m.owners
	u.s.deliver(i, object{"custom_id": m.CustomID, "components": submission(m.components, all)})
	return i, nil
}

func (u *User) isOpen(m Modal) bool {
	for _, o := range u.modals {
		if o.id == m.id {
			return true
		}
	}
	return false
}
