# demo and test are all that a newcomer needs; the rest serves those who build.
GO ?= go

.PHONY: demo test check build bench-latency bench-ack bench-scan bench-probe bench-distance score table golden

demo: ## start everything and print the page's address; needs only Go
	@$(GO) build -o .build/demo ./sim/demo && exec .build/demo

test: ## install what the tests need (as root, on Debian), then run all of them
	@.ci/need gcc:gcc libc6-dev:/usr/include/stdlib.h redis-server:redis-server openssh-server:/usr/sbin/sshd \
		openssh-client:ssh dropbear-bin:dropbear fail2ban:fail2ban-server chromium:chromium \
		iproute2:ip nftables:nft putty-tools:plink python3:/usr/bin/python3
	$(GO) test -race -shuffle=on ./...
	cd charts/test && $(GO) test ./...

check: ## what a reviewer runs before reading
	gofmt -l . | (! grep .)
	$(GO) vet ./...
	golangci-lint run

build: ## the product, as the image holds it
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o sshhelp .

bench-latency: ## a diagnosis against a cloud whose every call takes 100 ms
	$(GO) test -run '^$$' -bench BenchmarkDiagnosisLatency -benchtime 5x .

bench-ack: ## slash command to ack: 500 commands at 20 a second; the limit is p99 50 ms
	$(GO) test -count=1 -run TestAckLatency -v ./bot -load | grep -E 'ack|ok|FAIL'

# Labelled texts that stand beside the project, where there are any.
SETS ?= $(wildcard ../shared/console/public ../shared/console/real-debian12 ../shared/transcripts)

score: ## how well labelled consoles and pastes are read; SETS=DIR... for other sets
	$(GO) run ./sim/score $(SETS)

bench-scan: ## a console log of 100 MiB, against ripgrep with the same patterns
	@.ci/need ripgrep:rg
	$(GO) test -run '^$$' -bench BenchmarkAgainstRipgrep -benchtime 1x ./diag

SERVERS ?= 200

bench-probe: ## all that SSH servers tell, against ssh-keyscan, nmap and ssh-audit on the same servers
	@.ci/need openssh-server:/usr/sbin/sshd openssh-client:ssh nmap:nmap ssh-audit:ssh-audit
	$(GO) test -run '^$$' -bench BenchmarkAgainstScanners -benchtime 1x -timeout 30m ./probes -args -servers $(SERVERS) -kex "$(KEX)"

bench-distance: ## one complete probing over 50 ms, against the least round trips
	$(GO) test -run '^$$' -bench BenchmarkDistance -benchtime 5x ./sim/parts

table: ## every cause that Debian's programs can be made to show, and what is named first
	$(GO) test -count=1 -run TestTable -v ./sim/parts

golden: ## rewrite what the cases expect; read the difference
	$(GO) test ./diag/causes -update
