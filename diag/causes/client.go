package causes

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sshhelp/diag"
)

// What the C library calls an error of connect(2), in the languages in which it
// turns up in questions (glibc's translations). OpenSSH puts it after the host
// and port, so that it can be told from the same words elsewhere.
const (
	saysTimedOut = `Connection timed out|Operation timed out|连接超时|連線超過時間|接続がタイムアウトしました|연결 시간 초과|` +
		`Die Wartezeit für die Verbindung ist abgelaufen|Connexion terminée par expiration|Expiró el tiempo de conexión|` +
		`Время ожидания соединения истекло|Перевищено інтервал очікування|Tempo esgotado para conexão|Ligação expirada|` +
		`Connessione scaduta|Przekroczony czas oczekiwania|Verbinding is verlopen|Spojení bylo příliš dlouho neaktivní|` +
		`Förbindelsens tidsgräns|Bağlantıda zaman aşımı|Kết nối đã quá hạn`
	saysNoRoute = `No route to host|Network is unreachable|Network is down|Host is down|Host is unreachable|Can't assign requested address|Cannot assign requested address|` +
		`没有到主机的路由|网络不可达|找不到通往該主機的路由|無法接觸網路|ホストへの経路がありません|ネットワークに届きません|ネットワークに到達できません|` +
		`호스트로 갈 루트가 없음|네트워크가 접근 불가능합니다|Keine Route zum Zielrechner|Das Netzwerk ist nicht erreichbar|` +
		`Aucun chemin d'accès pour atteindre|Le réseau n'est pas accessible|No existe ninguna ruta hasta|La red es inaccesible|` +
		`Нет маршрута до узла|Сеть недоступна|Немає маршруту до вузла|Не вдалося отримати доступ до мережі|Não há rota para o host|A rede está fora de alcance|` +
		`Sem caminho para o anfitrião|Rede inacessível|Nessun instradamento per|La rete non è raggiungibile|Brak trasy do hosta|Sieć jest niedostępna|` +
		`Geen route naar host|Netwerk is onbereikbaar|K počítači neexistuje cesta|Síť není dostupná|Ingen väg till värd|Nätverket kan inte nås|` +
		`Makinaya ağ üzerinden yol yok|Ağ erişilebilir durumda değil|Không có đường dẫn đến máy|Không thể kết nối mạng`
	saysRefused = `Connection refused|拒绝连接|连接被拒绝|連線被拒絕|接続を拒否されました|연결이 거부됨|Verbindungsaufbau abgelehnt|Connexion refusée|` +
		`Conexión rehusada|В соединении отказано|У з'єднанні відмовлено|Conexão recusada|Ligação recusada|Connessione rifiutata|` +
		`Połączenie odrzucone|Verbinding is geweigerd|Spojení odmítnuto|Förbindelsen förvägrad|Bağlantı reddedildi|Kết nối bị từ chối`
)

// openSSHSays makes the line by which OpenSSH reports a connection that did not
// come about; its first two groups are the host and the port.
func openSSHSays(words string) string {
	return `connect to (?:host|address) (\S+) port (\d+): (?:` + words + `)`
}

// clientTimeouts are what clients print when nothing answers at all. It alone
// means no cause: it is where several of them begin.
var clientTimeouts = []diag.Line{{
	In: diag.ClientText, Pattern: openSSHSays(saysTimedOut),
	Example:  `ssh: connect to host 203.0.113.5 port 22: Connection timed out`,
	NearMiss: `Connection to 203.0.113.5 port 22 timed out`,
}, {
	In: diag.ClientText, Pattern: `(?:Network error|FATAL ERROR): Connection (?:to "[^"]*" )?timed out`,
	Example:  `FATAL ERROR: Network error: Connection timed out`,
	NearMiss: `Network error: Connection refused`,
}, {
	In: diag.ClientText, Pattern: `dial tcp (\S+):(\d+): (?:i/o timeout|connect: (?:connection|operation) timed out)`,
	Example:  `ssh: dial tcp 203.0.113.5:22: i/o timeout`,
	NearMiss: `Get "https://203.0.113.5/": dial tcp: i/o timeout`,
}, {
	In: diag.ClientText, Pattern: `exited: (?:Connect(?:ion)? failed: |Error connecting: )?Connection timed? ?out|nc: connect to \S+(?: \(\S+\))? port \d+ \(tcp\) failed: Connection timed out|connect to host \S+ port \d+: Bad file number`,
	Example:  `Connection to alice@203.0.113.5:22 exited: Connection failed: Connection time out`,
	NearMiss: `Connection to alice@203.0.113.5:22 exited: No auth methods could be used.`,
}, {
	In: diag.ClientText, Pattern: `connect ETIMEDOUT (\S+):(\d+)`,
	Example:  `Error: connect ETIMEDOUT 203.0.113.5:22`,
	NearMiss: `Error: connect ECONNREFUSED 203.0.113.5:22`,
}, {
	In: diag.ClientText, Pattern: `JSchException: (?:timeout: socket is not established|java\.net\.ConnectException: Connection timed out)`,
	Example:  `com.jcraft.jsch.JSchException: timeout: socket is not established`,
	NearMiss: `com.jcraft.jsch.JSchException: Session.connect: java.net.SocketTimeoutException: Read timed out`,
}}

// A said is a hit in a client's text, with what it names.
type said struct {
	diag.Hit
	host string // "" if the line names none
	port uint16 // 0 if the line names none
}

// saidOfTarget returns the hits in client texts but for those about something
// else: another address than the instance's, or another port than the one that
// the person said.
func saidOfTarget(p *diag.Pass) []said {
	var kept []said
	for _, h := range p.Hits {
		if h.Line.In != diag.ClientText {
			continue
		}
		s := said{Hit: h}
		if len(h.Match) > 2 {
			s.host = strings.Trim(h.Match[1], "[]")
			if n, err := strconv.ParseUint(h.Match[2], 10, 16); err == nil {
				s.port = uint16(n)
			}
		}
		if !elsewhere(p.Evidence, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

func elsewhere(e *diag.Evidence, s said) bool {
	if s.port != 0 && s.port != e.Asked.Port && e.Asked.PortSaid {
		return true
	}
	ip, err := netip.ParseAddr(s.host)
	if err != nil || e.Instance == nil {
		return false
	}
	return ip != e.Asked.Address && !slices.ContainsFunc(e.Instance.Addresses, func(a diag.Address) bool { return a.IP == ip })
}

// quote makes observations of what clients said, at most three.
func quote(hits []said) []diag.Observation {
	var seen []diag.Observation
	for _, s := range hits[:min(len(hits), 3)] {
		seen = append(seen, diag.Observation{Source: diag.SourcePaste, Where: "pasted line " + strconv.Itoa(s.N), Text: strings.TrimSpace(s.Text)})
	}
	return seen
}

// pasted reports whether a pasted client's text holds one of the fragments:
// what stands around a line can give it another meaning.
func pasted(e *diag.Evidence, fragments ...string) bool {
	for _, paste := range e.Pastes {
		for _, line := range paste.Lines {
			if slices.ContainsFunc(fragments, func(f string) bool { return strings.Contains(line.Text, f) }) {
				return true
			}
		}
	}
	return false
}

// throughProxy reports whether the client went through a jump host or a proxy
// command that failed: then what it says of the connection is about the pipe to
// that. OpenSSH calls the far end of such a pipe "UNKNOWN port 65535".
func throughProxy(e *diag.Evidence) bool {
	return pasted(e, "UNKNOWN port 65535", "stdio forwarding failed", "Bad stdio forwarding", "open failed: connect failed")
}

// peer is whom a client's text says that it talks to, in lines that mean no
// cause by themselves.
var peer = regexp.MustCompile(`(?:Connecting to \S+ \[([^\]]+)\]|Connection (?:closed|reset) by (\S+)|Connection to (\S+)) port (\d+)`)

// peerOf returns the host and port that the hits name, else those that the text
// around them names; "" and 0 if nothing does.
func peerOf(e *diag.Evidence, hits []said) (host string, port uint16) {
	for _, s := range hits {
		if s.host != "" && s.port != 0 {
			return s.host, s.port
		}
	}
	if len(hits) == 0 {
		return "", 0
	}
	for _, paste := range e.Pastes {
		for _, line := range paste.Lines {
			if m := peer.FindStringSubmatch(line.Text); m != nil {
				n, _ := strconv.ParseUint(m[4], 10, 16) // 0 if it is no port
				return m[1] + m[2] + m[3], uint16(n)
			}
		}
	}
	return "", 0
}

// serverArgs name what the person connects to: by its name if there is one, else
// by its address or by what the client's text says; {subject} begins a sentence.
func serverArgs(e *diag.Evidence, hits []said) diag.Args {
	host, port := peerOf(e, hits)
	args := diag.Args{}
	if port != 0 && len(probes(e)) == 0 {
		args["port"] = strconv.Itoa(int(port)) // not the one taken for granted
	}
	name := e.Asked.Query
	if e.Instance != nil {
		name = cmp.Or(e.Instance.Name, name)
	}
	if t := e.Target(); t.IsValid() {
		host = t.Addr().String()
	}
	args["server"], args["subject"] = cmp.Or(name, host, "the server"), cmp.Or(name, host, "The server")
	return args
}
