package diag

import (
	"regexp"
	"slices"
)

// An account is who may be meant, and how that is known.
type account struct {
	user, why string
}

// Account returns the account that the person uses, or is meant to use: what
// they said, else [Evidence.Admin]; "" if that is not known.
func (e *Evidence) Account() string {
	user, _ := e.account()
	return user
}

func (e *Evidence) account() (user, why string) {
	if e.Asked.User != "" {
		return e.Asked.User, "you said so"
	}
	return e.Admin()
}

// Admin returns the account that the instance's image makes, which is the one
// that gets the launch key, and how that is known; "" if it is not. What the
// person said does not count.
func (e *Evidence) Admin() (user, why string) {
	all := e.admins()
	for _, a := range all {
		if took, _ := e.Takes(a.user, LaunchKey); took == Yes {
			return a.user, "the server accepts the launch key for it"
		}
	}
	if len(all) == 0 {
		return "", ""
	}
	return all[0].user, all[0].why
}

// admins lists who the image's account may be, best known first: what this site
// configured, the image's own property, what the guest printed, the server's
// banner, and what is usual for such images. A guest that printed for whom it
// has put keys in place knows better than a property that names somebody else.
func (e *Evidence) admins() []account {
	var all []account
	add := func(user, why string) {
		if user != "" && !slices.ContainsFunc(all, func(a account) bool { return a.user == user }) {
			all = append(all, account{user, why})
		}
	}
	add(e.SiteUser, "this site's configuration")
	if e.Image != nil {
		add(e.Image.AdminUser, "the image's os_admin_user")
	}
	if e.Console != nil {
		add(e.Console.AdminUser, "the console log")
	}
	add(e.bannerAccount(), "the server's own banner")
	users, system := usualUsers(e.Image)
	for _, user := range users {
		add(user, "usual for images of "+system)
	}
	if len(all) > 0 && e.Console != nil && !e.Planted(all[0].user) && e.Planted(e.Console.AdminUser) && e.Console.AdminUser != "root" {
		i := slices.IndexFunc(all, func(a account) bool { return a.user == e.Console.AdminUser })
		sure := account{all[i].user, "the console log"}
		all = slices.Insert(slices.Delete(all, i, i+1), 0, sure)
	}
	return all
}

// Planted reports whether the guest printed that it has put a key in place for
// the account. It does so at an instance's first boot only.
func (e *Evidence) Planted(user string) bool {
	return e.Console != nil && slices.ContainsFunc(e.Console.Authorized, func(k AuthorizedKey) bool { return k.User == user })
}

// loginRather is how cloud-init's disable_root and its like send people to the
// account that is meant.
var loginRather = regexp.MustCompile(`(?i)\blog ?in as (?:the )?(?:user )?["']?([a-z_][a-z0-9_-]*)["']?(?: user)?,? (?:rather than|not as|instead of)\b`)

// bannerAccount is the account that the server's banner sends people to.
func (e *Evidence) bannerAccount() string {
	for _, r := range e.Replies("") {
		if user := r.SendsTo(); user != "" {
			return user
		}
	}
	return ""
}

// SendsTo is the account that the server says to use in place of this one, "" if
// it says none.
func (r Reply) SendsTo() string {
	if m := loginRather.FindStringSubmatch(r.Banner + "\n" + r.Goodbye); m != nil {
		return m[1]
	}
	return ""
}
