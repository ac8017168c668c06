module cleat.dev/template-oracle

go 1.26
