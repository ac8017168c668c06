package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// random makes templates from the grammar, always the same ones: most of them right, some with a slip of the pen.
func random(count int, html bool) group {
	g := &generator{rand: rand.New(rand.NewPCG(42, 7)), html: html}
	made := group{About: "made at random", Document: "service", HTML: html}
	if html {
		made.About = "made at random, for html/template"
	}
	for range count {
		g.variables, g.loops, g.blocks = []string{"$"}, 0, 0
		text := g.list(2)
		if g.rand.IntN(15) == 0 {
			text = g.slip(text)
		}
		made.Templates = append(made.Templates, text)
	}
	return made
}

type generator struct {
	rand      *rand.Rand
	html      bool
	variables []string
	loops     int
	blocks    int
}

func (g *generator) one(choices ...string) string { return choices[g.rand.IntN(len(choices))] }

// slip deletes, doubles or inserts something.
func (g *generator) slip(text string) string {
	at := g.rand.IntN(len(text) + 1)
	switch g.rand.IntN(3) {
	case 0:
		return text[:at] + g.one("}}", "{{", "|", "(", ")", "-", "\"", ".", "{{end}}", "{{else}}", "$", " ", "1", "nil") + text[at:]
	case 1:
		return text[:at]
	default:
		return text[:at] + text[min(at+1+g.rand.IntN(3), len(text)):]
	}
}

func (g *generator) list(depth int) string {
	var text strings.Builder
	for range 1 + g.rand.IntN(3) {
		text.WriteString(g.node(depth))
	}
	return text.String()
}

func (g *generator) node(depth int) string {
	choice := g.rand.IntN(12)
	if depth == 0 {
		choice %= 6
	}
	switch choice {
	case 0:
		return g.one("a", " b ", "\n", "x: ", "  \n\t", "é", "&")
	case 1:
		return g.action(g.declaration())
	case 2:
		if g.loops > 0 {
			return g.one("{{break}}", "{{continue}}", "{{if .}}{{continue}}{{end}}", "{{if not .}}{{break}}{{end}}")
		}
		return g.action("/* note */")
	case 3, 4, 5:
		return g.action(g.pipe(2))
	case 6:
		return g.block("if", depth, func() string { return g.pipe(2) })
	case 7:
		return g.block("with", depth, func() string { return g.maybeDeclared(g.pipe(1)) })
	case 8, 9:
		return g.block("range", depth, g.ranged)
	case 10:
		return g.definition(depth)
	default:
		return g.block("if", depth, func() string { return g.pipe(1) })
	}
}

func (g *generator) action(inside string) string {
	if inside == "/* note */" {
		return g.one("{{/* note */}}", "{{- /* note */ -}}")
	}
	return g.one("{{", "{{- ", "{{ ") + inside + g.one("}}", " -}}", " }}")
}

func (g *generator) block(word string, depth int, head func() string) string {
	count, loops := len(g.variables), g.loops
	text := g.action(word + " " + head())
	if word == "range" {
		g.loops++
	}
	text += g.list(depth - 1)
	g.loops = loops
	switch g.rand.IntN(4) {
	case 0:
		text += "{{else}}" + g.list(depth-1)
	case 1:
		if word != "range" {
			text += "{{else " + word + " " + g.pipe(1) + "}}" + g.list(depth-1)
		}
	}
	g.variables = g.variables[:count]
	return text + "{{end}}"
}

// A template is called by its definition, since calls of an unknown one all fail alike.
func (g *generator) definition(depth int) string {
	variables, loops := g.variables, g.loops
	g.variables, g.loops = []string{"$"}, 0
	g.blocks++
	name := fmt.Sprintf("%q", fmt.Sprint("block ", g.blocks))
	body := g.list(depth - 1)
	g.variables, g.loops = variables, loops
	return "{{block " + name + " " + g.one(".", ".spec", ".list", "$", "1") + "}}" + body + "{{end}}"
}

func (g *generator) declaration() string {
	name := "$" + g.one("x", "y", "z")
	value := g.pipe(1)
	if g.rand.IntN(4) == 0 && len(g.variables) > 1 {
		return g.variables[g.rand.IntN(len(g.variables))] + " = " + value
	}
	g.variables = append(g.variables, name)
	return name + " := " + value
}

func (g *generator) maybeDeclared(value string) string {
	if g.rand.IntN(3) > 0 {
		return value
	}
	g.variables = append(g.variables, "$w")
	return "$w := " + value
}

func (g *generator) ranged() string {
	value := g.one(".list", ".map", ".numbers", "3", ".spec.tags", ".empty", ".nothing", "$", ".", "(slice .list 1)", "(len $.name)", "$.nested", "$.list", "$.map", "(index $.nested 0)")
	switch g.rand.IntN(4) {
	case 0:
		g.variables = append(g.variables, "$e")
		return "$e := " + value
	case 1:
		g.variables = append(g.variables, "$i", "$e")
		return "$i, $e := " + value
	}
	return value
}

func (g *generator) pipe(depth int) string {
	text := g.command(depth)
	for g.rand.IntN(3) == 0 {
		text += " | " + g.call(0, true)
	}
	return text
}

func (g *generator) command(depth int) string {
	if depth > 0 && g.rand.IntN(2) == 0 {
		return g.call(depth, false)
	}
	return g.operand(depth)
}

// call makes a call of a builtin, mostly with as many arguments as it takes; one comes from the pipe if piped.
func (g *generator) call(depth int, piped bool) string {
	functions := []struct {
		name  string
		count int
	}{
		{"and", 2}, {"or", 2}, {"not", 1}, {"len", 1}, {"eq", 2}, {"eq", 3}, {"ne", 2}, {"lt", 2}, {"le", 2}, {"gt", 2},
		{"ge", 2}, {"print", 2}, {"println", 1}, {"html", 1}, {"js", 1}, {"urlquery", 1}, {"index", 2}, {"slice", 3}, {"printf", 2},
		{"index", 1}, {"print", 3},
	}
	if g.html {
		for _, extra := range []string{"upper", "lower", "title", "upper"} {
			functions = append(functions, struct {
				name  string
				count int
			}{extra, 1})
		}
	} else {
		functions = append(functions, struct {
			name  string
			count int
		}{"json", 1})
	}
	f := functions[g.rand.IntN(len(functions))]
	if piped && g.rand.IntN(5) > 0 {
		// These take whatever comes.
		f.name, f.count = g.one("print", "html", "js", "urlquery", "printf", "not", "and", "or", "println"), 1+g.rand.IntN(2)
		if f.name == "not" {
			f.count = 1
		}
		if f.name == "printf" {
			f.count = 2
		}
	}
	count := f.count
	if piped {
		count--
	}
	if g.rand.IntN(15) == 0 {
		count += g.rand.IntN(3) - 1
	}
	text := f.name
	for i := range count {
		switch {
		case f.name == "printf" && i == 0:
			text += " " + g.format()
		case (f.name == "slice" || f.name == "index") && i > 0 && g.rand.IntN(4) > 0:
			text += " " + g.one("0", "1", "2", "\"a\"", "$i")
			text = strings.ReplaceAll(text, "$i", "1")
		case g.rand.IntN(5) > 0:
			text += " " + g.fitting(f.name, depth-1)
		default:
			text += " " + g.operand(depth-1)
		}
	}
	return text
}

// fitting makes an operand that the function is likely to take.
func (g *generator) fitting(function string, depth int) string {
	switch function {
	case "eq", "ne", "lt", "le", "gt", "ge":
		return g.one("1", "2", "$.zero", "$.spec.port", "0x1F", "'a'", "(len $.name)", "(len $.list)", "-1", "$.big")
	case "upper", "lower", "title":
		return g.one("$.name", "$.markup", "$.unicode", `"some text"`, "(print 1 2)")
	case "index", "slice":
		return g.one("$.list", "$.numbers", "$.nested", "$.name", "$.unicode", "$.spec.tags")
	case "len":
		return g.one("$.list", "$.map", "$.name", "$.unicode", "$", `"text"`)
	}
	return g.operand(depth)
}

func (g *generator) format() string {
	verb := g.one("v", "v", "s", "d", "q", "x", "X", "o", "b", "e", "f", "g", "t", "T", "c", "U", "G", "E", "O", "w", "k")
	flags := g.one("", "", "", "+", "-", "#", "0", " ", "+#", "-0", "# ")
	width := g.one("", "", "", "3", "8", "12", "*")
	precision := g.one("", "", "", ".0", ".2", ".5", ".", ".*")
	return fmt.Sprintf("%q", g.one("", "a ", "%% ")+"%"+flags+width+precision+g.one("", "", "", "[1]", "[2]")+verb+g.one("", " b", " %v"))
}

func (g *generator) operand(depth int) string {
	switch g.rand.IntN(9) {
	case 0:
		if depth > 0 {
			return "(" + g.pipe(depth-1) + ")" + g.one("", "", "", ".a", ".name")
		}
		return g.one("nil", "true", "false", ".")
	case 1:
		return g.one("0", "1", "-1", "2.5", "1e3", "0x1F", "'a'", "1_000", "0b11", "0o17", "1.0", "-0.5", "100000000", "1e21")
	case 2:
		return g.one(`"text"`, `"a<b&c"`, "`raw`", `""`, `"a"`, `"é\t\""`, `"name"`)
	case 3:
		return g.variables[g.rand.IntN(len(g.variables))] + g.one("", "", "", "", "", ".name")
	case 4, 5:
		return g.one("$.name", "$.spec.port", "$.spec.tags", "$.list", "$.map", "$.ratio", "$.big", "$.unicode", "$.markup", "$.nothing")
	default:
		return g.one(".name", ".spec.port", ".spec.tags", ".list", ".map", ".map.a", ".nothing", ".missing", ".missing.deep",
			".ratio", ".numbers", ".yes", ".no", ".zero", ".empty", ".blank", ".big", ".nested", ".markup", ".", "$.name",
			".nothing.deep", ".unicode", ".map.missing")
	}
}
