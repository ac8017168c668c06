// The oracle: executes ../templates.json, and templates made at random, with Go's text/template and html/template and
// writes what they answer to ../corpus.json. Run it with `go run .` in this folder; the tests compare against the kept
// corpus and need no Go.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// What the tests call a template by default.
const name = "template"

// How many templates are made at random.
const generated = 1000

type input struct {
	Documents map[string]json.RawMessage `json:"documents"`
	Groups    []group                    `json:"groups"`
}

type group struct {
	About     string   `json:"about"`
	Document  string   `json:"document"`
	HTML      bool     `json:"html"`
	Templates []string `json:"templates"`
}

// entry is a template and what Go says: the text, or in which phase it fails, where, and with which words.
type entry struct {
	Template string  `json:"template"`
	Text     *string `json:"text,omitempty"`
	Fails    string  `json:"fails,omitempty"`
	Line     int     `json:"line,omitempty"`
	Message  string  `json:"message,omitempty"`
}

func main() {
	source, err := os.ReadFile("../templates.json")
	check(err)
	generator, err := os.ReadFile("generate.go")
	check(err)
	var in input
	check(json.Unmarshal(source, &in))

	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\"templates\": %q,\n\"generator\": %q,\n\"groups\": [\n", sum(source), sum(generator))
	for i, group := range append(in.Groups, random(generated, false), random(generated/5, true)) {
		if i > 0 {
			out.WriteString(",\n")
		}
		fmt.Fprintf(&out, "{\"about\":%s,\"document\":%q,\"html\":%t,\"entries\":[\n", encode(group.About), group.Document, group.HTML)
		for k, text := range group.Templates {
			if k > 0 {
				out.WriteString(",\n")
			}
			out.WriteString(encode(ask(group, text, in.Documents[group.Document])))
		}
		out.WriteString("]}")
	}
	out.WriteString("\n]\n}\n")
	check(os.WriteFile("../corpus.json", out.Bytes(), 0o644))
}

func ask(group group, text string, document json.RawMessage) entry {
	e := entry{Template: text}
	run := runText
	if group.HTML {
		run = runHTML
	}
	var out limited
	phase, err := run(text, decode(document), &out)
	if err == nil {
		printed := out.String()
		e.Text = &printed
		return e
	}
	e.Fails, e.Message = phase, err.Error()
	if place := placed.FindStringSubmatch(e.Message); place != nil {
		e.Line, _ = strconv.Atoi(place[1])
		e.Message = place[2]
	}
	return e
}

// An execution error quotes its node, at length if that is a block.
var placed = regexp.MustCompile(`(?s)^(?:html/)?template: ?template:(\d+)(?::\d+)?: (?:executing ".*" at <.*?>: )?(.*)$`)

func runText(text string, data any, out io.Writer) (phase string, err error) {
	defer recovered(&phase, &err)
	t, err := template.New(name).Funcs(template.FuncMap{"json": asJSON}).Parse(text)
	if err != nil {
		return "parse", err
	}
	return "execute", t.Execute(out, data)
}

// html/template escapes, and so refuses, at the first execution.
func runHTML(text string, data any, out io.Writer) (phase string, err error) {
	defer recovered(&phase, &err)
	functions := htmltemplate.FuncMap{"upper": strings.ToUpper, "lower": strings.ToLower, "title": strings.Title}
	t, err := htmltemplate.New(name).Funcs(functions).Parse(text)
	if err != nil {
		return "parse", err
	}
	err = t.Execute(out, data)
	var refused *htmltemplate.Error
	if errors.As(err, &refused) {
		return "parse", err
	}
	return "execute", err
}

func recovered(phase *string, err *error) {
	if fault := recover(); fault != nil {
		*phase, *err = "execute", fmt.Errorf("panic: %v", fault)
	}
}

func asJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// limited is a text that may not become long enough to make the corpus unwieldy.
type limited struct{ bytes.Buffer }

func (l *limited) Write(text []byte) (int, error) {
	if l.Len()+len(text) > 20000 {
		return 0, errors.New("too long for the corpus")
	}
	return l.Buffer.Write(text)
}

// decode reads JSON as it arrives from a cluster: a number without fraction or exponent is an int64 if it fits, else a
// float64; a float64 without fraction has been written without. Lists are copies, without capacity to spare.
func decode(raw []byte) any {
	once, err := json.Marshal(parse(raw))
	check(err)
	return parse(once)
}

func parse(raw []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	check(decoder.Decode(&value))
	return numbers(value)
}

func numbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(value.String(), 10, 64); err == nil {
			return i
		}
		f, err := value.Float64()
		check(err)
		return f
	case map[string]any:
		for key, member := range value {
			value[key] = numbers(member)
		}
	case []any:
		for i, item := range value {
			value[i] = numbers(item)
		}
		return slices.Clip(append(make([]any, 0, len(value)), value...))
	}
	return value
}

func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

func encode(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return strings.TrimSuffix(out.String(), "\n")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
