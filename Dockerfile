# syntax=docker/dockerfile:1
# The program alone in an empty image: one static file, no shell, no root.
# (No engine was at hand where this was written: .ci/run plays the build stage
# from this very file, as far as that goes without one.)
#
#   make image
#   docker run -p 8080:8080 -v manyhands:/data manyhands

FROM golang:1.26 AS build
WORKDIR /src
# The modules first: they change seldom, and stay in their layer.
COPY go.mod go.sum ./
RUN go mod download
COPY core ./core
COPY bots ./bots
COPY adapters ./adapters
COPY migrations ./migrations
ARG VERSION=development
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/manyhands ./bots/manyhands
# What an empty image has not: a place for data, and one for temporary files.
RUN mkdir -p /out/data /out/tmp

FROM scratch
COPY LICENSE /LICENSE
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/manyhands /manyhands
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
COPY --from=build --chown=65532:65532 --chmod=0700 /out/tmp /tmp
# Within the container only: what is open to the outside is chosen by -p.
ENV MANYHANDS_ADDR=:8080 MANYHANDS_DATA=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/manyhands", "check", "--live"]
ENTRYPOINT ["/manyhands"]
CMD ["serve"]
