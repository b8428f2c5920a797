{{- define "sshhelp.env" -}}
{{- with .Values.slack.existingSecret -}}
- name: SLACK_BOT_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .botTokenKey }}
- name: SLACK_APP_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .appTokenKey }}
{{- end }}
{{- if .Values.redis.existingSecret.name }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.existingSecret.name }}
      key: {{ .Values.redis.existingSecret.key }}
{{- else if .Values.redis.url }}
- name: REDIS_URL
  value: {{ .Values.redis.url | quote }}
{{- end }}
{{- if .Values.openstack.existingSecret.name }}
- name: OS_CLIENT_CONFIG_FILE
  value: {{ printf "/etc/openstack/%s" .Values.openstack.existingSecret.key | quote }}
{{- end }}
{{- if .Values.openstack.actionSecret.name }}
- name: ACTIONS_OS_CLIENT_CONFIG_FILE
  value: {{ printf "/etc/sshhelp/actions/%s" .Values.openstack.actionSecret.key | quote }}
{{- end }}
{{- with .Values.openstack.cloud }}
- name: OS_CLOUD
  value: {{ . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
