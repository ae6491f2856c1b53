package directory_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"manyhands/core/directory"
)

// BenchmarkFind measures what somebody waits for, at two sizes of directory.
// The aim at 100,000 names is less than 50 µs for an exact name and less than
// 5 ms for 99 of 100 misspelt ones.
func BenchmarkFind(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		names := make([]string, size)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range names {
			names[i] = madeName(r)
		}
		before := heap()
		x := directory.NewIndex()
		start := time.Now()
		for i, n := range names {
			x.Put(requester(i+1, n))
		}
		filled, bytes := time.Since(start), heap()-before
		pick := func() string { return names[r.IntN(size)] }

		b.Run(fmt.Sprintf("exact/%d", size), func(b *testing.B) {
			for b.Loop() {
				x.Find(pick(), directory.Options{})
			}
			b.ReportMetric(float64(bytes)/float64(size), "B/name")
			b.ReportMetric(float64(filled.Microseconds())/float64(size), "µs/put")
		})
		b.Run(fmt.Sprintf("misspelt/%d", size), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				typed := misspell(r, pick())
				start := time.Now()
				x.Find(typed, directory.Options{})
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
		})
		b.Run(fmt.Sprintf("complete/%d", size), func(b *testing.B) {
			for b.Loop() {
				x.Complete(pick()[:3], 25, directory.Options{})
			}
		})
		b.Run(fmt.Sprintf("longest/%d", size), func(b *testing.B) {
			for b.Loop() {
				x.LongestPrefix([]string{pick(), "0,40", "€", "12min", "rejected"}, directory.Options{})
			}
		})
		runtime.KeepAlive(x)
	}
}

func BenchmarkFold(b *testing.B) {
	for what, s := range map[string]string{"latin": "Acme Data Labs", "accents": "Données Brûlées", "arabic": "شركة البيانات"} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				directory.Fold(s)
			}
		})
	}
}

// misspell changes one letter, or makes two change places.
func misspell(r *rand.Rand, s string) string {
	letters := []byte(s)
	at := r.IntN(len(letters) - 1)
	if r.IntN(2) == 0 {
		letters[at] = 'x'
	} else {
		letters[at], letters[at+1] = letters[at+1], letters[at]
	}
	return string(letters)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
