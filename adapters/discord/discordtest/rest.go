package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxRequest is the largest request (dd:resources/message.mdx "Create
	// Message", Limitations).
	maxRequest = 25 << 20
	// Too many wrong calls get the caller banned (dd:topics/rate-limits.mdx
	// "Invalid Request Limit aka Cloudflare bans").
	maxInvalid    = 10_000
	invalidWithin = 10 * time.Minute
)

// Call is one request of the REST API and what came of it.
type Call struct {
	Method string
	Path   string // without /api/v10, such as /channels/1/messages
	Query  url.Values
	Body   json.RawMessage // the JSON; of a multipart request its payload_json
	Files  []Upload
	Status int // 0 while under way, or where the connection was cut
	At     time.Time

	contentType string
	token       string
}

// query is a call on its way through a handler.
type query struct {
	*Call
	args map[string]string // the {names} of the route's pattern
}

// answer is what the caller gets.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool
}

// handler does one route's work, under the lock. The any is the JSON of the
// answer, nil for none.
type handler func(s *Server, q *query) (int, any, *Refusal)

// route is a pattern of the API.
type route struct {
	method  string
	pattern string
	open    bool // needs no Authorization header
	handle  handler
}

// Calls lists every REST call in the order of arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// InvalidRequests counts the answers 401, 403 and 429 of the last ten minutes,
// shared limits left out. After 10,000 of them every call is refused as by
// Cloudflare (dd:topics/rate-limits.mdx).
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(within(s.invalid, s.clock(), invalidWithin))
}

// serveREST answers one call. Takes the lock.
func (s *Server) serveREST(w http.ResponseWriter, r *http.Request) {
	call, refusal := readCall(r)
	s.mu.Lock()
	call.At = s.clock()
	at := len(s.calls)
	s.calls = append(s.calls, *call)
	s.signal()
	fault := s.fault(call)
	if fault != nil && fault.Hold != nil {
		s.mu.Unlock()
		select {
		case <-fault.Hold:
		case <-r.Context().Done():
		case <-s.done:
		}
		s.mu.Lock()
	}
	a := s.answerCall(call, refusal, fault)
	if !a.cut {
		s.calls[at].Status = a.status
	}
	s.countInvalid(a)
	s.signal()
	s.mu.Unlock()
	a.write(w)
}

// answerCall lets a fault act before or after the effect, or in its place.
func (s *Server) answerCall(call *Call, refusal *Refusal, fault *Fault) answer {
	if fault != nil && !fault.After && !fault.Answer.empty() {
		return fault.Answer.answer(s, call)
	}
	a := s.act(call, refusal)
	if fault != nil && fault.After && !fault.Answer.empty() {
		return fault.Answer.answer(s, call)
	}
	if fault != nil && fault.Exhausted > 0 {
		a.header.Set("X-RateLimit-Remaining", "0")
		a.header.Set("X-RateLimit-Reset-After", seconds(fault.Exhausted))
		a.header.Set("X-RateLimit-Reset", epoch(s.clock().Add(fault.Exhausted)))
	}
	return a
}

// act authorises, routes and handles a call.
func (s *Server) act(call *Call, refusal *Refusal) answer {
	if len(within(s.invalid, s.clock(), invalidWithin)) >= maxInvalid {
		return CloudflareBan(time.Hour).answer(s, call)
	}
	route, args, known := match(call)
	h := s.limitHeader(call, route)
	switch {
	case refusal != nil:
	case route == nil && known:
		refusal = errMethod
	case route == nil:
		refusal = errNoRoute
	case !route.open && call.token != "Bot "+s.token:
		refusal = errUnauthorized
	}
	if refusal == nil {
		status, v, r := route.handle(s, &query{Call: call, args: args})
		if r == nil {
			return jsonAnswer(status, h, v)
		}
		refusal = r
	}
	return refusal.answer(h)
}

func jsonAnswer(status int, h http.Header, v any) answer {
	if v == nil {
		return answer{status: status, header: h}
	}
	h.Set("Content-Type", "application/json")
	return answer{status: status, header: h, body: mustJSON(v)}
}

func (r *Refusal) answer(h http.Header) answer {
	h.Set("Content-Type", "application/json")
	return answer{status: r.Status, header: h, body: r.body()}
}

// limitHeader is the header of an answer within the limits: never exhausted,
// since the limits themselves are not documented and not to be known (dd:
// topics/rate-limits.mdx "Header Format").
func (s *Server) limitHeader(call *Call, r *route) http.Header {
	h := http.Header{}
	if r == nil {
		return h
	}
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, call.Method+r.pattern)
	h.Set("X-RateLimit-Limit", "50")
	h.Set("X-RateLimit-Remaining", "49")
	h.Set("X-RateLimit-Reset", epoch(s.clock().Add(time.Second)))
	h.Set("X-RateLimit-Reset-After", seconds(time.Second))
	h.Set("X-RateLimit-Bucket", strconv.FormatUint(sum.Sum64(), 16))
	return h
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

func epoch(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }

// countInvalid counts towards the ban.
func (s *Server) countInvalid(a answer) {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if a.cut || a.header.Get("X-RateLimit-Scope") == "shared" {
			return
		}
		now := s.clock()
		s.invalid = append(within(s.invalid, now, invalidWithin), now)
	}
}

func (a answer) write(w http.ResponseWriter) {
	if a.cut {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// match finds a call's route. known says that the path exists under another
// method.
func match(call *Call) (found *route, args map[string]string, known bool) {
	for i := range routes {
		args, ok := matchPath(routes[i].pattern, call.Path)
		if !ok {
			continue
		}
		if routes[i].method == call.Method {
			return &routes[i], args, true
		}
		known = true
	}
	return nil, nil, known
}

// matchPath compares a path with a pattern such as /channels/{channel}.
func matchPath(pattern, path string) (map[string]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	args := map[string]string{}
	for i, step := range want {
		switch {
		case strings.HasPrefix(step, "{") && have[i] != "":
			args[strings.Trim(step, "{}")] = have[i]
		case step != have[i]:
			return nil, false
		}
	}
	return args, true
}

// readCall reads a request whole, off the lock.
func readCall(r *http.Request) (*Call, *Refusal) {
	call := &Call{Method: r.Method, Query: r.URL.Query(), token: r.Header.Get("Authorization")}
	version, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	call.Path = "/" + path
	if version != "v9" && version != "v10" {
		// 6, 7 and 8 are deprecated, older ones discontinued; no bot of this
		// project may rely on them (dd:reference.mdx "API Versions").
		return call, errVersion
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return call, errTooLarge
		}
		return call, errInvalidJSON
	}
	header := r.Header.Get("Content-Type")
	kind, params, _ := mime.ParseMediaType(header)
	call.contentType = kind
	switch {
	case kind == "multipart/form-data":
		return call, call.readMultipart(body, params["boundary"])
	case kind == "application/json" && len(body) == 0:
		return call, errInvalidJSON
	case len(body) == 0:
		return call, nil
	case kind != "application/json":
		// dd:reference.mdx "Content Type"
		var f form
		f.wrong("", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be one of {'application/json'}.")
		return call, f.refusal()
	case !json.Valid(body):
		return call, errInvalidJSON
	}
	call.Body = body
	return call, nil
}

// decode reads a call's body; a value of the wrong type is a form error.
func decode[T any](q *query) (T, *Refusal) {
	var v T
	if len(q.Body) == 0 {
		return v, nil
	}
	err := json.Unmarshal(q.Body, &v)
	if err == nil {
		return v, nil
	}
	var f form
	path := ""
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		path = strings.ReplaceAll(wrong.Field, ".", "/")
	}
	f.wrong(path, "MODEL_TYPE_CONVERT", "The value is of the wrong type.")
	return v, f.refusal()
}

// limit reads a numeric parameter of the address.
func (q *query) limit(f *form, name string, standard, least, most int) int {
	text := q.Query.Get(name)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		f.wrong(name, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", text))
		return standard
	}
	f.between(name, &n, least, most)
	return min(max(n, math.MinInt32), math.MaxInt32)
}

// truth reads a boolean parameter of the address (dd:reference.mdx "Boolean
// Query Strings").
func (q *query) truth(name string) bool {
	switch q.Query.Get(name) {
	case "true", "True", "1":
		return true
	}
	return false
}
