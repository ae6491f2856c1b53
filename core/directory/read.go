package directory

import (
	"context"
	"fmt"
)

// Entry is what the index holds of a target; false where it holds nothing.
func (x *Index) Entry(id TargetID) (Entry, bool) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	slot, ok := x.t.slots[id]
	if !ok {
		return Entry{}, false
	}
	return x.t.entries[slot], true
}

// Platforms reads all platforms, by name.
func (s *Service) Platforms(ctx context.Context) ([]Platform, error) {
	all, err := s.store.Platforms(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: platforms: %w", err)
	}
	return all, nil
}
