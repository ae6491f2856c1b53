package telegramtest

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Entity marks a part of a text. Offset and Length count UTF-16 units (spec
// MessageEntity).
type Entity struct {
	Type        string `json:"type"`
	Offset      int    `json:"offset"`
	Length      int    `json:"length"`
	URL         string `json:"url,omitempty"`
	Language    string `json:"language,omitempty"`
	CustomEmoji string `json:"custom_emoji_id,omitempty"`
	UnixTime    int64  `json:"unix_time,omitempty"`
	// User is who a text_mention means.
	User int64 `json:"-"`
}

// readEntities reads the entities parameter; anything but an array counts as
// absent, "null" too (srv Client.cpp:11336).
func readEntities(raw string) ([]Entity, error) {
	var items []json.RawMessage
	if raw == "" || json.Unmarshal([]byte(raw), &items) != nil {
		return nil, nil
	}
	var out []Entity
	for _, item := range items {
		var e struct {
			Entity
			User *struct {
				ID int64 `json:"id"`
			} `json:"user"`
		}
		if !strings.HasPrefix(strings.TrimSpace(string(item)), "{") {
			return nil, refuse(EntityUnparsed, "expected an Object")
		}
		if err := json.Unmarshal(item, &e); err != nil || e.Type == "" {
			return nil, refuse(EntityUnparsed, "Type is not specified")
		}
		if e.User != nil {
			e.Entity.User = e.User.ID
		}
		if e.Length > 0 {
			out = append(out, e.Entity)
		}
	}
	return out, nil
}

// checkBounds refuses entities outside the text (td MessageEntity.cpp:4253-4263,
// 4491-4498).
func checkBounds(text string, entities []Entity) error {
	length := -1
	for _, e := range entities {
		if e.Offset < 0 || e.Offset > 1_000_000 {
			return refuse(EntityOffset, e.Offset)
		}
		if length < 0 {
			length = utf16Length(text)
		}
		if e.Offset >= length {
			return refuse(EntityAfterEnd, e.Offset)
		}
		if e.Offset+e.Length > length {
			return refuse(EntityEndsAfter, e.Offset, e.Offset+e.Length)
		}
	}
	return nil
}

var typed = regexp.MustCompile(`(?:^|[^\w/])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{2,31})?)|(?:^|\W)(@[A-Za-z][A-Za-z0-9_]{2,31})|(https?://[^\s<>"]+)`)

// typedEntities finds in what a person typed the entities that Telegram adds
// itself: commands, mentions and links.
func typedEntities(text string) []Entity {
	var out []Entity
	for _, m := range typed.FindAllStringSubmatchIndex(text, -1) {
		for i, kind := range []string{"bot_command", "mention", "url"} {
			from, to := m[2+2*i], m[3+2*i]
			if from < 0 {
				continue
			}
			out = append(out, Entity{Type: kind, Offset: utf16Length(text[:from]), Length: utf16Length(text[from:to])})
		}
	}
	return out
}

// checkLink returns a link as Telegram stores it, or what is wrong with it
// (td LinkManager.cpp:1940-1987, tdutils HttpUrl.cpp:47-110).
func checkLink(link string) (string, string) {
	lower := strings.ToLower(link)
	for _, scheme := range []string{"tg:", "ton:", "tonsite:"} {
		if rest, ok := strings.CutPrefix(lower, scheme); ok {
			if strings.Trim(rest, "/") == "" {
				return "", "URL host is empty"
			}
			return scheme + "//" + strings.TrimPrefix(link[len(scheme):], "//"), ""
		}
	}
	if i := strings.Index(link, "://"); i < 0 {
		link = "http://" + link
	} else if scheme := lower[:i]; scheme != "http" && scheme != "https" {
		return "", "Unsupported URL protocol"
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", "Wrong HTTP URL"
	}
	host := u.Hostname()
	switch port, err := strconv.Atoi(u.Port()); {
	case host == "":
		return "", "URL host is empty"
	case host == ".":
		return "", "Host is invalid"
	case u.Port() != "" && (err != nil || port < 1 || port > 65535):
		return "", "Wrong port number specified in the URL"
	case !strings.ContainsAny(host, ".:"):
		return "", "Wrong HTTP URL"
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), ""
}

// linkedUser is whom a link like tg://user?id=7 means, or 0.
func linkedUser(link string) int64 {
	rest, ok := strings.CutPrefix(strings.ToLower(link), "tg://user?id=")
	if !ok {
		return 0
	}
	return toInt(rest)
}
