#!/usr/bin/env bash
# upgrade.sh vX.Y.Z : rewrites go.mod and go.sum for that Kubernetes version.
# k8s.io/kubernetes requires its staging modules at v0.0.0, so each is pinned to its v0.Y.Z release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
v=$1 staging=v0.${1#v1.}
upstream=$(go mod download -json "k8s.io/kubernetes@$v" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
{
  printf 'module kube\n\n'; grep '^go ' "$upstream"
  printf '\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$v"
  sed -n "s|^\t\(k8s.io/[a-z-]*\) => ./staging/.*|\t\1 => \1 $staging|p" "$upstream"
  printf ')\n'
} > go.mod
rm -f go.sum
go get "k8s.io/kubernetes/cmd/kube-apiserver@$v" # not `go mod tidy`: that adds what only tests of tests need
go get .
