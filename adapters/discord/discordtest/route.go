package discordtest

import "net/http"

// routes are all that this server answers. Those that carry an interaction's
// token need no Authorization header, and count towards no global limit
// (dd:interactions/receiving-and-responding.mdx "Endpoints").
var routes = []route{
	{"GET", "/gateway", true, getGateway},
	{"GET", "/gateway/bot", false, getGatewayBot},
	{"GET", "/users/@me", false, getMe},
	{"GET", "/users/{user}", false, getUser},
	{"GET", "/applications/@me", false, getApplication},
	{"GET", "/oauth2/applications/@me", false, getApplication},
	{"POST", "/users/@me/channels", false, openDirect},

	{"GET", "/applications/{application}/commands", false, listCommands},
	{"POST", "/applications/{application}/commands", false, makeCommand},
	{"PUT", "/applications/{application}/commands", false, replaceCommands},
	{"GET", "/applications/{application}/commands/{command}", false, getCommand},
	{"PATCH", "/applications/{application}/commands/{command}", false, editCommand},
	{"DELETE", "/applications/{application}/commands/{command}", false, deleteCommand},
	{"GET", "/applications/{application}/guilds/{guild}/commands", false, listCommands},
	{"POST", "/applications/{application}/guilds/{guild}/commands", false, makeCommand},
	{"PUT", "/applications/{application}/guilds/{guild}/commands", false, replaceCommands},
	{"GET", "/applications/{application}/guilds/{guild}/commands/{command}", false, getCommand},
	{"PATCH", "/applications/{application}/guilds/{guild}/commands/{command}", false, editCommand},
	{"DELETE", "/applications/{application}/guilds/{guild}/commands/{command}", false, deleteCommand},

	{"POST", "/interactions/{interaction}/{token}/callback", true, answerInteraction},
	{"POST", "/webhooks/{application}/{token}", true, followUp},
	{"GET", "/webhooks/{application}/{token}/messages/{message}", true, getAnswer},
	{"PATCH", "/webhooks/{application}/{token}/messages/{message}", true, editAnswer},
	{"DELETE", "/webhooks/{application}/{token}/messages/{message}", true, deleteAnswer},

	{"GET", "/guilds/{guild}", false, getGuild},
	{"GET", "/guilds/{guild}/channels", false, getGuildChannels},
	{"GET", "/channels/{channel}", false, getChannel},
	{"POST", "/channels/{channel}/typing", false, typing},
	{"GET", "/channels/{channel}/messages", false, listMessages},
	{"POST", "/channels/{channel}/messages", false, postMessage},
	{"GET", "/channels/{channel}/messages/{message}", false, getMessage},
	{"PATCH", "/channels/{channel}/messages/{message}", false, patchMessage},
	{"DELETE", "/channels/{channel}/messages/{message}", false, deleteMessage},
}

// getGateway is dd:events/gateway.mdx "Get Gateway".
func getGateway(s *Server, _ *query) (int, any, *Refusal) {
	return http.StatusOK, object{"url": s.gatewayURL()}, nil
}

// getGatewayBot is dd:events/gateway.mdx "Get Gateway Bot", with what is left
// of the day's identifications.
func getGatewayBot(s *Server, _ *query) (int, any, *Refusal) {
	now := s.clock()
	used := within(s.gateway.identifies, now, identifyDay)
	reset := int64(0)
	if len(used) > 0 {
		reset = used[0].Add(identifyDay).Sub(now).Milliseconds()
	}
	return http.StatusOK, object{
		"url":    s.gatewayURL(),
		"shards": 1,
		"session_start_limit": object{
			"total":           s.gateway.total,
			"remaining":       max(0, s.gateway.total-len(used)),
			"reset_after":     reset,
			"max_concurrency": max(1, s.gateway.concurrency),
		},
	}, nil
}

func getMe(s *Server, _ *query) (int, any, *Refusal) {
	return http.StatusOK, s.userObject(s.bot), nil
}

func getUser(s *Server, q *query) (int, any, *Refusal) {
	if u := s.user(q.args["user"]); u != nil {
		return http.StatusOK, s.userObject(u), nil
	}
	return 0, nil, errUnknownUser
}

// getApplication is dd:resources/application.mdx "Get Current Application".
func getApplication(s *Server, _ *query) (int, any, *Refusal) {
	return http.StatusOK, object{
		"id":                       s.app.id,
		"name":                     s.bot.Name,
		"description":              "",
		"icon":                     nil,
		"bot_public":               true,
		"bot_require_code_grant":   false,
		"verify_key":               "",
		"flags":                    0,
		"bot":                      s.userObject(s.bot),
		"integration_types_config": object{"0": object{}, "1": object{}},
	}, nil
}

func getGuild(s *Server, q *query) (int, any, *Refusal) {
	g := s.guild(q.args["guild"])
	if g == nil || !g.bot {
		return 0, nil, errUnknownGuild
	}
	return http.StatusOK, s.guildObject(g), nil
}

func getGuildChannels(s *Server, q *query) (int, any, *Refusal) {
	g := s.guild(q.args["guild"])
	if g == nil || !g.bot {
		return 0, nil, errUnknownGuild
	}
	list := []object{}
	for _, c := range g.channels {
		if !c.deleted && !c.thread() {
			list = append(list, s.channelObject(c))
		}
	}
	return http.StatusOK, list, nil
}
