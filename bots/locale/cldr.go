package locale

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed cldr/*.csv
var cldrFiles embed.FS

// cldr is the extract of the CLDR, read once and never changed.
var cldr = sync.OnceValues(readCLDR)

// tables is the CLDR extract in the form that is needed here.
type tables struct {
	formats map[Lang]*format
	words   dateWords
}

// format is how one language writes numbers, money and dates.
type format struct {
	decimal, group, minus string
	minGrouping           int
	money, moneyNegative  string // patterns, ¤ for the symbol and # for the number
	symbols               map[string]string
	fractions             map[string]int // digits after the mark, by currency
	date, clock           []field
	months                []string
	halves                []string // before noon, after noon
}

func readCLDR() (*tables, error) {
	t := &tables{formats: map[Lang]*format{}, words: newDateWords()}
	for _, l := range Langs() {
		t.formats[l] = &format{symbols: map[string]string{}, fractions: map[string]int{}}
	}
	readers := []struct {
		file string
		row  func(row) error
	}{
		{"number_format.csv", t.numberRow},
		{"currencies.csv", t.currencyRow},
		{"dates.csv", t.dateRow},
		{"relative_words.csv", t.relativeRow},
	}
	for _, r := range readers {
		if err := eachRow(r.file, r.row); err != nil {
			return nil, fmt.Errorf("locale: %s: %w", r.file, err)
		}
	}
	for l, f := range t.formats {
		if f.decimal == "" || f.money == "" || len(f.date) == 0 || len(f.months) != 12 || len(f.halves) != 2 {
			return nil, fmt.Errorf("locale: the CLDR extract has no complete rows for %s", l)
		}
	}
	return t, nil
}

// row is a line of a table by its column names.
type row map[string]string

func eachRow(file string, do func(row) error) error {
	f, err := cldrFiles.Open("cldr/" + file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for _, line := range lines[1:] {
		r := row{}
		for i, column := range lines[0] {
			r[column] = line[i]
		}
		if err := do(r); err != nil {
			return fmt.Errorf("%s: %w", r["locale"], err)
		}
	}
	return nil
}

func (t *tables) numberRow(r row) error {
	f := t.formats[Lang(r["locale"])]
	if f == nil {
		return nil
	}
	n, err := strconv.Atoi(r["min_grouping_digits"])
	if err != nil {
		return fmt.Errorf("min_grouping_digits: %w", err)
	}
	f.decimal, f.group, f.minus, f.minGrouping = r["decimal"], r["group"], r["minus"], n
	pattern := strings.NewReplacer("<NBSP>", "\u00a0", "<RLM>", "\u200f", "#,##0.00", "#").Replace(r["currency_pattern"])
	// Where no pattern is given for what is owed, the minus goes before all
	// (UTS #35, Number Format Patterns).
	positive, negative, given := strings.Cut(pattern, ";")
	if !given {
		negative = "-" + positive
	}
	f.money, f.moneyNegative = positive, negative
	return nil
}

func (t *tables) currencyRow(r row) error {
	f := t.formats[Lang(r["locale"])]
	if f == nil {
		return nil
	}
	n, err := strconv.Atoi(r["fraction_digits"])
	if err != nil {
		return fmt.Errorf("fraction_digits: %w", err)
	}
	f.fractions[r["code"]] = n
	if r["symbol"] != "" {
		f.symbols[r["code"]] = r["symbol"]
	}
	return nil
}

func (t *tables) dateRow(r row) error {
	base, _, regional := strings.Cut(r["locale"], "-")
	months := strings.Split(r["months_wide"], "|")
	t.words.addMonths(Lang(base), months)
	t.words.addOrder(Lang(base), r["yMd"])
	f := t.formats[Lang(base)]
	if f == nil || regional {
		return nil
	}
	if !strings.HasSuffix(r["yMd"], "y") {
		t.words.addOrder(Lang(base), r["Md"]+"/y")
	}
	f.date, f.clock = fields(r["date_long"]), fields(r["time_short"])
	f.months, f.halves = months, strings.Split(r["am_pm"], "|")
	return nil
}

func (t *tables) relativeRow(r row) error {
	t.words.addRelative(r["previous"], r["this"], r["next"])
	return nil
}
