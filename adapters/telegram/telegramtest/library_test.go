package telegramtest_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	. "manyhands/adapters/telegram/telegramtest"
)

func TestLibrarySpeaks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	same(t, "me", bot.Self.ID, 700001)
	same(t, "name", bot.Self.UserName, "manyhands_test_bot")

	w.Write(Writing{From: ann, Text: "/rate acme 5"})
	updates, err := bot.GetUpdates(tgbotapi.UpdateConfig{Timeout: 5})
	if err != nil || len(updates) != 1 {
		t.Fatal(updates, err)
	}
	m := updates[0].Message
	same(t, "command", m.Command(), "rate")
	same(t, "arguments", m.CommandArguments(), "acme 5")
	same(t, "from", m.From.ID, ann)
	same(t, "language", m.From.LanguageCode, "en")

	answer := tgbotapi.NewMessage(m.Chat.ID, "<b>Acme</b> &amp; co")
	answer.ParseMode = tgbotapi.ModeHTML
	answer.ReplyToMessageID = m.MessageID
	answer.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(
		tgbotapi.NewInlineKeyboardButtonData("Save", "save.1"),
		tgbotapi.NewInlineKeyboardButtonURL("Page", "https://example.org/x")))
	sent, err := bot.Send(answer)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "text back", sent.Text, "Acme & co")
	same(t, "reply back", sent.ReplyToMessage.MessageID, m.MessageID)
	same(t, "buttons back", *sent.ReplyMarkup.InlineKeyboard[0][0].CallbackData, "save.1")

	seen := w.FromBot(ann)
	if len(seen) != 1 || len(seen[0].Buttons) != 1 {
		t.Fatalf("%+v", seen)
	}
	same(t, "seen", seen[0].Text, "Acme & co")
	same(t, "raw", seen[0].Raw, "<b>Acme</b> &amp; co")
	same(t, "link", seen[0].Buttons[0][1].URL, "https://example.org/x")

	query := w.PressButton(ann, 0, "Save", 1)
	updates, err = bot.GetUpdates(tgbotapi.UpdateConfig{Offset: updates[0].UpdateID + 1})
	if err != nil || len(updates) != 1 {
		t.Fatal(updates, err)
	}
	q := updates[0].CallbackQuery
	same(t, "query", q.ID, query)
	same(t, "data", q.Data, "save.1")
	same(t, "message", q.Message.MessageID, sent.MessageID)
	if _, err := bot.Request(tgbotapi.NewCallbackWithAlert(q.ID, "Saved")); err != nil {
		t.Fatal(err)
	}
	a, _ := w.AnswerTo(query)
	same(t, "answer", a.Text, "Saved")
	same(t, "alert", a.Alert, true)

	if _, err := bot.Send(tgbotapi.NewEditMessageText(ann, sent.MessageID, "done")); err != nil {
		t.Fatal(err)
	}
	edited, _ := w.Message(ann, sent.MessageID)
	same(t, "edited", edited.Text, "done")
	same(t, "edits", edited.Edits, 1)
	same(t, "buttons gone", len(edited.Buttons), 0)
}

func TestLibraryErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	to := w.Migrate(group)
	_, err := bot.Send(tgbotapi.NewMessage(group, "x"))
	var e *tgbotapi.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	same(t, "code", e.Code, 400)
	same(t, "new id", e.MigrateToChatID, to)

	w.Fail(Fault{Method: "sendDocument", RetryAfter: 7})
	_, err = bot.UploadFiles("sendDocument", tgbotapi.Params{"chat_id": annString},
		[]tgbotapi.RequestFile{{Name: "document", Data: tgbotapi.FileBytes{Name: "a.txt", Bytes: []byte("x")}}})
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	same(t, "retry after", e.RetryAfter, 7)
}

func TestLibraryUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	resp, err := bot.UploadFiles("sendPhoto", tgbotapi.Params{"chat_id": annString, "caption": "<i>card</i>", "parse_mode": "HTML"},
		[]tgbotapi.RequestFile{{Name: "photo", Data: tgbotapi.FileBytes{Name: "card.png", Bytes: []byte(picture(30, 20))}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(resp.Result), `"width":30`) {
		t.Errorf("no size in %s", resp.Result)
	}
	doc := tgbotapi.NewDocument(ann, tgbotapi.FileReader{Name: "figures.csv", Reader: strings.NewReader("a,b\n")})
	doc.Caption = "figures"
	sent, err := bot.Send(doc)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "name", sent.Document.FileName, "figures.csv")
	if _, err := bot.Send(tgbotapi.NewDocument(ann, tgbotapi.FileID(sent.Document.FileID))); err != nil {
		t.Errorf("a known file: %v", err)
	}
	seen := w.FromBot(ann)
	same(t, "messages", len(seen), 3)
	same(t, "caption", seen[0].Text, "card")
	same(t, "type", seen[0].Photo.MIME, "image/png")
	same(t, "data", string(seen[1].Document.Data), "a,b\n")
	same(t, "same file", seen[2].FileID, seen[1].FileID)
}

func TestLibraryRequestsOfNewerMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	for method, p := range map[string]tgbotapi.Params{
		"deleteMessages":        {"chat_id": annString, "message_ids": "[1,2,3]"},
		"setMyShortDescription": {"short_description": "Rates requesters.", "language_code": "de"},
		"setMyCommands":         {"commands": `[{"command":"rate","description":"Rate"}]`, "scope": `{"type":"all_private_chats"}`},
		"getWebhookInfo":        {},
		"getMyDescription":      {},
	} {
		if _, err := bot.MakeRequest(method, p); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	same(t, "menu", w.Menu("all_private_chats", "")[0].Command, "rate")
	resp, _ := bot.MakeRequest("getMyShortDescription", tgbotapi.Params{"language_code": "de"})
	same(t, "short description", string(resp.Result), `{"short_description":"Rates requesters."}`)
	resp, _ = bot.MakeRequest("getMyCommands", nil)
	same(t, "other scope", string(resp.Result), "[]")
}

func TestLibraryChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	w.Promote(super, ben, true)
	admins, err := bot.GetChatAdministrators(tgbotapi.ChatAdministratorsConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: super}})
	if err != nil || len(admins) != 2 {
		t.Fatal(admins, err)
	}
	same(t, "owner", admins[0].Status, "creator")
	same(t, "anonymous", admins[1].IsAnonymous, true)
	m, err := bot.GetChatMember(tgbotapi.GetChatMemberConfig{ChatConfigWithUser: tgbotapi.ChatConfigWithUser{ChatID: group, UserID: ben}})
	if err != nil || m.Status != "member" {
		t.Error(m, err)
	}
	w.Leave(group, ben)
	m, _ = bot.GetChatMember(tgbotapi.GetChatMemberConfig{ChatConfigWithUser: tgbotapi.ChatConfigWithUser{ChatID: group, UserID: ben}})
	same(t, "left", m.Status, "left")
	chat, err := bot.GetChat(tgbotapi.ChatInfoConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: super}})
	if err != nil || chat.Type != "supergroup" || chat.Title != "Room" {
		t.Error(chat, err)
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.library()
	f, err := bot.GetFile(tgbotapi.FileConfig{FileID: w.document()})
	if err != nil {
		t.Fatal(err)
	}
	link := w.URL() + "/file/bot" + token + "/" + f.FilePath
	resp, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "content", string(raw), "a file")
	resp, _ = http.Get(link + "x")
	same(t, "other path", w.read(resp).Status, http.StatusNotFound)
	w.clock.Move(2 * 60 * 60 * 1e9)
	resp, _ = http.Get(link)
	same(t, "later", w.read(resp).Status, http.StatusNotFound)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, want := range map[string]string{
		"/":                               "Not Found",
		"/bot":                            "Not Found",
		"/getMe":                          "Not Found",
		"/bot12/getMe":                    "Unauthorized: invalid token specified",
		"/bot0:x/getMe":                   "Unauthorized: invalid token specified",
		"/bot700001:other/getMe":          "Unauthorized",
		"/bot" + token + "/GETME":         "",
		"/bot" + token + "/getMe?unused=": "",
	} {
		resp, err := http.Get(w.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, path, w.read(resp).Description, want)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := w.URL() + "/bot" + token + "/sendmessage"
	ok := func(what string, r reply) {
		t.Helper()
		if !r.OK {
			t.Errorf("%s: %s", what, r.Description)
		}
	}
	ok("json", w.post(address, "application/json; charset=utf-8",
		`{"chat_id":1001,"text":"from json","entities":null,"reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}}`))
	ok("query", w.post(address+"?chat_id=1001&text=from+query", "", ""))
	ok("both", w.post(address+"?chat_id=1001", "application/x-www-form-urlencoded", url.Values{"text": {"from both"}, "chat_id": {"7"}}.Encode()))
	resp, err := http.Get(address + "?chat_id=1001&text=from+get")
	if err != nil {
		t.Fatal(err)
	}
	ok("get", w.read(resp))
	ok("null lists", w.call("getUpdates", params{"allowed_updates": "null"}))
	for _, body := range []string{"7", "[]", "{", "null"} {
		r := w.post(address, "application/json", body)
		same(t, body, r.Description, "Bad Request: JSON object expected")
	}
	var got []string
	for _, m := range w.FromBot(ann) {
		got = append(got, m.Text)
	}
	same(t, "messages", strings.Join(got, ", "), "from json, from query, from both, from get")
}

func TestTooLargeUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Turn(func(k *Knobs) { k.MaxUpload = 10 })
	w.upload = map[string]string{"document": "more than ten bytes"}
	same(t, "status", w.call("sendDocument", params{"chat_id": annString}).Status, http.StatusRequestEntityTooLarge)
	w.upload = map[string]string{"certificate": "x"}
	same(t, "certificate", w.call("setWebhook", params{"url": "https://example.org"}).Status, http.StatusNotImplemented)
}
