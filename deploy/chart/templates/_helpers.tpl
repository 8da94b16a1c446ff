{{/* What tells this release's things from others'. Give a dict of "root" and "part". */}}
{{- define "maru.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "maru.labels" -}}
{{ include "maru.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "maru.name" -}}
{{ printf "%s-%s" .root.Release.Name .part | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "maru.image" -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
{{- end }}

{{/* Settings as variables, in one order: a list of dicts of dotted names and values, of which later ones win. Numbers of
values files are floats, which would be written 1e+07. */}}
{{- define "maru.settings" -}}
{{- $all := dict }}
{{- range $layer := . }}
{{- range $key, $value := $layer }}
{{- $_ := set $all $key (kindIs "float64" $value | ternary ($value | int64) $value | toString) }}
{{- end }}
{{- end }}
{{- range $key := keys $all | sortAlpha }}
- name: MARU_{{ $key | replace "." "_" | upper }}
  value: {{ get $all $key | quote }}
{{- end }}
{{- end }}

{{/* The addresses of stores, of which a node is told those it uses. */}}
{{- define "maru.stores" -}}
{{- $secret := .root.Values.stores.secretName }}
{{- $keys := dict "postgres" (list "postgres_url") "mongodb" (list "mongodb_url") "redis" (list "redis_nodes") "kafka" (list "kafka_brokers") "s3" (list "s3_access_key" "s3_secret_key") }}
{{- range $store := .stores }}
{{- range $key := get $keys $store }}
- name: MARU_BACKEND_{{ $key | upper }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $key }} } }
{{- end }}
{{- end }}
{{- if has "s3" .stores }}
{{- with .root.Values.stores.s3 }}
{{- include "maru.settings" (list (dict "backend.s3_endpoint" .endpoint "backend.s3_bucket" .bucket "backend.s3_region" .region)) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "maru.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "maru.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* What every pod has of where it runs. Give a dict of "root" and "part". */}}
{{- define "maru.placement" -}}
automountServiceAccountToken: false
# Variables of other Services would begin with MARU_ where the release is called maru, and stop the server.
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "maru.spread" -}}
{{- $selector := include "maru.selector" . }}
{{- range .root.Values.topologyKeys }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector: { matchLabels: { {{- $selector | replace "\n" ", " -}} } }
{{- end }}
{{- end }}
