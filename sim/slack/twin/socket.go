package twin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxSockets = 10    // open connections per app
	maxAck     = 20480 // bytes from which an ack is dropped
	sendQueue  = 1024  // frames waiting for one connection
)

// sockets are the Socket Mode connections and what travels on them.
type sockets struct {
	tickets   map[string]bool // connection tickets not used yet
	open      []*socket       // greeted, oldest first
	last      int             // number of the newest connection
	flights   map[string]*flight
	order     []string // of the flights, oldest first
	acks      []Ack
	duplicate int
}

func (s *sockets) init() {
	s.tickets = map[string]bool{}
	s.flights = map[string]*flight{}
}

// socket is one connection, with a goroutine that writes and one that reads.
type socket struct {
	id      int
	ws      *websocket.Conn
	since   time.Time
	out     chan frame
	quit    chan struct{} // closed to end the connection
	stalled bool          // half open: nothing is sent and nothing read
}

// frame is what the writer sends; last ends the connection after it.
type frame struct {
	data []byte
	last bool
}

// Socket is an open connection as tests see it.
type Socket struct {
	ID      int       `json:"id"`
	Since   time.Time `json:"since"`
	Stalled bool      `json:"stalled"`
}

// Sockets returns the open connections, oldest first.
func (t *Twin) Sockets() []Socket {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []Socket{}
	for _, s := range t.sockets.open {
		out = append(out, Socket{s.id, s.since, s.stalled})
	}
	return out
}

// ticketURL makes an address for one connection. mu is held.
func (t *Twin) ticketURL() string {
	ticket := t.id("ticket-")
	t.sockets.tickets[ticket] = true
	return strings.Replace(t.base, "http", "ws", 1) + "/link/?ticket=" + ticket + "&app_id=" + t.sc.Bot.AppID
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // clients are programs

// serveSocket opens a connection for who has a ticket.
func (t *Twin) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	t.mu.Lock()
	valid := t.sockets.tickets[ticket] && !t.closed
	delete(t.sockets.tickets, ticket)
	t.mu.Unlock()
	if !valid {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		t.log.Warn("websocket upgrade", "err", err)
		return
	}
	t.admit(ws)
}

// admit greets a connection, or turns it away when there are too many, and starts its reader and its writer.
func (t *Twin) admit(ws *websocket.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		ws.Close()
		return
	}
	t.sockets.last++
	s := &socket{id: t.sockets.last, ws: ws, since: t.now(), out: make(chan frame, sendQueue), quit: make(chan struct{})}
	t.start(func() { t.write(s) })
	t.start(func() { t.read(s) })
	if len(t.sockets.open) >= maxSockets {
		s.send(frame{disconnectFrame("too_many_websockets"), true})
		return
	}
	t.sockets.open = append(t.sockets.open, s)
	s.send(frame{data: t.hello()})
	t.rotate(s)
	t.socketsChanged()
}

func (t *Twin) hello() []byte {
	life := t.timing.ConnectionLife
	if life == 0 {
		life = time.Hour
	}
	return raw(map[string]any{
		"type": "hello", "num_connections": len(t.sockets.open),
		"connection_info": map[string]any{"app_id": t.sc.Bot.AppID},
		"debug_info": map[string]any{
			"host": "applink-twin", "build_number": 1,
			"approximate_connection_time": int(life.Seconds()),
		},
	})
}

// rotate plans the refresh that Slack does to every connection after some hours. mu is held.
func (t *Twin) rotate(s *socket) {
	if t.timing.ConnectionLife > 0 {
		t.after(max(0, t.timing.ConnectionLife-t.timing.Grace), func() { t.dismiss(s, "warning") })
	}
}

func disconnectFrame(reason string) []byte {
	return raw(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-twin"}})
}

// dismiss tells a connection to go: after a warning there is some time left, other reasons end it at once. mu is held.
func (t *Twin) dismiss(s *socket, reason string) {
	if !slices.Contains(t.sockets.open, s) {
		return
	}
	if reason != "warning" {
		s.send(frame{disconnectFrame(reason), true})
		return
	}
	s.send(frame{data: disconnectFrame(reason)})
	t.after(t.timing.Grace, func() { s.send(frame{disconnectFrame("refresh_requested"), true}) })
}

// send queues a frame; a connection that reads nothing for so long is ended. mu is held.
func (s *socket) send(f frame) {
	if s.stalled {
		return
	}
	select {
	case s.out <- f:
	default:
		s.end()
	}
}

// end closes the connection; mu is held, so that it happens once.
func (s *socket) end() {
	select {
	case <-s.quit:
	default:
		close(s.quit)
	}
}

func (t *Twin) write(s *socket) {
	defer s.ws.Close() // also ends the reader
	ping := time.NewTicker(max(t.timing.Ping, time.Millisecond))
	defer ping.Stop()
	for {
		select {
		case f := <-s.out:
			if s.ws.WriteMessage(websocket.TextMessage, f.data) != nil || f.last {
				s.goodbye()
				return
			}
		case <-ping.C:
			if !t.stalled(s) && s.ws.WriteControl(websocket.PingMessage, []byte("Ping from the twin"), time.Now().Add(time.Second)) != nil {
				return
			}
		case <-s.quit:
			s.goodbye()
			return
		case <-t.ctx.Done():
			s.goodbye()
			return
		}
	}
}

// goodbye sends the close frame; the peer may be gone, which is no news.
func (s *socket) goodbye() {
	msg := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = s.ws.WriteControl(websocket.CloseMessage, msg, time.Now().Add(time.Second))
}

func (t *Twin) stalled(s *socket) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.stalled
}

// read takes acks until the connection ends.
func (t *Twin) read(s *socket) {
	defer t.drop(s)
	for {
		_, data, err := s.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		bad := json.Unmarshal(data, &ack) != nil || ack.EnvelopeID == ""
		t.mu.Lock()
		if !s.stalled {
			t.acked(s, ack.EnvelopeID, ack.Payload, len(data), bad)
		}
		t.mu.Unlock()
	}
}

// drop forgets a connection that has ended.
func (t *Twin) drop(s *socket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.end()
	if i := slices.Index(t.sockets.open, s); i >= 0 {
		t.sockets.open = slices.Delete(t.sockets.open, i, i+1)
		t.socketsChanged()
	}
}

func (t *Twin) socketsChanged() {
	n := len(t.sockets.open)
	t.changed(Change{Kind: "socket", Sockets: &n})
}
