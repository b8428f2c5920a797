package causes

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// openstackCommands are the commands of the openstack client that the remedies
// use, with the options of each ("=": it takes a value) and what stands after
// them, as the help of python-openstackclient 6.0 has
// them.
var openstackCommands = map[string]string{
	"compute service list":         "-c= -f= --host= --service= --long",
	"console log show":             "--lines= SERVER",
	"console url show":             "-c= -f= --novnc --spice --serial SERVER",
	"floating ip create":           "-c= -f= --subnet= --port= --fixed-ip-address= --description= NETWORK",
	"floating ip list":             "-c= -f= --network= --port= --status= --router= --long",
	"floating ip show":             "-c= -f= FLOATING-IP",
	"image list":                   "-c= -f= --public --private --shared --all --property= --name= --status= --long",
	"image unset":                  "--property= IMAGE",
	"keypair create":               "-c= -f= --public-key= --private-key= --type= NAME",
	"keypair list":                 "-c= -f=",
	"network agent list":           "-c= -f= --agent-type= --host= --network= --router= --long",
	"network list":                 "-c= -f= --external --internal --long --name=",
	"port list":                    "-c= -f= --network= --router= --server= --mac-address= --security-group= --fixed-ip= --long",
	"port set":                     "--enable --disable --fixed-ip= --no-fixed-ip --security-group= --no-security-group --enable-port-security --disable-port-security --allowed-address= --no-allowed-address PORT",
	"port show":                    "-c= -f= PORT",
	"router add subnet":            "ROUTER SUBNET",
	"router create":                "-c= -f= --external-gateway= --enable --disable NAME",
	"router list":                  "-c= -f= --name= --enable --disable --long",
	"router set":                   "--enable --disable --external-gateway= --fixed-ip= --enable-snat --disable-snat ROUTER",
	"security group create":        "-c= -f= --description= NAME",
	"security group list":          "-c= -f=",
	"security group rule create":   "-c= -f= --remote-ip= --remote-group= --remote-address-group= --dst-port= --protocol= --icmp-type= --ingress --egress --ethertype= --description= GROUP",
	"security group rule list":     "-c= -f= --protocol= --ethertype= --ingress --egress --long GROUP",
	"server add floating ip":       "--fixed-ip-address= SERVER IP-ADDRESS",
	"server add network":           "SERVER NETWORK",
	"server add security group":    "SERVER GROUP",
	"server add volume":            "SERVER VOLUME",
	"server create":                "-c= -f= --flavor= --image= --volume= --network= --port= --security-group= --key-name= --user-data= --availability-zone= --use-config-drive --wait NAME",
	"server delete":                "--wait SERVER",
	"server evacuate":              "--host= --wait SERVER",
	"server event list":            "-c= -f= --long --limit= SERVER",
	"server image create":          "-c= -f= --name= --wait SERVER",
	"server list":                  "-c= -f= --name= --status= --ip= --ip6= --all-projects --long",
	"server reboot":                "--hard --soft --wait SERVER",
	"server rebuild":               "-c= -f= --image= --key-name= --user-data= --wait SERVER",
	"server remove floating ip":    "SERVER IP-ADDRESS",
	"server remove port":           "SERVER PORT",
	"server remove security group": "SERVER GROUP",
	"server rescue":                "--image= --password= SERVER",
	"server resize":                "--flavor= --wait SERVER",
	"server resize confirm":        "SERVER",
	"server resize revert":         "SERVER",
	"server restore":               "SERVER",
	"server resume":                "SERVER",
	"server set":                   "--name= --property= --state= SERVER",
	"server show":                  "-c= -f= SERVER",
	"server start":                 "SERVER",
	"server stop":                  "SERVER",
	"server unpause":               "SERVER",
	"server unrescue":              "SERVER",
	"server unshelve":              "--wait SERVER",
	"subnet list":                  "-c= -f= --network= --name= --long",
	"subnet set":                   "--name= --gateway= --dhcp --no-dhcp --dns-nameserver= SUBNET",
	"volume list":                  "-c= -f= --name= --status= --long",
}

// TestOpenStackCommandsExist parses every line of code that calls the openstack
// client: a mistyped word, an option that there is not, a value or an argument
// too few or too many fails.
func TestOpenStackCommandsExist(t *testing.T) {
	seen := 0
	for _, c := range All {
		for _, s := range c.Fix.Steps {
			for _, line := range strings.Split(strings.ReplaceAll(s.Code, "--{direction}", "--ingress"), "\n") {
				if !strings.HasPrefix(line, "openstack ") {
					continue
				}
				seen++
				if wrong := openstackMistake(line); wrong != "" {
					t.Errorf("%s: %q: %s", c.ID, line, wrong)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d lines were looked at", seen)
	}
}

func TestOpenStackMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"openstack server show {id} -c status":                      "",
		"openstack console log show {id} > console.log":             "",
		"openstack --os-compute-api-version 2.16 server show {id}":  "",
		"openstack server shwo {id}":                                "no such command",
		"openstack server reboot --hrad {id}":                       "no such option: --hrad",
		"openstack server reboot":                                   "0 arguments, want 1: SERVER",
		"openstack server remove port {id}":                         "1 arguments, want 2: SERVER PORT",
		"openstack server show {id} -c":                             "-c has no value",
		"openstack server resize confirm {id} {id}":                 "2 arguments, want 1: SERVER",
		"openstack security group rule create --dst-port --ingress": "--dst-port has no value",
	} {
		if got := openstackMistake(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

// openstackMistake says what the client would not take of a line, "" if nothing.
func openstackMistake(line string) string {
	line, _, _ = strings.Cut(line, " > ")
	words := strings.Fields(line)[1:]
	if len(words) > 1 && words[0] == "--os-compute-api-version" {
		words = words[2:]
	}
	n := len(words)
	for n > 0 && openstackCommands[strings.Join(words[:n], " ")] == "" {
		n--
	}
	if n == 0 {
		return "no such command"
	}
	return usageMistake(strings.Fields(openstackCommands[strings.Join(words[:n], " ")]), words[n:])
}

func usageMistake(usage, words []string) string {
	args := 0
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case !strings.HasPrefix(word, "-"):
			args++
		case slices.Contains(usage, word):
		case !slices.Contains(usage, word+"="):
			return "no such option: " + word
		case i+1 == len(words) || strings.HasPrefix(words[i+1], "-"):
			return word + " has no value"
		default:
			i++
		}
	}
	want := slices.DeleteFunc(slices.Clone(usage), func(u string) bool { return strings.HasPrefix(u, "-") })
	if args != len(want) {
		return strconv.Itoa(args) + " arguments, want " + strconv.Itoa(len(want)) + ": " + strings.Join(want, " ")
	}
	return ""
}
