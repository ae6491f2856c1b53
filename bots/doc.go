// Package bots is the bot itself, the same on every network: what somebody
// writes or presses comes in, becomes a call of a command, and what is to be
// said goes out. It knows no network and no database: those are ports
// (Network, Store), and adapters stand behind them. The conversations are in
// bots/commands, the sentences in bots/locale.
//
// # Receive, handle, send
//
// Networks deliver at least once, and the process may die between any two
// lines. So a message makes three steps, each in transactions of its own:
//
//   - Receive. A network brings an Arrival, which Bot.Receive stores under the
//     network's own key, once, before the network hears that it was taken.
//   - Handle. In the order of its chat (its lane) the arrival is decoded into a
//     Message. That becomes a Call, alone or by going on with a Dialog, and the
//     command's Run or Actions give an Answer. What they change, the dialog,
//     and the answer as rows of the outbox are one commit: all of it happens,
//     once, or nothing does. A core.Error is an answer too: it undoes what the
//     command did, and is told to the person.
//   - Send. The rows of a chat leave in order. Each is split into parts within
//     the network's limits, and what was sent is remembered. A part may be sent
//     twice, but is not forgotten: it is tried until the network takes or
//     refuses it, or has failed too often.
//
// What has a time (a publication, a digest) is a Due: Bot.RunDue does it in a
// transaction, and what comes of it leaves by the same outbox.
//
// # Where to start reading
//
// Command (command.go) and Reply (reply.go) are what a conversation is made of;
// bots/commands/rename.go is a short one. Network (network.go) is what a chat
// network must do. The path of a message begins with Bot.Receive in handle.go
// and goes on through understand.go (what was meant), dialog.go (questions and
// panels), control.go (/back and /cancel) and outbox.go. The contract with the
// database is Store (store.go), above all that of InTx.
package bots
