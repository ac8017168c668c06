{{/*
What does not depend on values is not written twice: files/ holds copies of the kustomize manifests, made by
`make manifests`. Only the namespace in them changes.
*/}}
{{- define "cleat.file" -}}
{{- required (printf "%s is missing in the chart" .path) (.root.Files.Get .path) | replace "cleat-system" .root.Release.Namespace -}}
{{- end -}}

{{- define "cleat.folder" -}}
{{- $root := .root -}}
{{- range $path, $_ := .root.Files.Glob .pattern }}
---
{{ include "cleat.file" (dict "root" $root "path" $path) }}
{{- end -}}
{{- end -}}

{{/*
The folders of files/ with the opt-in APIs that are wanted, joined by blanks.
*/}}
{{- define "cleat.apis" -}}
{{- $folders := list -}}
{{- if .Values.apis.v1alpha2 }}{{ $folders = append $folders "api-v1alpha2" }}{{ end -}}
{{- if .Values.apis.serviceBindingOperator }}{{ $folders = append $folders "api-service-binding-operator" }}{{ end -}}
{{- if .Values.apis.applicationStacks }}{{ $folders = append $folders "api-application-stacks" }}{{ end -}}
{{- join " " $folders -}}
{{- end -}}

{{/*
Cleat leaves its own namespace alone, so workloads of others must not live there.
*/}}
{{- define "cleat.checkNamespace" -}}
{{- if has .Release.Namespace (list "default" "kube-system" "kube-public" "kube-node-lease") -}}
{{- fail (printf "Cleat does not bind workloads of its own namespace and must not be installed into %s: give it a namespace of its own with --namespace cleat-system --create-namespace" .Release.Namespace) -}}
{{- end -}}
{{- end -}}

{{- define "cleat.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}
