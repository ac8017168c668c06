// The oracle: evaluates ../expressions.json with client-go's JSONPath and writes what it answers to ../corpus.json.
// Run it with `go run .` in this folder; the tests compare against the kept corpus and need no Go.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/client-go/util/jsonpath"
)

// Go walks maps in random order: an expression is evaluated this often, so that an order-dependent answer shows.
const rounds = 50

type input struct {
	Documents map[string]json.RawMessage `json:"documents"`
	Groups    []struct {
		Document    string   `json:"document"`
		Expressions []string `json:"expressions"`
	} `json:"groups"`
}

// outcome is what one mode answers: the results of each root node and the printed text, or an error.
type outcome struct {
	Results [][]any `json:"results,omitempty"`
	Text    *string `json:"text,omitempty"`
	Error   string  `json:"error,omitempty"`
}

type entry struct {
	Document   string   `json:"document"`
	Expression string   `json:"expression"`
	ParseError string   `json:"parseError,omitempty"`
	Unordered  bool     `json:"unordered,omitempty"`
	Strict     *outcome `json:"strict,omitempty"`
	// Lenient is left out where it equals Strict.
	Lenient *outcome `json:"lenient,omitempty"`
}

func main() {
	source, err := os.ReadFile("../expressions.json")
	check(err)
	var in input
	check(json.Unmarshal(source, &in))

	var out bytes.Buffer
	sum := sha256.Sum256(source)
	fmt.Fprintf(&out, "{\n\"sha256\": %q,\n\"entries\": [\n", hex.EncodeToString(sum[:]))
	separator := ""
	for _, group := range in.Groups {
		document := decode(in.Documents[group.Document])
		for _, expression := range group.Expressions {
			out.WriteString(separator + encode(ask(group.Document, expression, document)))
			separator = ",\n"
		}
	}
	out.WriteString("\n]\n}\n")
	check(os.WriteFile("../corpus.json", out.Bytes(), 0o644))
}

func ask(name, expression string, document any) entry {
	e := entry{Document: name, Expression: expression}
	if err := jsonpath.New("").Parse(expression); err != nil {
		e.ParseError = err.Error()
		return e
	}
	strict, strictUnordered := settle(expression, document, false)
	lenient, lenientUnordered := settle(expression, document, true)
	e.Strict, e.Unordered = strict, strictUnordered || lenientUnordered
	if encode(strict) != encode(lenient) {
		e.Lenient = lenient
	}
	return e
}

// settle evaluates until the answer is either stable or known to depend on the order of maps; such an answer is
// sorted and loses its text. Anything that still differs has no place in a corpus.
func settle(expression string, document any, lenient bool) (*outcome, bool) {
	first := evaluate(expression, document, lenient)
	unordered := false
	for range rounds {
		next := evaluate(expression, document, lenient)
		if encode(next) == encode(first) {
			continue
		}
		unordered = true
		if encode(ordered(next)) != encode(ordered(first)) {
			log.Fatalf("%s: the answers differ by more than their order:\n%s\n%s", expression, encode(first), encode(next))
		}
	}
	if unordered {
		return ordered(first), true
	}
	return first, false
}

func evaluate(expression string, document any, lenient bool) (o *outcome) {
	defer func() {
		if fault := recover(); fault != nil {
			o = &outcome{Error: fmt.Sprintf("panic: %v", fault)}
		}
	}()
	// Evaluating a range changes the parsed template, so each evaluation gets its own.
	results, err := parsed(expression, lenient).FindResults(document)
	if err != nil {
		return &outcome{Error: err.Error()}
	}
	o = &outcome{Results: make([][]any, len(results))}
	for i, values := range results {
		o.Results[i] = make([]any, len(values))
		for k, value := range values {
			o.Results[i][k] = plain(value)
		}
	}
	var text bytes.Buffer
	check(parsed(expression, lenient).Execute(&text, document))
	printed := text.String()
	o.Text = &printed
	return o
}

func parsed(expression string, lenient bool) *jsonpath.JSONPath {
	path := jsonpath.New("").AllowMissingKeys(lenient)
	check(path.Parse(expression))
	return path
}

func plain(value reflect.Value) any {
	if !value.IsValid() {
		return nil
	}
	return value.Interface()
}

func ordered(o *outcome) *outcome {
	results := make([][]any, len(o.Results))
	for i, values := range o.Results {
		results[i] = slices.Clone(values)
		slices.SortFunc(results[i], func(a, b any) int { return strings.Compare(encode(a), encode(b)) })
	}
	slices.SortFunc(results, func(a, b []any) int { return strings.Compare(encode(a), encode(b)) })
	return &outcome{Results: results, Error: o.Error}
}

// decode reads JSON as Kubernetes does: a number without fraction or exponent is an int64 if it fits, else a float64.
func decode(raw []byte) any {
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
	}
	return value
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
