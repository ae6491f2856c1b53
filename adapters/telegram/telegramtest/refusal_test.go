package telegramtest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	. "manyhands/adapters/telegram/telegramtest"
)

// provoke is a call that must be refused for one reason.
type provoke struct {
	reason Reason
	method string
	params params
	// before prepares the world and may fill in parameters.
	before func(*world, params)
	// want is the description where the row has places to fill.
	want string
}

func text(chat int64, text string, more ...string) params {
	p := params{"chat_id": strconv.FormatInt(chat, 10), "text": text}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

func html(source string) params { return text(ann, source, "parse_mode", "HTML") }

func buttons(row string) params {
	return text(ann, "x", "reply_markup", `{"inline_keyboard":[[`+row+`]]}`)
}

const entities = "Bad Request: can't parse entities: "

func provocations() []provoke {
	long := strings.Repeat("x", 300)
	return []provoke{
		{reason: MethodUnknown, method: "sendPigeon"},
		{reason: TokenRevoked, method: "getMe", before: func(w *world, _ params) { w.Revoke() }},
		{reason: TooMany, method: "sendMessage", params: text(ann, "x"), before: func(w *world, _ params) {
			w.Fail(Fault{Method: "sendMessage", RetryAfter: 7})
		}, want: "Too Many Requests: retry after 7"},
		{reason: ServerRestart, method: "getMe", before: func(w *world, _ params) { w.Fail(Fault{Reason: ServerRestart}) }},
		{reason: StringsNotUTF8, method: "sendMessage", params: text(ann, "a\xff")},

		{reason: ChatIDEmpty, method: "sendMessage", params: params{"text": "x"}},
		{reason: ChatNotFound, method: "sendMessage", params: text(stranger, "x")},
		{reason: ChatNotFound, method: "sendMessage", params: text(-5, "x")},
		{reason: ChatNotFound, method: "getChat", params: params{"chat_id": "@nowhere"}},
		{reason: Blocked, method: "sendMessage", params: text(ann, "x"), before: func(w *world, _ params) { w.Block(ann) }},
		{
			reason: Blocked, method: "sendChatAction", params: params{"chat_id": annString, "action": "typing"},
			before: func(w *world, _ params) { w.Block(ann) },
		},
		{reason: Deactivated, method: "sendMessage", params: text(ann, "x"), before: func(w *world, _ params) { w.Deactivate(ann) }},
		{reason: NeverStarted, method: "sendMessage", params: text(ben, "x")},
		{reason: BotToBot, method: "sendMessage", params: text(9, "x"), before: func(w *world, _ params) {
			w.AddUser(User{ID: 9, FirstName: "Other", IsBot: true})
			w.Join(group, 9)
		}},
		{reason: KickedGroup, method: "sendMessage", params: text(group, "x"), before: func(w *world, _ params) { w.KickBot(group, ann) }},
		{reason: KickedSupergroup, method: "sendMessage", params: text(super, "x"), before: func(w *world, _ params) { w.KickBot(super, ann) }},
		{reason: KickedChannel, method: "getChat", params: text(channel, "x"), before: func(w *world, _ params) { w.KickBot(channel, ann) }},
		{reason: NotMemberGroup, method: "sendMessage", params: text(group, "x"), before: leave(group)},
		{reason: NotMemberSupergroup, method: "sendMessage", params: text(super, "x"), before: leave(super)},
		{reason: NotMemberChannel, method: "sendMessage", params: text(channel, "x"), before: leave(channel)},
		{reason: GroupDeleted, method: "sendMessage", params: text(group, "x"), before: func(w *world, _ params) { w.DeleteGroup(group) }},
		{reason: GroupUpgraded, method: "sendMessage", params: text(group, "x"), before: func(w *world, _ params) { w.Migrate(group) }},
		{reason: ThreadNotFound, method: "sendMessage", params: text(super, "x", "message_thread_id", "1")},
		{reason: ThreadNotFound, method: "sendMessage", params: text(super, "x"), before: func(w *world, p params) {
			thread := w.OpenTopic(super, ann, "Pay")
			w.DeleteTopic(super, thread)
			p["message_thread_id"] = strconv.Itoa(thread)
		}},
		{reason: ThreadNotFound, method: "sendMessage", params: text(super, "x", "message_thread_id", "2"), before: func(w *world, _ params) {
			w.SetForum(super, false)
			w.Turn(func(k *Knobs) { k.ThreadNeedsTopics = true })
		}},
		{reason: NoRightsText, method: "sendMessage", params: text(super, "x"), before: mute},
		{reason: NoRightsPhotos, method: "sendPhoto", params: text(super, ""), before: muteWithFile("photo")},
		{reason: NoRightsDocuments, method: "sendDocument", params: text(super, ""), before: muteWithFile("document")},
		{reason: UserIDInvalid, method: "getChatMember", params: params{"chat_id": "-2001", "user_id": "x"}},
		{reason: ParticipantUnknown, method: "getChatMember", params: params{"chat_id": "-2001", "user_id": "1003"}},
		{reason: NoAdministratorsHere, method: "getChatAdministrators", params: params{"chat_id": annString}},
		{reason: ActionWrong, method: "sendChatAction", params: params{"chat_id": annString, "action": "dancing"}},

		{reason: TextEmpty, method: "sendMessage", params: text(ann, "")},
		{reason: TextEmpty, method: "editMessageText", params: text(ann, "")},
		{reason: TextBlank, method: "sendMessage", params: text(ann, " \n \u200b")},
		{reason: TextBlank, method: "sendMessage", params: html("<b> </b>")},
		{reason: TextTooLong, method: "sendMessage", params: text(ann, strings.Repeat("x", 32769))},
		{reason: MessageTooLong, method: "sendMessage", params: text(ann, strings.Repeat("\U0001F600", 4097))},
		{reason: MessageTooLong, method: "sendMessage", params: html("<b>" + strings.Repeat("x", 4097) + "</b>")},
		{
			reason: CaptionTooLong, method: "sendDocument", params: params{"chat_id": annString, "caption": strings.Repeat("x", 1025)},
			before: withFile("document", "a file"),
		},
		{reason: ParseModeUnsupported, method: "sendMessage", params: text(ann, "x", "parse_mode", "RTF")},
		{reason: MarkdownNotPlayed, method: "sendMessage", params: text(ann, "x", "parse_mode", "MarkdownV2")},
		{reason: TextNotUTF8, method: "sendMessage", params: html("a\xff")},
		{
			reason: EntityUnparsed, method: "sendMessage", params: text(ann, "x", "entities", "[7]"),
			want: "Bad Request: can't parse MessageEntity: expected an Object",
		},
		{
			reason: EntityOffset, method: "sendMessage", params: text(ann, "x", "entities", `[{"type":"bold","offset":-1,"length":1}]`),
			want: "Bad Request: receive an entity with incorrect offset -1",
		},
		{
			reason: EntityAfterEnd, method: "sendMessage", params: text(ann, "x", "entities", `[{"type":"bold","offset":5,"length":1}]`),
			want: "Bad Request: entity begins after the end of the text at UTF-16 offset 5",
		},
		{
			reason: EntityEndsAfter, method: "sendMessage", params: text(ann, "xy", "entities", `[{"type":"bold","offset":1,"length":4}]`),
			want: "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 5",
		},
		{reason: SurrogateInText, method: "sendMessage", params: html("&#xd83d;")},
		{reason: StartTagUnsupported, method: "sendMessage", params: html("Hi <3</a>"), want: entities + `Unsupported start tag "3</a" at byte offset 3`},
		{reason: StartTagUnsupported, method: "sendMessage", params: html("é<br>"), want: entities + `Unsupported start tag "br" at byte offset 2`},
		{reason: StartTagUnsupported, method: "sendMessage", params: html("a < b"), want: entities + `Unsupported start tag "" at byte offset 2`},
		{reason: StartTagUnclosed, method: "sendMessage", params: html("a <b"), want: entities + "Unclosed start tag at byte offset 2"},
		{reason: StartTagUnclosed, method: "sendMessage", params: html(`<a href="x`), want: entities + "Unclosed start tag at byte offset 0"},
		{reason: NamedTagUnclosed, method: "sendMessage", params: html("<a href="), want: entities + `Unclosed start tag "a" at byte offset 0`},
		{reason: AttributeUnnamed, method: "sendMessage", params: html("<b />x</b>"), want: entities + `Empty attribute name in the tag "b" at byte offset 0`},
		{reason: NameTokenUnended, method: "sendMessage", params: html("<a href=a/b>x</a>"), want: entities + "Unexpected end of name token at byte offset 8"},
		{reason: SpanWithoutClass, method: "sendMessage", params: html("<span>x</span>"), want: entities + `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{reason: EndTagUnexpected, method: "sendMessage", params: html("a</b>"), want: entities + "Unexpected end tag at byte offset 1"},
		{reason: EndTagUnclosed, method: "sendMessage", params: html("<b>a</b x>"), want: entities + "Unclosed end tag at byte offset 4"},
		{
			reason: EndTagUnmatched, method: "sendMessage", params: html("<b><i>x</b></i>"),
			want: entities + `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		},
		{reason: TagNotEnded, method: "sendMessage", params: html("<b>x"), want: entities + `Can't find end tag corresponding to start tag "b"`},
		{reason: EmojiInvalid, method: "sendMessage", params: html("<tg-emoji emoji-id='x'>y</tg-emoji>")},

		{reason: MarkupUnparsed, method: "sendMessage", params: text(ann, "x", "reply_markup", "{")},
		{reason: MarkupNotObject, method: "sendMessage", params: text(ann, "x", "reply_markup", "null")},
		{
			reason: MarkupFieldType, method: "sendMessage", params: text(ann, "x", "reply_markup", `{"inline_keyboard":7}`),
			want: `Bad Request: field "inline_keyboard" must be of type Array`,
		},
		{reason: KeyboardNotRows, method: "sendMessage", params: text(ann, "x", "reply_markup", `{"inline_keyboard":[{"text":"a"}]}`)},
		{reason: KeyboardUnparsed, method: "sendMessage", params: text(ann, "x", "reply_markup", `{"keyboard":[1]}`)},
		{reason: ButtonNotObject, method: "sendMessage", params: buttons(`"a"`)},
		{
			reason: ButtonFieldMissing, method: "sendMessage", params: buttons(`{"callback_data":"a"}`),
			want: `Bad Request: can't parse inline keyboard button: Can't find field "text"`,
		},
		{
			reason: ButtonFieldType, method: "sendMessage", params: buttons(`{"text":"a","callback_data":[]}`),
			want: `Bad Request: can't parse inline keyboard button: Field "callback_data" must be of type String`,
		},
		{reason: ButtonWithoutAction, method: "sendMessage", params: buttons(`{"text":"a"}`)},
		{reason: ButtonWithoutAction, method: "sendMessage", params: buttons(`{"text":"a","callback_data":""}`)},
		{reason: ButtonDataInvalid, method: "sendMessage", params: buttons(`{"text":"a","callback_data":"` + strings.Repeat("я", 33) + `"}`)},
		{
			reason: ButtonURLInvalid, method: "sendMessage", params: buttons(`{"text":"a","url":"localhost"}`),
			want: "Bad Request: inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL",
		},
		{reason: InlineExpected, method: "editMessageText", params: text(ann, "y", "reply_markup", `{"force_reply":true}`), before: withMessage},

		{reason: ReplyUnparsed, method: "sendMessage", params: text(ann, "x", "reply_parameters", "[]")},
		{reason: ReplyNotFound, method: "sendMessage", params: text(ann, "x", "reply_to_message_id", "999")},
		{reason: ReplyNotFound, method: "sendMessage", params: text(ann, "x", "reply_parameters", `{"message_id":999}`)},
		{reason: EditNotFound, method: "editMessageText", params: text(ann, "x", "message_id", "999")},
		{reason: EditNotFound, method: "editMessageReplyMarkup", params: text(ann, ""), before: func(w *world, p params) {
			withMessage(w, p)
			w.call("deleteMessage", p)
		}},
		{reason: EditUnidentified, method: "editMessageText", params: params{"text": "x"}},
		{reason: EditForbidden, method: "editMessageText", params: text(ann, "x"), before: func(w *world, p params) {
			p["message_id"] = strconv.Itoa(w.Write(Writing{From: ann, Text: "mine"}))
		}},
		{reason: EditForbidden, method: "editMessageText", params: text(ann, "x"), before: func(w *world, p params) {
			p["message_id"] = strconv.Itoa(w.send(ann, "answer me", "reply_markup", `{"force_reply":true}`))
		}},
		{reason: EditNoText, method: "editMessageText", params: text(ann, "x"), before: func(w *world, p params) {
			r := w.call("sendDocument", params{"chat_id": annString, "document": w.document()})
			var m struct {
				ID int `json:"message_id"`
			}
			w.decode(r.Result, &m)
			p["message_id"] = strconv.Itoa(m.ID)
		}},
		{reason: NotModified, method: "editMessageText", params: text(ann, " first\u202e "), before: withMessage},
		{reason: NotModified, method: "editMessageReplyMarkup", params: text(ann, ""), before: withMessage},
		{reason: DeleteNotFound, method: "deleteMessage", params: text(ann, "", "message_id", "999")},
		{reason: DeleteNoChat, method: "deleteMessage", params: params{"message_id": "1"}},
		{reason: DeleteNoMessage, method: "deleteMessage", params: params{"chat_id": annString}},
		{reason: DeleteForbidden, method: "deleteMessage", params: text(super, ""), before: othersMessage(super)},
		{reason: DeleteTooOld, method: "deleteMessage", params: text(group, ""), before: othersMessage(group)},
		{reason: DeleteTooOld, method: "deleteMessage", params: text(ann, ""), before: func(w *world, p params) {
			withMessage(w, p)
			w.clock.Move(48*time.Hour + time.Second)
		}},
		{reason: MessageIDsMissing, method: "deleteMessages", params: text(ann, "")},
		{reason: MessageIDsMissing, method: "deleteMessages", params: text(ann, "", "message_ids", "[]")},
		{reason: MessageIDsUnparsed, method: "deleteMessages", params: text(ann, "", "message_ids", "[")},
		{reason: MessageIDsNoArray, method: "deleteMessages", params: text(ann, "", "message_ids", "7")},
		{reason: MessageIDsTooMany, method: "deleteMessages", params: text(ann, "", "message_ids", "[1"+strings.Repeat(",1", 100)+"]")},
		{reason: MessageIDNotNumber, method: "deleteMessages", params: text(ann, "", "message_ids", "[{}]")},
		{reason: MessageIDInvalid, method: "deleteMessages", params: text(ann, "", "message_ids", "[0]")},
		{reason: QueryTooOld, method: "answerCallbackQuery", params: params{"callback_query_id": "1"}},
		{reason: QueryTooOld, method: "answerCallbackQuery", params: params{}, before: func(w *world, p params) {
			p["callback_query_id"] = w.Press(Press{From: ann, Message: 1, Data: "a"})
			w.clock.Move(16 * time.Second)
		}},
		{reason: QueryTooOld, method: "answerCallbackQuery", params: params{}, before: func(w *world, p params) {
			p["callback_query_id"] = w.Press(Press{From: ann, Message: 1, Data: "a"})
			w.call("answerCallbackQuery", p)
		}},
		{
			reason: CallbackTextTooLong, method: "answerCallbackQuery", params: params{"text": strings.Repeat("я", 201)},
			before: func(w *world, p params) {
				p["callback_query_id"] = w.Press(Press{From: ann, Message: 1, Data: "a"})
			},
		},

		{reason: PhotoMissing, method: "sendPhoto", params: text(ann, "")},
		{reason: DocumentMissing, method: "sendDocument", params: text(ann, "")},
		{reason: FileEmpty, method: "sendDocument", params: text(ann, ""), before: withFile("document", "")},
		{reason: FileUnknown, method: "sendDocument", params: text(ann, "", "document", "nothing")},
		{reason: FileIDMissing, method: "getFile"},
		{reason: FileIDInvalid, method: "getFile", params: params{"file_id": "nothing"}},
		{reason: FileTooBig, method: "getFile", params: params{}, before: func(w *world, p params) {
			n := w.Write(Writing{From: ann, Document: &Upload{Name: "a.zip", Data: []byte("x"), Size: 20<<20 + 1}})
			m, _ := w.Message(ann, n)
			p["file_id"] = m.FileID
		}},
		{reason: FileURLUnreached, method: "sendPhoto", params: text(ann, "", "photo", "https://example.org/a.png")},
		{reason: PhotoUnreadable, method: "sendPhoto", params: text(ann, ""), before: withFile("photo", "no picture")},
		{reason: PhotoDimensions, method: "sendPhoto", params: text(ann, ""), before: withFile("photo", picture(210, 10))},

		{reason: CommandsUnparsed, method: "setMyCommands", params: params{"commands": "["}},
		{reason: CommandsNoArray, method: "setMyCommands", params: params{"commands": "null"}},
		{
			reason: CommandUnparsed, method: "setMyCommands", params: params{"commands": `[{"command":"a"}]`},
			want: `Bad Request: can't parse BotCommand: Can't find field "description"`,
		},
		{reason: CommandEmpty, method: "setMyCommands", params: command("/", "x")},
		{reason: CommandTooLong, method: "setMyCommands", params: command(long[:33], "x")},
		{reason: CommandInvalid, method: "setMyCommands", params: command("Rate", "x")},
		{reason: CommandDescriptionEmpty, method: "setMyCommands", params: command("rate", " ")},
		{reason: CommandDescriptionTooLong, method: "setMyCommands", params: command("rate", long[:257])},
		{reason: CommandsTooMany, method: "setMyCommands", params: manyCommands(101, "x")},
		{reason: CommandsTooMany, method: "setMyCommands", params: manyCommands(20, long[:250])},
		{reason: ScopeUnparsed, method: "getMyCommands", params: params{"scope": "{"}},
		{
			reason: ScopeWrong, method: "getMyCommands", params: params{"scope": `{"type":"moon"}`},
			want: "Bad Request: can't parse BotCommandScope: Unsupported type specified",
		},
		{
			reason: ScopeWrong, method: "deleteMyCommands", params: params{"scope": "null"},
			want: "Bad Request: can't parse BotCommandScope: BotCommandScope must be an Object",
		},
		{reason: LanguageInvalid, method: "setMyDescription", params: params{"language_code": "eng"}},
		{reason: LanguageInvalid, method: "setMyCommands", params: params{"commands": "[]", "language_code": "pt-BR"}},
		{reason: NameTooLong, method: "setMyName", params: params{"name": long[:65]}},
		{reason: DescriptionTooLong, method: "setMyDescription", params: params{"description": long + long}},
		{reason: ShortDescriptionTooLong, method: "setMyShortDescription", params: params{"short_description": long[:121]}},

		{reason: WebhookActive, method: "getUpdates", before: func(w *world, _ params) {
			w.call("setWebhook", params{"url": "https://example.org/hook"})
		}},
		{reason: WebhookURLInvalid, method: "setWebhook", params: params{"url": "ftp://example.org"}},
		{reason: SecretTooLong, method: "setWebhook", params: params{"url": "https://example.org", "secret_token": long[:257]}},
		{reason: SecretCharacters, method: "setWebhook", params: params{"url": "https://example.org", "secret_token": "a b"}},
		{reason: WebhookSetTooOften, method: "setWebhook", params: params{"url": "https://example.org"}, before: func(w *world, p params) {
			w.call("setWebhook", p)
		}, want: "Too Many Requests: retry after 1"},
	}
}

// elsewhere are the reasons that need more than one plain call; each names the
// test that holds it.
func elsewhere() map[Reason]string {
	return map[Reason]string{
		PathUnknown:          "TestAddresses",
		TokenInvalid:         "TestAddresses",
		BodyUnparsed:         "TestBodies",
		BodyTooLarge:         "TestTooLargeUpload",
		DownloadForbidden:    "TestDownload",
		OtherPoll:            "TestTwoPolls",
		PollEndedByWebhook:   "TestWebhookEndsPoll",
		CertificateNotPlayed: "TestTooLargeUpload",
	}
}

func TestEveryRefusal(t *testing.T) {
	t.Parallel()
	rows := map[Reason]Row{}
	for _, row := range Refusals() {
		rows[row.Reason] = row
		if row.Source == "" || row.Code == 0 || row.Description == "" {
			t.Errorf("%s is not complete", row.Reason)
		}
	}
	tried := map[Reason]bool{}
	for i, p := range provocations() {
		tried[p.reason] = true
		t.Run(fmt.Sprintf("%03d %s", i, p.reason), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if p.params == nil {
				p.params = params{}
			}
			if p.before != nil {
				p.before(w, p.params)
			}
			row := rows[p.reason]
			if p.want == "" {
				p.want = row.Description
			}
			r := w.call(p.method, p.params)
			if r.OK || r.Status != row.Code || r.Code != row.Code || r.Description != p.want {
				t.Errorf("got %d %d %q, want %d %q (%s)", r.Status, r.Code, r.Description, row.Code, p.want, row.Source)
			}
		})
	}
	for reason := range rows {
		if _, there := elsewhere()[reason]; !tried[reason] && !there {
			t.Errorf("no test provokes %q", reason)
		}
	}
}

func leave(chat int64) func(*world, params) {
	return func(w *world, _ params) { w.call("leaveChat", params{"chat_id": strconv.FormatInt(chat, 10)}) }
}

func mute(w *world, _ params) { w.MuteBot(super, true) }

// withFile makes the call carry a file of that content.
func withFile(field, content string) func(*world, params) {
	return func(w *world, p params) { w.upload = map[string]string{field: content} }
}

func muteWithFile(field string) func(*world, params) {
	return func(w *world, p params) {
		p[field] = w.document()
		mute(w, p)
	}
}

// document lets ann send a file and returns its id.
func (w *world) document() string {
	n := w.Write(Writing{From: ann, Document: &Upload{Name: "notes.txt", MIME: "text/plain", Data: []byte("a file")}})
	m, _ := w.Message(ann, n)
	return m.FileID
}

func withMessage(w *world, p params) { p["message_id"] = strconv.Itoa(w.send(ann, "first")) }

func othersMessage(chat int64) func(*world, params) {
	return func(w *world, p params) {
		p["message_id"] = strconv.Itoa(w.Write(Writing{From: ben, Chat: chat, Text: "mine"}))
	}
}

func command(name, description string) params {
	return params{"commands": fmt.Sprintf(`[{"command":%q,"description":%q}]`, name, description)}
}

func manyCommands(n int, description string) params {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"command":"c%d","description":%q}`, i, description))
	}
	return params{"commands": "[" + strings.Join(all, ",") + "]"}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(Fault{RetryAfter: 7})
	r := w.call("sendMessage", text(ann, "x"))
	same(t, "parameter", r.Parameters.RetryAfter, 7)
	same(t, "header", r.Header.Get("Retry-After"), "7")
	same(t, "status", r.Status, http.StatusTooManyRequests)
	same(t, "after it", w.call("sendMessage", text(ann, "x")).OK, true)
}
