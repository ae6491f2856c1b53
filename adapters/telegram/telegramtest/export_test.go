package telegramtest

// ParseHTML lets the tests read HTML without a server.
var ParseHTML = parseHTML
