package discordtest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// locales are the languages of Discord's clients (dd:reference.mdx "Locales").
var locales = strings.Fields(`id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR
	ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko`)

// fallbacks are the languages that stand in for one another (dd:interactions/
// application-commands.mdx "Locale fallbacks").
var fallbacks = map[string]string{"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}

// localized is a text in a person's language.
func localized(locale, standard string, in map[string]string) string {
	if text, ok := in[locale]; ok {
		return text
	}
	if text, ok := in[fallbacks[locale]]; ok {
		return text
	}
	return standard
}

// commandName is the pattern of ib. "Application Command Naming"; Go has no
// sc=, so the scripts' marks are named by \p{Devanagari} and \p{Thai}.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// commandSize is ib. "Slash Commands", the first warning.
const commandSize = 8000

// check follows ib. "Application Command Structure".
func (c *Command) check(f *form, at string) {
	if c.Type == 0 {
		c.Type = commandChat
	}
	for i, t := range c.IntegrationTypes {
		if t < 0 || t > 1 {
			f.choice(below(at+"/integration_types", i), "0, 1")
		}
	}
	if c.Contexts != nil {
		for i, t := range *c.Contexts {
			if t < contextGuild || t > contextPrivate {
				f.choice(below(at+"/contexts", i), "0, 1, 2")
			}
		}
	}
	switch c.Type {
	case commandChat:
		f.name(at, c.Name, c.NameLocalizations)
		f.describe(at, c.Description, c.DescriptionLocalizations)
		f.options(at, c.Options, levelCommand)
		if c.size() > commandSize {
			f.wrong(at, "APPLICATION_COMMAND_TOO_LARGE", fmt.Sprintf("Command exceeds maximum size (%d)", commandSize))
		}
	case commandUser, commandMessage:
		f.length(at+"/name", c.Name, 1, 32)
		if c.Description != "" {
			f.wrong(at+"/description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "Context menu commands cannot have description")
		}
		if len(c.Options) > 0 {
			f.wrong(at+"/options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", "Context menu commands cannot have options")
		}
	default:
		f.choice(at+"/type", "1, 2, 3")
	}
}

// name checks a name and its translations. A letter that has a lower case must
// stand in it.
func (f *form) name(at, name string, in map[string]string) {
	one := func(path, text string) {
		switch {
		case text == "":
			f.required(path)
		case utf8.RuneCountInString(text) > 32:
			f.length(path, text, 1, 32)
		case !commandName.MatchString(text):
			f.wrong(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
		case strings.ContainsFunc(text, func(r rune) bool { return unicode.ToLower(r) != r }):
			f.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	one(at+"/name", name)
	f.each(at+"/name_localizations", in, one)
}

func (f *form) describe(at, text string, in map[string]string) {
	one := func(path, text string) { f.length(path, text, 1, 100) }
	one(at+"/description", text)
	f.each(at+"/description_localizations", in, one)
}

// each checks translations: their languages must be among those of the clients.
func (f *form) each(at string, in map[string]string, one func(path, text string)) {
	for locale, text := range in {
		if !slices.Contains(locales, locale) {
			quoted := "'" + strings.Join(locales, "', '") + "'"
			f.choice(at+"/"+locale, quoted)
			continue
		}
		one(at+"/"+locale, text)
	}
}

// options checks the options of a command, group or subcommand: a command holds
// groups, a group subcommands, a subcommand parameters (ib. "Subcommands and
// Subcommand Groups").
func (f *form) options(at string, list []CommandOption, of level) {
	at += "/options"
	if !f.count(at, len(list), 0, 25) {
		return
	}
	names := map[string]bool{}
	optional, subs := false, 0
	for i := range list {
		o, here := &list[i], below(at, i)
		f.name(here, o.Name, o.NameLocalizations)
		f.describe(here, o.Description, o.DescriptionLocalizations)
		if names[o.Name] {
			f.wrong(here+"/name", "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", "Option name is not unique")
		}
		names[o.Name] = true
		if o.Required && optional {
			f.wrong(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options") // dd#5615
		}
		optional = optional || !o.Required
		if o.Type == optionSub || o.Type == optionGroup {
			subs++
		}
		f.option(here, o, of)
	}
	if subs > 0 && subs < len(list) {
		f.wrong(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
	f.localNames(at, list)
}

// localNames follows ib. "Localization": a translated name is distinct from all
// other default names, and from all others of that language.
func (f *form) localNames(at string, list []CommandOption) {
	for i, o := range list {
		for locale, name := range o.NameLocalizations {
			for j, other := range list {
				if i != j && (other.Name == name || other.NameLocalizations[locale] == name) {
					f.wrong(below(at, i)+"/name_localizations/"+locale, "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", "Option name is not unique")
					break
				}
			}
		}
	}
}

// level is what a list of options belongs to.
type level int

const (
	levelCommand level = iota
	levelGroup
	levelSub
)

// option checks one option (ib. "Application Command Option Structure").
func (f *form) option(at string, o *CommandOption, of level) {
	switch o.Type {
	case optionGroup:
		if of != levelCommand {
			f.wrong(at+"/type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command groups cannot be nested")
			return
		}
		f.options(at, o.Options, levelGroup)
		for i, sub := range o.Options {
			if sub.Type != optionSub {
				f.choice(below(at+"/options", i)+"/type", "1")
			}
		}
		return
	case optionSub:
		if of == levelSub {
			f.wrong(at+"/type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands cannot be nested")
			return
		}
		f.options(at, o.Options, levelSub)
		return
	}
	if o.Type < optionSub || o.Type > optionAttachment {
		f.choice(at+"/type", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11")
		return
	}
	if len(o.Options) > 0 {
		f.wrong(at+"/options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only sub-commands and groups have options")
	}
	f.between(at+"/min_length", o.MinLength, 0, 6000)
	f.between(at+"/max_length", o.MaxLength, 1, 6000)
	completes := o.Type == optionString || o.Type == optionInteger || o.Type == optionNumber
	if o.Autocomplete && (!completes || len(o.Choices) > 0) {
		f.wrong(at+"/autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", "Autocomplete needs a text or number option without choices")
	}
	if len(o.Choices) > 0 && !completes {
		f.wrong(at+"/choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Options of this type have no choices")
	}
	f.choices(at, o)
}

func (f *form) choices(at string, o *CommandOption) {
	f.count(at+"/choices", len(o.Choices), 0, 25)
	names := map[string]bool{}
	for i, c := range o.Choices {
		here := below(at+"/choices", i)
		c.check(f, here, o.Type)
		if names[c.Name] {
			f.wrong(here+"/name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", "The specified option choice name is already used")
		}
		names[c.Name] = true
	}
}

// check follows ib. "Application Command Option Choice Structure".
func (c Choice) check(f *form, at string, kind int) {
	f.length(at+"/name", c.Name, 1, 100)
	f.each(at+"/name_localizations", c.NameLocalizations, func(path, text string) { f.length(path, text, 1, 100) })
	switch v := c.Value.(type) {
	case string:
		if kind == optionString {
			f.length(at+"/value", v, 1, 100)
			return
		}
	case float64:
		if kind == optionNumber || kind == optionInteger && v == math.Trunc(v) {
			return
		}
	case nil:
		f.required(at + "/value")
		return
	}
	f.wrong(at+"/value", "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_INVALID", "The value is not of the option's type")
}

// size sums names, descriptions and values; of translations only the longest
// counts (ib. "Slash Commands").
func (c *Command) size() int {
	return longest(c.Name, c.NameLocalizations) + longest(c.Description, c.DescriptionLocalizations) + sizeOf(c.Options)
}

func sizeOf(options []CommandOption) int {
	n := 0
	for _, o := range options {
		n += longest(o.Name, o.NameLocalizations) + longest(o.Description, o.DescriptionLocalizations) + sizeOf(o.Options)
		for _, c := range o.Choices {
			n += longest(c.Name, c.NameLocalizations)
			if text, ok := c.Value.(string); ok {
				n += utf8.RuneCountInString(text)
			}
		}
	}
	return n
}

func longest(text string, in map[string]string) int {
	n := utf8.RuneCountInString(text)
	for _, t := range in {
		n = max(n, utf8.RuneCountInString(t))
	}
	return n
}
