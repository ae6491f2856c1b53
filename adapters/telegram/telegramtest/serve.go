package telegramtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object in the making.
type object = map[string]any

// method answers one method of the API, with the server's lock held. What it
// returns becomes the result.
type method struct {
	name string
	run  func(*Server, *Call) (any, error)
}

// Call is one call that a bot made, in the order of arrival.
type Call struct {
	// Method is spelt as documented, however it was written.
	Method string
	Params map[string]string
	Files  map[string]Upload
	At     time.Time
	// Status is the HTTP status answered, 0 while the call is being served and
	// where the connection was cut.
	Status int
	// Description says why it was refused.
	Description string
	Cut         bool

	params parameters
}

// ServeHTTP answers as the real server does (srv HttpConnection.cpp:25-97). A
// fault that cuts the connection panics with http.ErrAbortHandler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		answer(w, refuse(ServerRestart))
		return
	}
	defer s.serving.Done()
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, rest)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, name, found := strings.Cut(rest, "/")
	if !ok || !found {
		answer(w, refuse(PathUnknown))
		return
	}
	if err := s.checkToken(token); err != nil {
		answer(w, err)
		return
	}
	c, m, err := s.receive(r, name)
	if err != nil {
		s.finish(w, c, nil, err)
		return
	}
	f := s.takeFault(c)
	if done := s.before(w, r, c, f); done {
		return
	}
	var result any
	if m.name == "getUpdates" {
		result, err = s.getUpdates(r.Context(), c)
	} else {
		result, err = s.act(m, c)
	}
	if f != nil && f.Cut == CutAfter {
		s.cut(c)
	}
	s.finish(w, c, result, err)
}

func (s *Server) checkToken(token string) error {
	if !tokenForm.MatchString(token) || len(token) > 80 {
		return refuse(TokenInvalid)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked || token != s.token {
		return refuse(TokenRevoked)
	}
	return nil
}

// receive reads a call and writes it into the log.
func (s *Server) receive(r *http.Request, name string) (*Call, method, error) {
	s.mu.Lock()
	limit := s.knobs.MaxUpload
	s.mu.Unlock()
	p, files, err := readParameters(r, limit)
	m, known := s.methods[strings.ToLower(name)]
	if !known {
		m.name = name
		if err == nil {
			err = refuse(MethodUnknown)
		}
	}
	c := &Call{Method: m.name, Params: p.copy(), Files: files, At: s.clock(), params: p}
	s.mu.Lock()
	defer s.unlock()
	s.calls = append(s.calls, c)
	return c, m, err
}

func (s *Server) act(m method, c *Call) (any, error) {
	s.mu.Lock()
	defer s.unlock()
	return m.run(s, c)
}

// finish writes the outcome into the log before the answer goes out, so that who
// has the answer finds it there.
func (s *Server) finish(w http.ResponseWriter, c *Call, result any, err error) {
	status, description := http.StatusOK, ""
	if err != nil {
		r := asRefusal(err)
		status, description = r.code, r.description
	}
	s.mu.Lock()
	c.Status, c.Description = status, description
	s.unlock()
	if err != nil {
		answer(w, err)
		return
	}
	body := append([]byte(`{"ok":true,"result":`), encode(result)...)
	write(w, http.StatusOK, append(body, '}'))
}

func (s *Server) cut(c *Call) {
	s.mu.Lock()
	c.Cut = true
	s.unlock()
	panic(http.ErrAbortHandler)
}

func asRefusal(err error) *refusal {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{code: http.StatusBadRequest, description: "Bad Request: " + err.Error()}
	}
	return r
}

// answer writes a refusal in its envelope (srv Query.h:214-230).
func answer(w http.ResponseWriter, err error) {
	r := asRefusal(err)
	body := object{"ok": false, "error_code": r.code, "description": r.description}
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.retryAfter))
		body["parameters"] = object{"retry_after": r.retryAfter}
	}
	if r.migratedTo != 0 {
		body["parameters"] = object{"migrate_to_chat_id": r.migratedTo}
	}
	write(w, r.code, encode(body))
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// encode writes JSON as the server does, without escaping HTML; what is JSON
// already stays as it is, right or wrong.
func encode(v any) []byte {
	if raw, ok := v.(rawJSON); ok {
		return raw
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("telegramtest: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// rawJSON is a result that is written without a look.
type rawJSON []byte

// methods are all that this server plays, by their names in lower case.
func methods() map[string]method {
	out := map[string]method{}
	for name, run := range map[string]func(*Server, *Call) (any, error){
		"getUpdates":             nil,
		"getMe":                  (*Server).getMe,
		"setWebhook":             (*Server).setWebhook,
		"deleteWebhook":          (*Server).deleteWebhook,
		"getWebhookInfo":         (*Server).getWebhookInfo,
		"sendMessage":            (*Server).sendMessage,
		"sendPhoto":              (*Server).sendPhoto,
		"sendDocument":           (*Server).sendDocument,
		"sendChatAction":         (*Server).sendChatAction,
		"editMessageText":        (*Server).editMessageText,
		"editMessageReplyMarkup": (*Server).editMessageReplyMarkup,
		"deleteMessage":          (*Server).deleteMessage,
		"deleteMessages":         (*Server).deleteMessages,
		"answerCallbackQuery":    (*Server).answerCallbackQuery,
		"getFile":                (*Server).getFile,
		"getChat":                (*Server).getChat,
		"getChatMember":          (*Server).getChatMember,
		"getChatAdministrators":  (*Server).getChatAdministrators,
		"getChatMemberCount":     (*Server).getChatMemberCount,
		"leaveChat":              (*Server).leaveChat,
		"setMyCommands":          (*Server).setMyCommands,
		"getMyCommands":          (*Server).getMyCommands,
		"deleteMyCommands":       (*Server).deleteMyCommands,
		"setMyName":              setProfileText("name", 64, NameTooLong),
		"getMyName":              getProfileText("name"),
		"setMyDescription":       setProfileText("description", 512, DescriptionTooLong),
		"getMyDescription":       getProfileText("description"),
		"setMyShortDescription":  setProfileText("short_description", 120, ShortDescriptionTooLong),
		"getMyShortDescription":  getProfileText("short_description"),
	} {
		out[strings.ToLower(name)] = method{name: name, run: run}
	}
	return out
}
