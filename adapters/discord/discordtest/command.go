package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// The types of commands and of their options (dd:interactions/
// application-commands.mdx).
const (
	commandChat    = 1
	commandUser    = 2
	commandMessage = 3

	optionSub         = 1
	optionGroup       = 2
	optionString      = 3
	optionInteger     = 4
	optionBoolean     = 5
	optionUser        = 6
	optionChannel     = 7
	optionMentionable = 9
	optionNumber      = 10
	optionAttachment  = 11
)

// Command is a registered application command.
type Command struct {
	ID                       string            `json:"id"`
	ApplicationID            string            `json:"application_id"`
	GuildID                  string            `json:"guild_id,omitempty"`
	Version                  string            `json:"version"`
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Options                  []CommandOption   `json:"options,omitempty"`
	DefaultMemberPermissions *string           `json:"default_member_permissions"`
	DMPermission             *bool             `json:"dm_permission,omitempty"`
	NSFW                     bool              `json:"nsfw"`
	IntegrationTypes         []int             `json:"integration_types,omitempty"`
	Contexts                 *[]int            `json:"contexts"`
}

// CommandOption is a parameter, a subcommand or a group of subcommands.
type CommandOption struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Required                 bool              `json:"required,omitempty"`
	Choices                  []Choice          `json:"choices,omitempty"`
	Options                  []CommandOption   `json:"options,omitempty"`
	ChannelTypes             []int             `json:"channel_types,omitempty"`
	MinValue                 *float64          `json:"min_value,omitempty"`
	MaxValue                 *float64          `json:"max_value,omitempty"`
	MinLength                *int              `json:"min_length,omitempty"`
	MaxLength                *int              `json:"max_length,omitempty"`
	Autocomplete             bool              `json:"autocomplete,omitempty"`
}

// Choice is a value that an option offers.
type Choice struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	Value             any               `json:"value"` // text or float64
}

// Commands lists the commands registered for a guild, or with nil for
// everywhere.
func (s *Server) Commands(g *Guild) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope := ""
	if g != nil {
		scope = g.ID
	}
	var list []Command
	for _, c := range s.commands[scope] {
		list = append(list, *c)
	}
	return list
}

// scope checks the application and guild of a call on commands, and gives the
// guild's id, "" for everywhere.
func (s *Server) scope(q *query) (string, *Refusal) {
	if q.args["application"] != s.app.id {
		return "", errOtherApplication
	}
	id, scoped := q.args["guild"]
	if !scoped {
		return "", nil
	}
	if g := s.guild(id); g == nil || !g.bot {
		return "", errMissingAccess
	}
	return id, nil
}

// listCommands is dd:interactions/application-commands.mdx "Get Global
// Application Commands": without their translations, unless asked for.
func listCommands(s *Server, q *query) (int, any, *Refusal) {
	scope, refusal := s.scope(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	list := []*Command{}
	for _, c := range s.commands[scope] {
		if !q.truth("with_localizations") {
			c = c.untranslated()
		}
		list = append(list, c)
	}
	return http.StatusOK, list, nil
}

func (c *Command) untranslated() *Command {
	bare := *c
	bare.NameLocalizations, bare.DescriptionLocalizations = nil, nil
	bare.Options = untranslated(c.Options)
	return &bare
}

func untranslated(options []CommandOption) []CommandOption {
	options = slices.Clone(options)
	for i := range options {
		o := &options[i]
		o.NameLocalizations, o.DescriptionLocalizations = nil, nil
		o.Options = untranslated(o.Options)
		o.Choices = slices.Clone(o.Choices)
		for j := range o.Choices {
			o.Choices[j].NameLocalizations = nil
		}
	}
	return options
}

// makeCommand is ib. "Create Global Application Command": 201 for a new name,
// 200 where one of that name and type is replaced.
func makeCommand(s *Server, q *query) (int, any, *Refusal) {
	scope, refusal := s.scope(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	c, refusal := decode[Command](q)
	if refusal != nil {
		return 0, nil, refusal
	}
	var f form
	c.check(&f, "")
	if refusal = f.refusal(); refusal != nil {
		return 0, nil, refusal
	}
	old := s.sameName(scope, &c)
	if refusal = s.room(scope, []*Command{&c}, s.commands[scope]); refusal != nil {
		return 0, nil, refusal
	}
	s.register(scope, &c, old)
	s.signal()
	if old != nil {
		*old = c
		return http.StatusOK, c, nil
	}
	s.commands[scope] = append(s.commands[scope], &c)
	return http.StatusCreated, c, nil
}

// replaceCommands is ib. "Bulk Overwrite Global Application Commands": all
// types are replaced, and what the list does not name is gone.
func replaceCommands(s *Server, q *query) (int, any, *Refusal) {
	scope, refusal := s.scope(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	list, refusal := decode[[]*Command](q)
	if refusal != nil {
		return 0, nil, refusal
	}
	var f form
	for i, c := range list {
		at := below("", i)
		if c == nil {
			f.required(at)
			continue
		}
		c.check(&f, at)
		if slices.ContainsFunc(list[:i], func(o *Command) bool { return o != nil && o.Name == c.Name && o.Type == c.Type }) {
			f.wrong(at+"/name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
	}
	if refusal = f.refusal(); refusal == nil {
		refusal = s.room(scope, list, nil)
	}
	if refusal != nil {
		return 0, nil, refusal
	}
	for _, c := range list {
		s.register(scope, c, s.sameName(scope, c))
	}
	s.commands[scope] = list
	s.signal()
	return http.StatusOK, orEmpty(list), nil
}

func (s *Server) sameName(scope string, c *Command) *Command {
	for _, o := range s.commands[scope] {
		if o.Name == c.Name && o.Type == c.Type {
			return o
		}
	}
	return nil
}

const (
	// maxCreates a day and guild; only names that are new count (ib.
	// "Registering a Command").
	maxCreates = 200
	createsDay = 24 * time.Hour
)

// room checks how many commands there would be, and how many were made today.
func (s *Server) room(scope string, list, beside []*Command) *Refusal {
	counts, fresh := map[int]int{}, 0
	for _, c := range beside {
		counts[c.Type]++
	}
	for _, c := range list {
		if old := s.sameName(scope, c); old == nil {
			fresh++
			counts[c.Type]++
		} else if beside == nil {
			counts[c.Type]++
		}
	}
	for kind, most := range map[int]int{commandChat: 100, commandUser: 15, commandMessage: 15} {
		if counts[kind] > most {
			return refuse(http.StatusBadRequest, 30032, "Maximum number of application commands reached ("+string(mustJSON(most))+").")
		}
	}
	if len(within(s.creates[scope], s.clock(), createsDay))+fresh > maxCreates {
		return errDailyCreates
	}
	return nil
}

// register gives a command its id and version, and counts it where it is new.
func (s *Server) register(scope string, c, old *Command) {
	now := s.clock()
	c.ApplicationID, c.GuildID, c.Version = s.app.id, scope, s.newID()
	if scope == "" && c.IntegrationTypes == nil {
		c.IntegrationTypes = []int{0, 1} // what the application is set up for
	}
	if old != nil {
		c.ID = old.ID
		return
	}
	c.ID = s.newID()
	s.creates[scope] = append(within(s.creates[scope], now, createsDay), now)
}

func (s *Server) command(q *query) (string, *Command, *Refusal) {
	scope, refusal := s.scope(q)
	if refusal != nil {
		return "", nil, refusal
	}
	for _, c := range s.commands[scope] {
		if c.ID == q.args["command"] {
			return scope, c, nil
		}
	}
	return "", nil, errUnknownCommand
}

func getCommand(s *Server, q *query) (int, any, *Refusal) {
	_, c, refusal := s.command(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	return http.StatusOK, c, nil
}

// editCommand is ib. "Edit Global Application Command": fields that do not come
// stay as they are.
func editCommand(s *Server, q *query) (int, any, *Refusal) {
	scope, c, refusal := s.command(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	came, refusal := decode[map[string]json.RawMessage](q)
	if refusal != nil {
		return 0, nil, refusal
	}
	merged := map[string]json.RawMessage{}
	_ = json.Unmarshal(mustJSON(c), &merged)
	for key, value := range came {
		merged[key] = value
	}
	inner := *q.Call
	inner.Body = mustJSON(merged)
	next, refusal := decode[Command](&query{Call: &inner})
	if refusal != nil {
		return 0, nil, refusal
	}
	next.Type = c.Type
	var f form
	next.check(&f, "")
	if refusal = f.refusal(); refusal != nil {
		return 0, nil, refusal
	}
	if other := s.sameName(scope, &next); other != nil && other != c {
		return 0, nil, errCommandExists
	}
	s.register(scope, &next, c)
	*c = next
	s.signal()
	return http.StatusOK, c, nil
}

func deleteCommand(s *Server, q *query) (int, any, *Refusal) {
	scope, c, refusal := s.command(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	s.commands[scope] = slices.DeleteFunc(slices.Clone(s.commands[scope]), func(o *Command) bool { return o == c })
	s.signal()
	return http.StatusNoContent, nil, nil
}
