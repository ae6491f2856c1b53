package telegramtest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// htmlReader reads Telegram's HTML (spec "HTML style") with the refusals and
// the byte offsets of td MessageEntity.cpp:3238-3575.
type htmlReader struct {
	src       string
	pos       int
	out       []byte
	units     int // UTF-16 units written so far
	open      []openTag
	entities  []Entity
	surrogate bool
}

type openTag struct {
	name, argument string
	date           int64
	offset, begin  int
}

// parseHTML returns the plain text and its entities.
func parseHTML(src string) (string, []Entity, error) {
	p := &htmlReader{src: src}
	for p.pos < len(src) {
		var err error
		switch c := src[p.pos]; c {
		case '&':
			p.readReference()
		case '<':
			if p.at(p.pos+1) == '/' {
				err = p.readEnd()
			} else {
				err = p.readStart()
			}
		default:
			p.writeByte(c)
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, refuse(TagNotEnded, p.open[n-1].name)
	}
	if p.surrogate {
		return "", nil, refuse(SurrogateInText)
	}
	for i := range p.entities {
		if p.entities[i].Type == "code" {
			p.entities[i].Language = ""
		}
	}
	return string(p.out), mergeEntities(p.entities), nil
}

// at reads a byte; the end of the text reads as 0, and 0 counts as a space, as
// in the original.
func (p *htmlReader) at(i int) byte {
	if i < len(p.src) {
		return p.src[i]
	}
	return 0
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0 || c == '\v'
}

func (p *htmlReader) writeByte(c byte) {
	if c&0xc0 != 0x80 {
		p.units++
		if c >= 0xf0 {
			p.units++
		}
	}
	p.out = append(p.out, c)
	p.pos++
}

func (p *htmlReader) readReference() {
	code, next := decodeReference(p.src, p.pos)
	if code == 0 {
		p.writeByte('&')
		return
	}
	if code >= 0xd800 && code <= 0xdfff {
		p.surrogate = true
	}
	p.out = utf8.AppendRune(p.out, code)
	p.units += unitsOf(code)
	p.pos = next
}

// decodeReference reads what stands for one character, from its ampersand, and
// returns 0 where it stands for none. Only four names are known; the semicolon
// may be missing.
func decodeReference(src string, pos int) (rune, int) {
	end := pos + 1
	var code int64
	if end < len(src) && src[end] == '#' {
		end++
		base := 10
		if end < len(src) && src[end] == 'x' {
			base = 16
			end++
		}
		from := end
		for end < len(src) && isDigit(src[end], base) {
			end++
		}
		if end-pos >= 10 || end == from {
			return 0, pos
		}
		code, _ = strconv.ParseInt(src[from:end], base, 64)
		if code == 0 || code >= 0x10ffff {
			return 0, pos
		}
	} else {
		for end < len(src) && (src[end]|0x20) >= 'a' && (src[end]|0x20) <= 'z' {
			end++
		}
		switch src[pos+1 : end] {
		case "lt":
			code = '<'
		case "gt":
			code = '>'
		case "amp":
			code = '&'
		case "quot":
			code = '"'
		default:
			return 0, pos
		}
	}
	if end < len(src) && src[end] == ';' {
		end++
	}
	return rune(code), end
}

func isDigit(c byte, base int) bool {
	return c >= '0' && c <= '9' || base == 16 && (c|0x20) >= 'a' && (c|0x20) <= 'f'
}

func knownTag(name string) bool {
	switch name {
	case "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time",
		"span", "pre", "code", "blockquote":
		return true
	}
	return false
}

func (p *htmlReader) readStart() error {
	begin := p.pos
	i := begin + 1
	for !isSpace(p.at(i)) && p.at(i) != '>' {
		i++
	}
	if p.at(i) == 0 {
		return refuse(StartTagUnclosed, begin)
	}
	tag := openTag{name: asciiLower(p.src[begin+1 : i]), offset: p.units, begin: len(p.out)}
	if !knownTag(tag.name) {
		return refuse(StartTagUnsupported, tag.name, begin)
	}
	i, err := p.readAttributes(&tag, i, begin)
	if err != nil {
		return err
	}
	if tag.name == "span" && tag.argument != "spoiler" {
		return refuse(SpanWithoutClass, begin)
	}
	p.open = append(p.open, tag)
	p.pos = i + 1
	return nil
}

// readAttributes reads from i to the tag's '>' and returns where that is.
func (p *htmlReader) readAttributes(tag *openTag, i, begin int) (int, error) {
	for p.at(i) != '>' {
		i = p.skipSpaces(i)
		if p.at(i) == '>' {
			break
		}
		from := i
		for !isSpace(p.at(i)) && !strings.ContainsRune("=>/\"'", rune(p.at(i))) {
			i++
		}
		name := p.src[min(from, len(p.src)):min(i, len(p.src))]
		if name == "" {
			return i, refuse(AttributeUnnamed, tag.name, begin)
		}
		i = p.skipSpaces(i)
		if p.at(i) != '=' {
			if p.at(i) == 0 {
				return i, refuse(NamedTagUnclosed, tag.name, begin)
			}
			if tag.name == "blockquote" && name == "expandable" {
				tag.argument = "1"
			}
			continue
		}
		if i = p.skipSpaces(i + 1); p.at(i) == 0 {
			return i, refuse(NamedTagUnclosed, tag.name, begin)
		}
		value, next, err := p.readValue(i)
		if err != nil {
			return i, err
		}
		if i = next; p.at(i) == 0 {
			return i, refuse(StartTagUnclosed, begin)
		}
		tag.take(name, value)
	}
	return i, nil
}

func (p *htmlReader) skipSpaces(i int) int {
	for p.at(i) != 0 && isSpace(p.at(i)) {
		i++
	}
	return i
}

func (p *htmlReader) readValue(i int) (string, int, error) {
	quote := p.at(i)
	if quote != '\'' && quote != '"' {
		from := i
		for c := p.at(i); c == '.' || c == '-' || isDigit(c, 10) || (c|0x20) >= 'a' && (c|0x20) <= 'z'; c = p.at(i) {
			i++
		}
		if !isSpace(p.at(i)) && p.at(i) != '>' {
			return "", i, refuse(NameTokenUnended, from)
		}
		return asciiLower(p.src[from:i]), i, nil
	}
	var value []byte
	for i++; p.at(i) != quote && p.at(i) != 0; {
		if p.at(i) == '&' {
			if code, next := decodeReference(p.src, i); code != 0 {
				value = utf8.AppendRune(value, code)
				i = next
				continue
			}
		}
		value = append(value, p.at(i))
		i++
	}
	if p.at(i) == quote {
		i++
	}
	return string(value), i, nil
}

// take keeps the attributes that mean something.
func (t *openTag) take(name, value string) {
	switch t.name + " " + name {
	case "a href", "tg-emoji emoji-id", "tg-time format":
		t.argument = value
	case "code class":
		if rest, ok := strings.CutPrefix(value, "language-"); ok {
			t.argument = rest
		}
	case "span class":
		if rest, ok := strings.CutPrefix(value, "tg-"); ok {
			t.argument = rest
		}
	case "blockquote expandable":
		t.argument = "1"
	case "tg-time unix":
		t.date = toInt(value)
	}
}

func (p *htmlReader) readEnd() error {
	begin := p.pos
	if len(p.open) == 0 {
		return refuse(EndTagUnexpected, begin)
	}
	i := begin + 1
	for !isSpace(p.at(i)) && p.at(i) != '>' {
		i++
	}
	name := asciiLower(p.src[begin+2 : max(begin+2, i)])
	if i = p.skipSpaces(i); p.at(i) != '>' {
		return refuse(EndTagUnclosed, begin)
	}
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return refuse(EndTagUnmatched, begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	p.pos = i + 1
	if p.units > tag.offset {
		return p.addEntity(tag)
	}
	return nil
}

func (p *htmlReader) addEntity(tag openTag) error {
	e := Entity{Offset: tag.offset, Length: p.units - tag.offset}
	switch tag.name {
	case "b", "strong":
		e.Type = "bold"
	case "i", "em":
		e.Type = "italic"
	case "s", "strike", "del":
		e.Type = "strikethrough"
	case "u", "ins":
		e.Type = "underline"
	case "tg-spoiler", "span":
		e.Type = "spoiler"
	case "blockquote":
		e.Type = "blockquote"
		if tag.argument != "" {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		if e.Type, e.CustomEmoji = "custom_emoji", tag.argument; toInt(tag.argument) == 0 {
			return refuse(EmojiInvalid)
		}
	case "tg-time":
		if e.Type, e.UnixTime = "date_time", tag.date; tag.date <= 0 {
			return nil
		}
	case "a":
		if !p.link(tag, &e) {
			return nil
		}
	case "pre", "code":
		if p.joinCode(tag, e) {
			return nil
		}
		e.Type, e.Language = tag.name, tag.argument
	}
	p.entities = append(p.entities, e)
	return nil
}

// link fills a link's entity; a link that is none leaves plain text.
func (p *htmlReader) link(tag openTag, e *Entity) bool {
	target := tag.argument
	if target == "" {
		target = string(p.out[tag.begin:])
	}
	if e.User = linkedUser(target); e.User != 0 {
		e.Type = "text_mention"
		return true
	}
	link, wrong := checkLink(target)
	e.Type, e.URL = "text_link", link
	return wrong == ""
}

// joinCode makes one entity of <pre><code class="language-x"> around the same
// text, in either order.
func (p *htmlReader) joinCode(tag openTag, e Entity) bool {
	if len(p.entities) == 0 {
		return false
	}
	last := &p.entities[len(p.entities)-1]
	if last.Offset != e.Offset || last.Length != e.Length || last.Type == tag.name {
		return false
	}
	switch {
	case tag.name == "pre" && last.Type == "code" && last.Language != "":
		last.Type = "pre"
	case tag.name == "code" && last.Type == "pre" && tag.argument != "":
		last.Language = tag.argument
	default:
		return false
	}
	return true
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
