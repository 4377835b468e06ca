// Command opa is Open Policy Agent as its own main package builds it: the rival of the bench `opa`.
package main

import (
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/cmd"
)

func main() {
	if err := cmd.Command(nil, "OPA").Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
