{{- /* The configuration file: config as given, with what only the chart knows. */}}
{{- define "sshhelp.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $_ := set $config "http" (dict "listen" (printf ":%d" (int .Values.containerPort))) }}
{{- $probes := default dict $config.probes }}
{{- if not $probes.vantage }}
{{- $_ := set $probes "vantage" (printf "%s/%s" .Release.Namespace (include "sshhelp.fullname" .) | trunc 63) }}
{{- end }}
{{- $_ := set $config "probes" $probes }}
{{- toYaml $config }}
{{- end }}

{{- /* "true" when state is kept outside the pod. */}}
{{- define "sshhelp.redis" -}}
{{- if or .Values.redis.existingSecret.name .Values.redis.url }}true{{ end }}
{{- end }}

{{- /* What a schema cannot say. Included once, by the Deployment. */}}
{{- define "sshhelp.guard" -}}
{{- $replicas := int .Values.replicaCount }}
{{- if and (gt $replicas 1) (not (include "sshhelp.redis" .)) }}
{{- fail (printf "replicaCount is %d but no Redis is set: each pod would keep its own state and answer twice. Set redis.existingSecret.name or redis.url, or replicaCount: 1." $replicas) }}
{{- end }}
{{- if and (dig "probes" "vantages" list .Values.config) (not (include "sshhelp.redis" .)) }}
{{- fail "config.probes.vantages names other places, which are reached over a Redis that they share. Set redis.existingSecret.name or redis.url." }}
{{- end }}
{{- $connections := int (dig "slack" "connections" 1 .Values.config) }}
{{- if gt (mul (add $replicas 1) $connections) 10 }}
{{- fail (printf "%d replicas, and one more during a rollout, with %d connections each are more than the 10 that Slack allows an app. Lower replicaCount or config.slack.connections." $replicas $connections) }}
{{- end }}
{{- end }}
