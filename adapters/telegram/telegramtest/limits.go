package telegramtest

// The limits of what a bot sends (https://core.telegram.org/bots/api, unless
// said otherwise).
const (
	maxText         = 4096 // code points after parsing
	maxCaption      = 1024 // the same
	maxEntities     = 100  // further ones are ignored (tdlib/telegram-bot-api#820)
	maxCallbackData = 64   // bytes
	maxCallbackText = 200  // characters
	maxCommands     = 100
	maxCommandName  = 32
	maxCommandText  = 256
	// maxCommandSum is where BOT_COMMANDS_TOO_MUCH was met below a hundred
	// commands, in bytes of names and descriptions (hermes-agent#4006).
	maxCommandSum   = 4096
	maxDeleted      = 100
	maxPhoto        = 10 << 20
	maxPhotoSides   = 10_000 // width and height together
	maxPhotoRatio   = 20
	fileLinkMinutes = 60
)
