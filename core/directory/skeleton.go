package directory

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Skeleton is what a name looks like, in plain Latin letters: two names with
// one skeleton can be mistaken for each other by eye. It follows the skeleton
// of UTS #39 (Unicode Security Mechanisms, section 4) on the folded name, with
// a table of our own ([confusable]), and with the pairs that deceive within
// Latin: 0 and o, 1 and l, rn and m, vv and w, a capital I inside a word and l.
//
// It is for comparing only, never for showing, and it is not stable: a
// skeleton is not kept anywhere.
func Skeleton(s string) string {
	return deceiving.Replace(Fold(reading(s)))
}

var deceiving = strings.NewReplacer("0", "o", "1", "l", "m", "rn", "vv", "w")

// Lookalike tells whether name could be mistaken for existing by eye, though
// it is another name. The same name in another case, or with accents, is the
// same name and no look-alike.
func Lookalike(name, existing string) bool {
	return Fold(name) != Fold(existing) && Skeleton(name) == Skeleton(existing)
}

// reading spells in Latin the letters of s that look Latin.
func reading(s string) string {
	var out strings.Builder
	last := rune(0)
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")) {
		switch latin, ok := confusable[r]; {
		case ok:
			out.WriteRune(latin)
		case r == 'I' && unicode.IsLower(last):
			out.WriteByte('l')
		default:
			out.WriteRune(r)
		}
		if !unicode.Is(unicode.M, r) {
			last = r
		}
	}
	return norm.NFC.String(out.String())
}

// MixedScripts tells whether one word of s mixes letters of alphabets that
// look alike (Latin, Cyrillic, Greek and the like). A name of two words in two
// scripts is common and is not meant; nor is Latin within Arabic, Chinese,
// Japanese or Korean, where nothing can be mistaken.
func MixedScripts(s string) bool {
	var word *unicode.RangeTable
	for _, r := range s {
		if !unicode.In(r, unicode.L, unicode.M) && !invisible(r) {
			word = nil
			continue
		}
		script := alphabetOf(r)
		if script == nil {
			continue
		}
		if word != nil && word != script {
			return true
		}
		word = script
	}
	return false
}

// alphabetOf is the alphabet of r among those that look alike, nil for others.
func alphabetOf(r rune) *unicode.RangeTable {
	for _, t := range alike {
		if unicode.Is(t, r) {
			return t
		}
	}
	return nil
}

var alike = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian,
	unicode.Cherokee, unicode.Coptic, unicode.Lisu,
}

// confusable gives the Latin letter (or digit) that a letter of another script
// looks like. The facts are those of confusables.txt in UTS #39, Unicode
// Security Mechanisms, kept to the letters that have a single Latin
// counterpart. Added to them: small letters drawn as small capitals (в к м н
// т, κ), since their capitals deceive and case must not decide.
var confusable = pairs(
	// Cyrillic
	"АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ҮY ХX ԌG ԚQ ԜW ѴV Ӏl З3 Ьb",
	"аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy үy хx ԍg ԛq ԝw ѵv ӏl ԁd һh ҽe гr пn з3 ьb ѡw ꙇi ᴫl",
	// Greek
	"ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ͿJ ϒY ϺM ϜF",
	"αa γy ιi κk νv οo ρp σo τt υu χx ϲc ϳj ηn ωw ϱp ᴦr",
	// Armenian
	"ՕO ՏS ՍU օo հh ոn ռn սu ցg քf գq զq յj աw",
	// Cherokee
	"ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏒR ᏕS ᏚS ᎢT ᏙV ᎳW ᏔW ᎩY ᏃZ Ꮟb Ꭵi Ꮷd Ꮒh ꮯc ꮪs ꮩv ꮃw ꮓz ꮁr",
	// Coptic and Lisu
	"ⲤC ⲎH ⲔK ⲘM ⲚN ⲞO ⲢP ⲦT ⲬX ⲨY ⲥc ⲟo ⲣp",
	"ꓮA ꓐB ꓚC ꓓD ꓰE ꓝF ꓖG ꓧH ꓙJ ꓗK ꓡL ꓟM ꓠN ꓳO ꓑP ꓣR ꓢS ꓔT ꓴU ꓦV ꓪW ꓫX ꓬY ꓜZ ꓲl ꓒd",
)

// pairs reads a table in which each word is a letter and what it looks like.
func pairs(lines ...string) map[rune]rune {
	table := map[rune]rune{}
	for _, line := range lines {
		for _, pair := range strings.Fields(line) {
			r := []rune(pair)
			table[r[0]] = r[1]
		}
	}
	return table
}
