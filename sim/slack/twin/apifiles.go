package twin

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// files are the uploads, complete or not.
type files struct {
	byID map[string]*upload
}

func (f *files) init() { f.byID = map[string]*upload{} }

// upload is a file on its way: announced, sent, completed.
type upload struct {
	file      File
	length    int // as announced
	data      []byte
	sent      bool
	completed bool
	channels  []string
}

func (t *Twin) filesUploadURL(c *call) (reply, error) {
	n := c.int("length", 0)
	switch {
	case t.sc.NoUploads:
		return nil, refuse("file_uploads_disabled")
	case c.str("filename") == "":
		return nil, refuse("missing_filename")
	case n <= 0:
		return nil, refuse("invalid_arguments", "must be greater than 0 [json-pointer:/length]")
	case n > maxBody:
		return nil, refuse("file_upload_size_restricted")
	}
	u := t.newUpload(c.str("filename"), t.sc.Bot.UserID, n)
	return reply{"upload_url": t.base + "/upload/" + u.file.ID, "file_id": u.file.ID}, nil
}

// newUpload announces a file. mu is held.
func (t *Twin) newUpload(name, user string, length int) *upload {
	id := t.id("F")
	link := t.base + "/files-pri/" + id + "/" + url.PathEscape(name)
	ext := strings.TrimPrefix(path.Ext(name), ".")
	kind := or(mime.TypeByExtension("."+ext), "text/plain")
	if oneOf(ext, []string{"txt", "log", "md", "json", "yaml", ""}) {
		kind = "text/plain" // Slack makes these snippets
	}
	u := &upload{length: length, file: File{
		ID: id, Created: t.now().Unix(), Timestamp: t.now().Unix(), Name: name, Title: name,
		Mimetype: kind, Filetype: or(ext, "text"), PrettyType: strings.ToUpper(or(ext, "text")), User: user, Mode: "hosted",
		Size: length, URLPrivate: link, URLPrivateDownload: link, Channels: []string{}, Groups: []string{}, IMs: []string{},
		Permalink: "https://" + t.sc.Team.Domain + ".slack.com/files/" + user + "/" + id + "/" + url.PathEscape(name),
	}}
	t.files.byID[id] = u
	return u
}

// store takes the bytes. mu is held.
func (u *upload) store(data []byte) {
	u.data, u.sent, u.file.Size = data, true, len(data)
	if strings.HasPrefix(u.file.Mimetype, "text/") {
		u.file.Mode, u.file.Preview = "snippet", cut(string(data), 500)
	}
}

// serveUpload takes the bytes of an announced file, as form field or as the body itself.
func (t *Twin) serveUpload(w http.ResponseWriter, r *http.Request) {
	data, err := uploadedBytes(r)
	t.mu.Lock()
	u := t.files.byID[r.PathValue("id")]
	ok := err == nil && u != nil && !u.sent && len(data) == u.length
	if ok {
		u.store(data)
	}
	t.mu.Unlock()
	if !ok {
		http.Error(w, "upload failed: unknown, repeated, or not of the announced length", http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, "OK - "+r.PathValue("id"))
}

func uploadedBytes(r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody+1<<20)
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func (t *Twin) filesComplete(c *call) (reply, error) {
	var list []struct{ ID, Title string }
	if json.Unmarshal(c.json("files"), &list) != nil || len(list) == 0 {
		return nil, refuse("invalid_arguments", "must be a list of files [json-pointer:/files]")
	}
	var ups []*upload
	for _, f := range list {
		u := t.files.byID[f.ID]
		if u == nil || !u.sent || u.completed || u.file.User != t.sc.Bot.UserID {
			return nil, refuse("file_not_found")
		}
		u.file.Title = or(f.Title, u.file.Name)
		ups = append(ups, u)
	}
	targets, err := t.fileTargets(c)
	if err != nil {
		return nil, err
	}
	thread := c.str("thread_ts")
	if len(targets) == 1 {
		if thread, err = threadFor(targets[0], thread); err != nil {
			return nil, err
		}
	}
	comment := c.str("initial_comment")
	t.inspect(c.method, c.str("channel_id"), map[string]any{"initial_comment": comment})
	out := []File{}
	for _, u := range ups {
		u.completed = true
		out = append(out, u.file)
	}
	t.shareLater(targets, ups, thread, comment)
	return reply{"files": out}, nil
}

// fileTargets finds the channels to share to: channel_id, or up to 100 in channels.
func (t *Twin) fileTargets(c *call) ([]*channel, error) {
	ids := strings.FieldsFunc(c.str("channels"), func(r rune) bool { return r == ',' })
	if c.str("channel_id") != "" {
		ids = append(ids, c.str("channel_id"))
	}
	if len(ids) > 100 {
		return nil, refuse("invalid_channel")
	}
	var out []*channel
	for _, id := range ids {
		ch, err := t.writable(id)
		if err != nil {
			return nil, err
		}
		if !ch.bot {
			return nil, refuse("not_in_channel")
		}
		out = append(out, ch)
	}
	return out, nil
}

// shareLater posts the files' message when Slack has processed them, at once if that takes no time. mu is held.
func (t *Twin) shareLater(targets []*channel, ups []*upload, thread, comment string) {
	share := func() {
		for _, ch := range targets {
			m := t.ours()
			m.Text, m.ThreadTS = comment, thread
			t.share(ch, m, ups)
		}
	}
	if t.timing.FileProcessing > 0 {
		t.after(t.timing.FileProcessing, share)
		return
	}
	share()
}

// share posts m with files. mu is held.
func (t *Twin) share(ch *channel, m Message, ups []*upload) Message {
	m.Subtype, m.Upload = "file_share", true
	if m.BotID != "" {
		m.Subtype = "" // an app's file message has no subtype
	}
	for _, u := range ups {
		u.completed = true
		u.channels = append(u.channels, ch.id)
		switch {
		case ch.im:
			u.file.IMs = append(slices.Clone(u.file.IMs), ch.id)
		case ch.private:
			u.file.Groups = append(slices.Clone(u.file.Groups), ch.id)
		default:
			u.file.Channels, u.file.IsPublic = append(slices.Clone(u.file.Channels), ch.id), true
		}
		m.Files = append(m.Files, u.file)
	}
	return t.post(ch, m)
}

// visible says whether the bot may read a file: its own, or one in a channel where it is a member. mu is held.
func (t *Twin) visible(u *upload) bool {
	if u == nil || !u.completed {
		return false
	}
	return u.file.User == t.sc.Bot.UserID || slices.ContainsFunc(u.channels, func(id string) bool { return t.channelByID(id).bot })
}

func (t *Twin) filesInfo(c *call) (reply, error) {
	u := t.files.byID[c.str("file")]
	if !t.visible(u) {
		return nil, refuse("file_not_found")
	}
	return reply{"file": u.file, "comments": []any{}}, nil
}

// servePrivateFile gives the bytes to the bot's token; anybody else is sent to a sign-in page, as in Slack.
func (t *Twin) servePrivateFile(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("redir") {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><title>Sign in to Slack</title></html>")
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t.mu.Lock()
	u := t.files.byID[r.PathValue("id")]
	ok := t.visible(u) && oneOf(token, t.sc.Tokens.Bot) && t.granted("files:read")
	t.mu.Unlock()
	if !ok {
		http.Redirect(w, r, r.URL.Path+"?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	}
	t.serveBytes(w, u)
}

func (t *Twin) serveBytes(w http.ResponseWriter, u *upload) {
	w.Header().Set("Content-Type", u.file.Mimetype)
	w.Header().Set("Last-Modified", time.Unix(u.file.Created, 0).UTC().Format(http.TimeFormat))
	_, _ = w.Write(u.data)
}
