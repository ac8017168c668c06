//go:build tools

// Package assets pins the commands that the tests need. Nothing imports it: the build names the command's path.
package assets

import (
	_ "helm.sh/helm/v3/cmd/helm"
)
