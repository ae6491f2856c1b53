// Package transcript plays conversations that are written down: text files
// which are at once tests of the whole product and its manual. The same file
// is spoken on every network.
//
// A line that begins with "#" is a comment; blank lines are free. Everything
// else is something that is done, or something that is expected of it.
//
// # Directives
//
//	! only rooms files      play only where the network can do these
//	! clock 2026-11-24T08:00:00Z   set the clock
//	! clock +7d             let time pass (w, d, h, m, s): due work is done on the way
//	! restart               stop cleanly and start again;  ! kill  without any warning
//	! lang w1 fr            the hint that w1's network gives from now on
//	! room r w1 w2          a group with these members; the first administers it
//	! leave r w1            w1 leaves it
//	! block w1              w1 closes the chat with the bot; speaking opens it again
//	! migrate r             the group gets a new identity
//	! again                 the network delivers the last update once more
//
// # What is said
//
//	w1> /help               in private;  w1@r> /help  in the room r
//	  | and a second line   more of the line above, here and everywhere
//	w1> + photo.jpg words   an attachment; a name with blanks stands in "quotes"
//	w1> ~ /rate acme pay 3  w1's last message there becomes this
//	w1> [Save]              the newest visible button of that label
//	w1> [Save #2]           the one before it, counted back from the newest
//	w1> [Take] in "Acme"    the newest in a message that contains the words
//	attacker> [Take] of c1  forged: c1's button, pressed by the attacker
//	& w2> [Take]            at the same time as the line above
//	server> collective create Tana --language mg
//	                        a command of the server's keeper
//
// w1> [Save] looks through all that w1 sees, w1@r> [Save] through the room.
// At the same time may also happen every directive but "only" and "clock":
// "& ! kill" ends the program in the middle of the line above.
//
// # What is expected
//
//	w1< Acme ...            w1 gets this message
//	w1@r< Acme ...          everyone in the room gets it; any member may be named
//	w1<~ Acme ...           in place of an earlier one
//	w1<+ card.png image/png a file
//	w1< [Change] [Withdraw] the buttons of the message above
//	w1< -                   nothing (more) for w1
//	server< ...             what the keeper's command printed
//
// "..." matches anything, line ends included; a blank beside it stands for any
// white space, or for the end of the message. "[...]" stands for any number of
// buttons. "{code}" captures what it matches, within a line; from then on
// "{code}" is that text, in expectations and in what is said.
//
// A step is something done, with the "&" lines after it, and ends when nothing
// is left to do. All that anybody then got must be listed below it. The order
// matters for each receiver, not between two. An edit that changes nothing
// that can be seen is not listed.
//
// A backslash takes the meaning from the mark after it (\[ \- \{ \. \\), and
// \u{200f} is the character of that number. Marks that cannot be seen are
// printed so. Only the isolates U+2068 and U+2069, which stand around whatever
// was typed, are left out of what is expected and of what is printed;
// everything else is compared exactly.
package transcript
