package webchat

// TakeLines sets how many pages are kept up to date at a time, before the
// first one is.
func (c *Chat) TakeLines(most int) { c.hub.most = most }
