package telegramtest

import (
	"fmt"
	"slices"
	"strings"
)

// Reason names one refusal. Refusals lists them all, with the exact words and
// the source of each.
type Reason string

// Row is one refusal as Telegram gives it.
type Row struct {
	Reason Reason
	// Code is both error_code and the HTTP status.
	Code int
	// Description is the answer's description; %q, %s and %d stand for what
	// differs.
	Description string
	// Source is the public place that says so.
	Source string
}

// Refusals returns every row, sorted by reason.
func Refusals() []Row {
	rows := make([]Row, 0, len(refusals))
	for reason, r := range refusals {
		r.Reason = reason
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Reason), string(b.Reason)) })
	return rows
}

// refusal is a refusal on its way to the bot.
type refusal struct {
	reason      Reason
	code        int
	description string
	migratedTo  int64
	retryAfter  int
}

func (r *refusal) Error() string { return r.description }

func refuse(reason Reason, args ...any) error {
	row, ok := refusals[reason]
	if !ok {
		panic("telegramtest: no such refusal: " + string(reason))
	}
	description := row.Description
	if len(args) > 0 {
		description = fmt.Sprintf(description, args...)
	}
	return &refusal{reason: reason, code: row.Code, description: description}
}

// tooMany is the refusal that says when to come again.
func tooMany(seconds int) error {
	r := refuse(TooMany, max(1, seconds)).(*refusal)
	r.retryAfter = max(1, seconds)
	return r
}

// upgraded is the refusal that tells a group's new id.
func upgraded(to int64) error {
	r := refuse(GroupUpgraded).(*refusal)
	r.migratedTo = to
	return r
}

const (
	srv    = "tdlib/telegram-bot-api telegram-bot-api/"
	client = srv + "Client.cpp:"
	td     = "tdlib/td td/telegram/"
	spec   = "https://core.telegram.org/bots/api#"
)

// Of the call itself.
const (
	PathUnknown    Reason = "path unknown"
	TokenInvalid   Reason = "token invalid"
	TokenRevoked   Reason = "token revoked"
	MethodUnknown  Reason = "method unknown"
	TooMany        Reason = "too many"
	ServerRestart  Reason = "server restart"
	BodyUnparsed   Reason = "body unparsed"
	BodyTooLarge   Reason = "body too large"
	StringsNotUTF8 Reason = "strings not UTF-8"
)

// Of chats and people.
const (
	ChatIDEmpty          Reason = "chat_id empty"
	ChatNotFound         Reason = "chat not found"
	Blocked              Reason = "blocked"
	Deactivated          Reason = "deactivated"
	NeverStarted         Reason = "never started"
	BotToBot             Reason = "bot to bot"
	KickedGroup          Reason = "kicked from group"
	KickedSupergroup     Reason = "kicked from supergroup"
	KickedChannel        Reason = "kicked from channel"
	NotMemberGroup       Reason = "not a member of group"
	NotMemberSupergroup  Reason = "not a member of supergroup"
	NotMemberChannel     Reason = "not a member of channel"
	GroupDeleted         Reason = "group deleted"
	GroupUpgraded        Reason = "group upgraded"
	ThreadNotFound       Reason = "thread not found"
	NoRightsText         Reason = "no rights to send text"
	NoRightsPhotos       Reason = "no rights to send photos"
	NoRightsDocuments    Reason = "no rights to send documents"
	UserIDInvalid        Reason = "user_id invalid"
	ParticipantUnknown   Reason = "participant unknown"
	NoAdministratorsHere Reason = "no administrators in private"
	ActionWrong          Reason = "chat action wrong"
)

// Of texts.
const (
	TextEmpty            Reason = "text empty"
	TextBlank            Reason = "text blank"
	TextTooLong          Reason = "raw text too long"
	MessageTooLong       Reason = "message too long"
	CaptionTooLong       Reason = "caption too long"
	ParseModeUnsupported Reason = "parse mode unsupported"
	MarkdownNotPlayed    Reason = "markdown not played"
	TextNotUTF8          Reason = "text not UTF-8"
	SurrogateInText      Reason = "surrogate in text"
	EntityUnparsed       Reason = "entity unparsed"
	EntityOffset         Reason = "entity offset"
	EntityAfterEnd       Reason = "entity after end"
	EntityEndsAfter      Reason = "entity ends after end"
	StartTagUnsupported  Reason = "start tag unsupported"
	StartTagUnclosed     Reason = "start tag unclosed"
	NamedTagUnclosed     Reason = "named start tag unclosed"
	AttributeUnnamed     Reason = "attribute unnamed"
	NameTokenUnended     Reason = "name token unended"
	SpanWithoutClass     Reason = "span without class"
	EndTagUnexpected     Reason = "end tag unexpected"
	EndTagUnclosed       Reason = "end tag unclosed"
	EndTagUnmatched      Reason = "end tag unmatched"
	TagNotEnded          Reason = "tag not ended"
	EmojiInvalid         Reason = "custom emoji invalid"
)

// Of keyboards.
const (
	MarkupUnparsed      Reason = "markup unparsed"
	MarkupNotObject     Reason = "markup not an object"
	MarkupFieldType     Reason = "markup field type"
	KeyboardNotRows     Reason = "inline keyboard not rows"
	KeyboardUnparsed    Reason = "keyboard not rows"
	ButtonNotObject     Reason = "button not an object"
	ButtonFieldMissing  Reason = "button field missing"
	ButtonFieldType     Reason = "button field type"
	ButtonWithoutAction Reason = "button without action"
	ButtonDataInvalid   Reason = "button data invalid"
	ButtonURLInvalid    Reason = "button url invalid"
	InlineExpected      Reason = "inline keyboard expected"
)

// Of messages that exist already.
const (
	ReplyUnparsed       Reason = "reply unparsed"
	ReplyNotFound       Reason = "reply not found"
	EditNotFound        Reason = "edit not found"
	EditUnidentified    Reason = "edit unidentified"
	EditForbidden       Reason = "edit forbidden"
	EditNoText          Reason = "edit without text"
	NotModified         Reason = "not modified"
	DeleteNotFound      Reason = "delete not found"
	DeleteNoChat        Reason = "delete without chat"
	DeleteNoMessage     Reason = "delete without message"
	DeleteForbidden     Reason = "delete forbidden"
	DeleteTooOld        Reason = "delete too old"
	MessageIDsMissing   Reason = "message_ids missing"
	MessageIDsUnparsed  Reason = "message_ids unparsed"
	MessageIDsNoArray   Reason = "message_ids not an array"
	MessageIDsTooMany   Reason = "message_ids too many"
	MessageIDNotNumber  Reason = "message id not a number"
	MessageIDInvalid    Reason = "message id invalid"
	QueryTooOld         Reason = "query too old"
	CallbackTextTooLong Reason = "callback text too long"
)

// Of files.
const (
	PhotoMissing      Reason = "photo missing"
	DocumentMissing   Reason = "document missing"
	FileEmpty         Reason = "file empty"
	FileUnknown       Reason = "file unknown"
	FileIDMissing     Reason = "file_id missing"
	FileIDInvalid     Reason = "file_id invalid"
	FileTooBig        Reason = "file too big"
	FileURLUnreached  Reason = "file url unreached"
	PhotoUnreadable   Reason = "photo unreadable"
	PhotoDimensions   Reason = "photo dimensions"
	DownloadForbidden Reason = "download unknown"
)

// Of the bot's profile.
const (
	CommandsUnparsed          Reason = "commands unparsed"
	CommandsNoArray           Reason = "commands not an array"
	CommandUnparsed           Reason = "command unparsed"
	CommandEmpty              Reason = "command empty"
	CommandTooLong            Reason = "command too long"
	CommandInvalid            Reason = "command invalid"
	CommandDescriptionEmpty   Reason = "command description empty"
	CommandDescriptionTooLong Reason = "command description too long"
	CommandsTooMany           Reason = "commands too many"
	ScopeUnparsed             Reason = "scope unparsed"
	ScopeWrong                Reason = "scope wrong"
	LanguageInvalid           Reason = "language invalid"
	NameTooLong               Reason = "name too long"
	DescriptionTooLong        Reason = "description too long"
	ShortDescriptionTooLong   Reason = "short description too long"
)

// Of updates.
const (
	WebhookActive        Reason = "webhook active"
	OtherPoll            Reason = "other poll"
	PollEndedByWebhook   Reason = "poll ended by webhook"
	WebhookURLInvalid    Reason = "webhook url invalid"
	SecretTooLong        Reason = "secret too long"
	SecretCharacters     Reason = "secret characters"
	WebhookSetTooOften   Reason = "webhook set too often"
	CertificateNotPlayed Reason = "certificate not played"
)
