package webchattest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"manyhands/bots"
)

// Event is one server-sent event.
type Event struct {
	ID   string
	Name string // "message" where the event has no name
	Data string
}

// Line reads server-sent events as the HTML standard parses them.
type Line struct {
	body io.ReadCloser
	in   *bufio.Reader
	last string
}

// ErrNoLine is returned where the server answers that there is nothing to
// listen to.
var ErrNoLine = errors.New("webchattest: no session to listen to")

// Listen opens a line from the event number after on ("" for everything).
func Listen(ctx context.Context, client *http.Client, base, after string) (*Line, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/chat/events", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/event-stream")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		return &Line{body: res.Body, in: bufio.NewReader(res.Body), last: after}, nil
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusNoContent {
		return nil, ErrNoLine
	}
	return nil, fmt.Errorf("listen: status %d", res.StatusCode)
}

// Next waits for the next event.
func (l *Line) Next() (Event, error) {
	e := Event{Name: "message"}
	var data []string
	for {
		line, err := l.in.ReadString('\n')
		if err != nil {
			return e, err
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data != nil:
			e.ID, e.Data = l.last, strings.Join(data, "\n")
			return e, nil
		case line == "":
			e.Name = "message"
		case field == "id":
			l.last = value
		case field == "event":
			e.Name = value
		case field == "data":
			data = append(data, value)
		}
	}
}

// Close hangs up.
func (l *Line) Close() error { return l.body.Close() }

// Shown is a message as the page is told it.
type Shown struct {
	ID     int64          `json:"id"`
	Me     bool           `json:"me"`
	Key    string         `json:"key"`
	Text   string         `json:"text"`
	Lang   string         `json:"lang"`
	Dir    string         `json:"dir"`
	Notice bool           `json:"notice"`
	File   *bots.Document `json:"file"`
	Blocks []struct {
		Kind, Label, Text string
	} `json:"blocks"`
	Buttons [][]struct {
		Label, Data, URL, Weight string
	} `json:"buttons"`
	Ask *struct {
		Label string
		Long  bool
	} `json:"ask"`
}

// Shown reads the message that an event tells.
func (e Event) Shown() (Shown, error) {
	var s Shown
	err := json.Unmarshal([]byte(e.Data), &s)
	return s, err
}
