package discordstage

import (
	"regexp"
	"strings"
)

// quoteSign stands before a quote in the canonical plain form.
const quoteSign = "» "

// apartMark is the line that keeps two quotes apart.
const apartMark = "\u200b"

// inline is what stands for something else within a line: an escaped mark, an
// address that is a link without a preview, and the sign of bold. An asterisk
// that belongs to the words is always escaped.
var inline = regexp.MustCompile(`\\([^0-9A-Za-z\s])|<(https?://[^\s<>\\]+)>|\*\*`)

// Plain undoes Discord's markdown as the bot writes it, and gives the words as
// bots.Outgoing.Plain does.
func Plain(markdown string) string {
	var lines []string
	quoted := false
	for _, line := range strings.Split(markdown, "\n") {
		if line == apartMark {
			quoted = false
			continue
		}
		sign := ""
		text, isQuote := strings.CutPrefix(line, "> ")
		if isQuote && !quoted {
			sign = quoteSign
		}
		quoted = isQuote
		text = strings.TrimPrefix(text, "-# ")
		lines = append(lines, sign+inline.ReplaceAllString(text, "$1$2"))
	}
	return strings.Join(lines, "\n")
}
