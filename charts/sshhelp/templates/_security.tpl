{{- /* The pod's security context: as given, with the group allowed to ping. */}}
{{- define "sshhelp.podSecurityContext" -}}
{{- $context := deepCopy .Values.podSecurityContext }}
{{- if .Values.icmp.enabled }}
{{- $group := int $context.runAsGroup }}
{{- $ping := dict "name" "net.ipv4.ping_group_range" "value" (printf "%d %d" $group $group) }}
{{- $_ := set $context "sysctls" (append (default list $context.sysctls) $ping) }}
{{- end }}
{{- toYaml $context }}
{{- end }}
