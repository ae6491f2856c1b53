package telegramtest

import "time"

// Knobs are what a test may turn. The defaults are the real server's habits,
// except that nothing makes a test wait in real time.
type Knobs struct {
	// BotName and BotUsername are what getMe tells.
	BotName, BotUsername string
	// ReadAll switches privacy mode off: the bot gets every message of a group.
	ReadAll bool
	// CallbackLife is how long a press can be answered; not documented, 15 s are
	// reported at telegraf/telegraf#1839.
	CallbackLife time.Duration
	// PressExpiry is how long an unfetched callback_query stays in the queue
	// (srv Client.cpp:17158), MessageExpiry the same for messages (17056).
	PressExpiry, MessageExpiry time.Duration
	// InaccessibleAfter is the age from which a pressed message comes without
	// its content; zero means never.
	InaccessibleAfter time.Duration
	// AnswerTwice lets a press be answered again; the real server does not
	// accept it (php-telegram-bot/core#893).
	AnswerTwice bool
	// StrictPolling plays the two habits that cost real seconds: the same
	// offset again within 3 s is held for 3 s and within half a second limited
	// to one update (srv Client.cpp:15711-15719), and a second conflict within
	// 3 s is told 3 s later (16238-16250).
	StrictPolling bool
	// PollCap shortens how long a poll is held, whatever its timeout; zero
	// means not.
	PollCap time.Duration
	// WebhookPause is the least time between two setWebhook calls
	// (srv Client.cpp:15733).
	WebhookPause time.Duration
	// DeleteWithin is how old a message may be to be deleted (spec
	// deleteMessage).
	DeleteWithin time.Duration
	// ThreadNeedsTopics refuses a message_thread_id in a supergroup whose
	// topics were switched off, as bots met it (tucnak/telebot#762). The
	// published server ignores it (srv Client.cpp:8255-8290), which is the
	// default.
	ThreadNeedsTopics bool
	// PrivateRate and GroupRate limit what the bot sends and edits in one chat,
	// by the clock; the zero Rate means no limit. Telegram's own advice is one
	// message a second in a chat and 20 a minute in a group
	// (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
	PrivateRate, GroupRate Rate
	// MaxUpload and MaxDownload are sizes of files in bytes (spec "Sending
	// files", getFile).
	MaxUpload, MaxDownload int64
}

// Rate is at most Count within Per.
type Rate struct {
	Count int
	Per   time.Duration
}

func defaultKnobs() Knobs {
	return Knobs{
		BotName: "Test bot", BotUsername: "manyhands_test_bot",
		CallbackLife: 15 * time.Second, PressExpiry: 150 * time.Second, MessageExpiry: 24 * time.Hour,
		WebhookPause: time.Second, DeleteWithin: 48 * time.Hour,
		MaxUpload: 50 << 20, MaxDownload: 20 << 20,
	}
}

// Turn changes knobs; what turn does not touch stays.
func (s *Server) Turn(turn func(*Knobs)) {
	s.mu.Lock()
	defer s.unlock()
	turn(&s.knobs)
	s.bot.FirstName, s.bot.Username = s.knobs.BotName, s.knobs.BotUsername
}

// allowRate counts one more message in the chat, or refuses it as too many.
func (s *Server) allowRate(c *chat) error {
	rate := s.knobs.GroupRate
	if c.kind == Private {
		rate = s.knobs.PrivateRate
	}
	if rate.Count <= 0 || rate.Per <= 0 {
		return nil
	}
	now := s.clock()
	recent := s.sent[c.id][:0]
	for _, t := range s.sent[c.id] {
		if now.Sub(t) < rate.Per {
			recent = append(recent, t)
		}
	}
	s.sent[c.id] = recent
	if len(recent) >= rate.Count {
		left := rate.Per - now.Sub(recent[len(recent)-rate.Count])
		return tooMany(int((left + time.Second - 1) / time.Second))
	}
	s.sent[c.id] = append(recent, now)
	return nil
}
