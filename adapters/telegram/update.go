package telegram

// The shapes of updates, as much of them as the bot reads
// (https://core.telegram.org/bots/api#update). Unknown fields and kinds are
// passed over.

type update struct {
	Message       *message    `json:"message"`
	EditedMessage *message    `json:"edited_message"`
	ChannelPost   *message    `json:"channel_post"`
	CallbackQuery *callback   `json:"callback_query"`
	MyChatMember  *membership `json:"my_chat_member"`
}

type user struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Language string `json:"language_code"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

func (c chat) private() bool { return c.Type == "private" }

// group is true for a chat whose members write themselves: no channel.
func (c chat) group() bool { return c.Type == "group" || c.Type == "supergroup" }

type message struct {
	ID         int64  `json:"message_id"`
	Thread     int64  `json:"message_thread_id"`
	InTopic    bool   `json:"is_topic_message"`
	From       *user  `json:"from"`
	SenderChat *chat  `json:"sender_chat"`
	Forwarded  bool   `json:"is_automatic_forward"`
	Chat       chat   `json:"chat"`
	Date       int64  `json:"date"`
	EditDate   int64  `json:"edit_date"`
	Text       string `json:"text"`
	Caption    string `json:"caption"`

	Photo     []file `json:"photo"`
	Document  *file  `json:"document"`
	Animation *file  `json:"animation"`
	Audio     *file  `json:"audio"`
	Video     *file  `json:"video"`
	VideoNote *file  `json:"video_note"`
	Voice     *file  `json:"voice"`

	// What a person sends that is neither a text nor a file for the bot.
	Sticker   *present `json:"sticker"`
	Story     *present `json:"story"`
	PaidMedia *present `json:"paid_media"`
	Contact   *present `json:"contact"`
	Dice      *present `json:"dice"`
	Game      *present `json:"game"`
	Poll      *present `json:"poll"`
	Checklist *present `json:"checklist"`
	Venue     *present `json:"venue"`
	Location  *present `json:"location"`

	MigrateTo   int64 `json:"migrate_to_chat_id"`
	MigrateFrom int64 `json:"migrate_from_chat_id"`
}

// present is a field of which only its presence counts.
type present struct{}

// UnmarshalJSON takes anything.
func (*present) UnmarshalJSON([]byte) error { return nil }

type file struct {
	Name string `json:"file_name"`
	Size int64  `json:"file_size"`
}

type callback struct {
	ID   string `json:"id"`
	From user   `json:"from"`
	// Message is without its content where it is too old or deleted
	// (https://core.telegram.org/bots/api#inaccessiblemessage), and absent
	// where a button of an inline-mode message was pressed.
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type membership struct {
	Chat chat  `json:"chat"`
	From user  `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status   string `json:"status"`
		IsMember bool   `json:"is_member"`
	} `json:"new_chat_member"`
}
