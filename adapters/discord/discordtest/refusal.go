package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// moment is a time of the server's clock.
type moment = time.Time

// within drops those at the head of times, which are in order, that are d or
// more before now.
func within(times []moment, now moment, d time.Duration) []moment {
	for len(times) > 0 && now.Sub(times[0]) >= d {
		times = times[1:]
	}
	return times
}

// object is a JSON object on its way out.
type object = map[string]any

// Refusal is an error answer of the API: a status, Discord's own code and a
// sentence (dd:topics/opcodes-and-status-codes.mdx "JSON Error Codes").
type Refusal struct {
	Status  int
	Code    int
	Message string
	errors  map[string]any
}

// refuse makes a Refusal.
func refuse(status, code int, message string) *Refusal {
	return &Refusal{Status: status, Code: code, Message: message}
}

// body is the JSON of the refusal (dd:reference.mdx "Error Messages").
func (r *Refusal) body() []byte {
	o := object{"message": r.Message, "code": r.Code}
	if r.errors != nil {
		o["errors"] = r.errors
	}
	return mustJSON(o)
}

// The refusals that need no detail. The codes and their sense are those of
// dd:topics/opcodes-and-status-codes.mdx; statuses and wording follow the
// place named, and where none is named the wording of public error reports.
var (
	// dd:reference.mdx "Authentication"; 401 counts towards the ban of
	// dd:topics/rate-limits.mdx "Invalid Request Limit".
	errUnauthorized = refuse(http.StatusUnauthorized, 0, "401: Unauthorized")
	errNoRoute      = refuse(http.StatusNotFound, 0, "404: Not Found")
	errMethod       = refuse(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")

	errUnknownChannel     = refuse(http.StatusNotFound, 10003, "Unknown Channel")
	errUnknownGuild       = refuse(http.StatusNotFound, 10004, "Unknown Guild")
	errUnknownMessage     = refuse(http.StatusNotFound, 10008, "Unknown Message")
	errUnknownUser        = refuse(http.StatusNotFound, 10013, "Unknown User")
	errUnknownWebhook     = refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	errUnknownInteraction = refuse(http.StatusNotFound, 10062, "Unknown interaction") // dd#2352
	errUnknownCommand     = refuse(http.StatusNotFound, 10063, "Unknown application command")
	errOtherApplication   = refuse(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")

	errTooManyFiles = refuse(http.StatusBadRequest, 30015, "Maximum number of attachments in a message reached (10)")
	// 429 in discordjs/discord.js#10458, 400 in Rapptz/discord.py#9439.
	errDailyCreates = refuse(http.StatusBadRequest, 30034, "Max number of daily application command creates has been reached (200)")

	errTooLarge          = refuse(http.StatusRequestEntityTooLarge, 40005, "Request entity too large")
	errCommandExists     = refuse(http.StatusBadRequest, 40041, "An application command with that name already exists")
	errAlreadyAnswered   = refuse(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.") // dd#2352
	errTooManyFollowUps  = refuse(http.StatusBadRequest, 40094, "This interaction has hit the maximum number of follow up messages")
	errMissingAccess     = refuse(http.StatusForbidden, 50001, "Missing Access")
	errOnDirectChannel   = refuse(http.StatusForbidden, 50003, "Cannot execute action on a DM channel")
	errNotAuthor         = refuse(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	errEmptyMessage      = refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	errDirectClosed      = refuse(http.StatusForbidden, 50007, "Cannot send messages to this user")
	errNotText           = refuse(http.StatusBadRequest, 50008, "Cannot send messages in a non-text channel")
	errMissingPermission = refuse(http.StatusForbidden, 50013, "Missing Permissions")
	errWebhookToken      = refuse(http.StatusUnauthorized, 50027, "Invalid Webhook Token") // dd#6851
	errRecipient         = refuse(http.StatusBadRequest, 50033, "Invalid Recipient(s)")
	errVersion           = refuse(http.StatusBadRequest, 50041, "Invalid API version provided")
	errArchived          = refuse(http.StatusBadRequest, 50083, "Thread is archived")
	errInvalidJSON       = refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	errNoMutualGuild     = refuse(http.StatusForbidden, 50278, "Cannot send messages to this user due to having no mutual guilds")
)

// form collects what is wrong with a request's fields, and becomes the error
// 50035 with its tree (dd:reference.mdx "Error Messages").
type form struct {
	tree map[string]any
}

// wrong notes a fault at path, whose steps are keys and indices.
func (f *form) wrong(path, code, message string) {
	if f.tree == nil {
		f.tree = map[string]any{}
	}
	node := f.tree
	for _, step := range strings.Split(path, "/") {
		if step == "" {
			continue
		}
		next, ok := node[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			node[step] = next
		}
		node = next
	}
	list, _ := node["_errors"].([]object)
	node["_errors"] = append(list, object{"code": code, "message": message})
}

// refusal is nil where nothing was wrong.
func (f *form) refusal() *Refusal {
	if f.tree == nil {
		return nil
	}
	return &Refusal{Status: http.StatusBadRequest, Code: 50035, Message: "Invalid Form Body", errors: f.tree}
}

// below joins a path and one more step.
func below(path string, step any) string {
	switch v := step.(type) {
	case int:
		return path + "/" + strconv.Itoa(v)
	default:
		return path + "/" + v.(string)
	}
}

// required notes an absent field.
func (f *form) required(path string) {
	f.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
}

// choice notes a value that is not one of those offered.
func (f *form) choice(path, offered string) {
	f.wrong(path, "BASE_TYPE_CHOICES", "Value must be one of ("+offered+").")
}

// length checks a text's length in code points, which is how Discord counts
// (dd#1315). Least is 0 where the text may be absent.
func (f *form) length(path, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0 && least > 0:
		f.required(path)
	case n > most && least == 0:
		f.wrong(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most))
	case n > most || n < least:
		f.wrong(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	}
}

// count checks how many a list holds.
func (f *form) count(path string, n, least, most int) bool {
	if n >= least && n <= most {
		return true
	}
	f.wrong(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	return false
}

// between checks a number.
func (f *form) between(path string, n *int, least, most int) {
	switch {
	case n == nil:
	case *n < least:
		f.wrong(path, "NUMBER_TYPE_MIN", fmt.Sprintf("int value should be greater than or equal to %d.", least))
	case *n > most:
		f.wrong(path, "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", most))
	}
}

// mustJSON writes values of this package's own making.
func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	return b
}
