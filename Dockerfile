# The product alone: one static binary, the CA certificates, nobody to be root.
#   docker build --build-arg VERSION=1.2.3 -t sshhelp:1.2.3 .

ARG GO_VERSION=1.26.8
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/sshhelp .

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/sshhelp /sshhelp
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/sshhelp"]
CMD ["serve"]
