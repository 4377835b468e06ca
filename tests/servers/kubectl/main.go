// Command kubectl says how the real kubectl reads commands: it takes one JSON array of words (without `kubectl`) a line and
// answers one JSON object each, with the command, its arguments and flags, or what the command tree has against it.
// Nothing is run and no cluster is asked.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var words []string
		if err := json.Unmarshal(lines.Bytes(), &words); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := json.NewEncoder(os.Stdout).Encode(read(words)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}

// reading is what kubectl makes of a command.
type reading struct {
	Error     string            `json:"error"`
	Command   []string          `json:"command"`
	Arguments []string          `json:"arguments"`
	Flags     map[string]string `json:"flags"`
}

func read(words []string) reading {
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard}
	root := cmd.NewKubectlCommand(cmd.KubectlOptions{IOStreams: streams})
	command, rest, err := root.Find(words)
	if err == nil && command.HasSubCommands() && !command.Runnable() {
		err = fmt.Errorf("a command must follow %q", command.CommandPath())
	}
	if err == nil && command.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		err = fmt.Errorf("unknown command %q for %q", rest[0], command.CommandPath())
		command.SuggestionsMinimumDistance = 2
		if near := command.SuggestionsFor(rest[0]); len(near) > 0 {
			err = fmt.Errorf("%w; did you mean %q?", err, near[0])
		}
	}
	if err == nil {
		err = command.ParseFlags(rest)
	}
	if err == nil {
		err = validate(command)
	}
	if err != nil {
		return reading{Error: strings.Join(strings.Fields(err.Error()), " ")}
	}
	flags := map[string]string{}
	command.Flags().Visit(func(flag *pflag.Flag) { flags[flag.Name] = flag.Value.String() })
	path := strings.Fields(command.CommandPath())[1:]
	return reading{Command: path, Arguments: append([]string{}, command.Flags().Args()...), Flags: flags}
}

func validate(command *cobra.Command) error {
	if err := command.ValidateArgs(command.Flags().Args()); err != nil {
		return err
	}
	if err := command.ValidateRequiredFlags(); err != nil {
		return err
	}
	return command.ValidateFlagGroups()
}
