package telegramtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Command is one line of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// profile is what the bot says of itself, by language and scope.
type profile struct {
	commands map[string][]Command // by scope and language
	texts    map[string]string    // by field and language
}

func newProfile() profile {
	return profile{commands: map[string][]Command{}, texts: map[string]string{}}
}

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// setMyCommands follows srv Client.cpp:10652-10680 and td BotCommand.cpp:168-215.
func (s *Server) setMyCommands(c *Call) (any, error) {
	given, err := readCommands(c.params["commands"])
	if err != nil {
		return nil, err
	}
	key, err := s.scopeFor(c)
	if err != nil {
		return nil, err
	}
	sum, outOfForm := 0, false
	for i := range given {
		if err := given[i].settle(); err != nil {
			return nil, err
		}
		sum += len(given[i].Command) + len(given[i].Description)
		outOfForm = outOfForm || !commandForm.MatchString(given[i].Command)
	}
	switch {
	case outOfForm:
		return nil, refuse(CommandInvalid)
	case len(given) > maxCommands || sum > maxCommandSum:
		return nil, refuse(CommandsTooMany)
	}
	s.profile.commands[key] = given
	return true, nil
}

func readCommands(raw string) ([]Command, error) {
	if raw == "" {
		return nil, nil
	}
	if !json.Valid([]byte(raw)) {
		return nil, refuse(CommandsUnparsed)
	}
	var items []json.RawMessage
	if json.Unmarshal([]byte(raw), &items) != nil || items == nil {
		return nil, refuse(CommandsNoArray)
	}
	var out []Command
	for _, item := range items {
		var fields map[string]json.RawMessage
		if json.Unmarshal(item, &fields) != nil || fields == nil {
			return nil, refuse(CommandUnparsed, "expected an Object")
		}
		values := map[string]string{}
		for _, name := range []string{"command", "description"} {
			if _, ok := fields[name]; !ok {
				return nil, refuse(CommandUnparsed, fmt.Sprintf("Can't find field %q", name))
			}
			if !stringField(fields[name], name, values) {
				return nil, refuse(CommandUnparsed, fmt.Sprintf("Field %q must be of type String", name))
			}
		}
		out = append(out, Command{Command: values["command"], Description: values["description"]})
	}
	return out, nil
}

func (c *Command) settle() error {
	c.Command = strings.TrimPrefix(strings.TrimSpace(cleanString(c.Command)), "/")
	c.Description = strings.TrimSpace(cleanString(c.Description))
	switch {
	case c.Command == "":
		return refuse(CommandEmpty)
	case utf8.RuneCountInString(c.Command) > maxCommandName:
		return refuse(CommandTooLong)
	case c.Description == "":
		return refuse(CommandDescriptionEmpty)
	case utf8.RuneCountInString(c.Description) > maxCommandText:
		return refuse(CommandDescriptionTooLong)
	}
	return nil
}

var languageForm = regexp.MustCompile(`^([a-z]{2})?$`)

// scopeFor reads scope and language_code into a key
// (srv Client.cpp:10576-10637).
func (s *Server) scopeFor(c *Call) (string, error) {
	var scope struct {
		Type string          `json:"type"`
		Chat json.RawMessage `json:"chat_id"`
		User int64           `json:"user_id"`
	}
	scope.Type = "default"
	if raw := c.params["scope"]; raw != "" {
		scope.Type = ""
		if !json.Valid([]byte(raw)) {
			return "", refuse(ScopeUnparsed)
		}
		if !strings.HasPrefix(strings.TrimSpace(raw), "{") {
			return "", refuse(ScopeWrong, "BotCommandScope must be an Object")
		}
		if json.Unmarshal([]byte(raw), &scope) != nil || scope.Type == "" {
			return "", refuse(ScopeWrong, `Can't find field "type"`)
		}
	}
	key := scope.Type
	switch scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		values := map[string]string{}
		if !stringField(scope.Chat, "chat_id", values) || values["chat_id"] == "" {
			return "", refuse(ScopeWrong, "Empty chat_id specified")
		}
		if scope.Type == "chat_member" && scope.User <= 0 {
			return "", refuse(ScopeWrong, "Invalid user_id specified")
		}
		target, err := s.chatFor(values["chat_id"], toReadMembers)
		if err != nil {
			return "", err
		}
		key = fmt.Sprintf("%s %d %d", scope.Type, target.id, scope.User)
	default:
		return "", refuse(ScopeWrong, "Unsupported type specified")
	}
	if !languageForm.MatchString(c.params["language_code"]) {
		return "", refuse(LanguageInvalid)
	}
	return key + "|" + c.params["language_code"], nil
}

func (s *Server) getMyCommands(c *Call) (any, error) {
	key, err := s.scopeFor(c)
	if err != nil {
		return nil, err
	}
	return append([]Command{}, s.profile.commands[key]...), nil
}

func (s *Server) deleteMyCommands(c *Call) (any, error) {
	key, err := s.scopeFor(c)
	if err != nil {
		return nil, err
	}
	delete(s.profile.commands, key)
	return true, nil
}

// setProfileText stores one of the bot's texts for a language; its limit counts
// characters.
func setProfileText(field string, limit int, tooLong Reason) func(*Server, *Call) (any, error) {
	return func(s *Server, c *Call) (any, error) {
		language := c.params["language_code"]
		if !languageForm.MatchString(language) {
			return nil, refuse(LanguageInvalid)
		}
		text := strings.TrimSpace(c.params[field])
		if utf8.RuneCountInString(text) > limit {
			return nil, refuse(tooLong)
		}
		s.profile.texts[field+"|"+language] = text
		return true, nil
	}
}

func getProfileText(field string) func(*Server, *Call) (any, error) {
	return func(s *Server, c *Call) (any, error) {
		if !languageForm.MatchString(c.params["language_code"]) {
			return nil, refuse(LanguageInvalid)
		}
		text, ok := s.profile.texts[field+"|"+c.params["language_code"]]
		if !ok {
			text = s.profile.texts[field+"|"]
		}
		return object{field: text}, nil
	}
}

// Menu returns the commands set for a scope's type ("default",
// "all_private_chats", ...) and a language ("" for all).
func (s *Server) Menu(scope, language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Command(nil), s.profile.commands[scope+"|"+language]...)
}
