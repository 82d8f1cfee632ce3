// Who watches: event callback, log sink, key log. None of them may see a secret, and each may be
// taken away again.
#include <algorithm>

#include "pair.h"

namespace caller {
namespace {

struct Event {
  std::uint64_t context;
  std::int32_t side;
  std::uint32_t leg;
  std::string package, received, sent;
  std::size_t bytes_in, bytes_out;
  std::uint64_t nanoseconds;
  SECURITY_STATUS status;
};

void note_event(const opensspi_event* event, void* user) {
  static_cast<std::vector<Event>*>(user)->push_back(
      {event->context, event->side, event->leg, event->package, event->received, event->sent,
       event->bytes_in, event->bytes_out, event->nanoseconds, event->status});
}

class Events : public testing::Test {
 protected:
  Events() { opensspi_set_event_callback(note_event, &events); }
  ~Events() override { opensspi_set_event_callback(nullptr, nullptr); }

  [[nodiscard]] std::vector<Event> of(std::int32_t side) const {
    std::vector<Event> some;
    std::copy_if(events.begin(), events.end(), std::back_inserter(some),
                 [side](const Event& event) { return event.side == side; });
    return some;
  }

  std::vector<Event> events{};
};

TEST_F(Events, ComeForEachLegOfBothSides) {
  CredSspPair pair;
  ASSERT_LOGGED_ON(pair.client, pair.server);
  for (const std::int32_t side : {OPENSSPI_CLIENT, OPENSSPI_SERVER}) {
    const Party& party = side == OPENSSPI_CLIENT ? pair.client : pair.server;
    const std::vector<Event> its = of(side);
    ASSERT_EQ(party.legs().size(), its.size());
    for (std::size_t i = 0; i < its.size(); ++i) {
      EXPECT_EQ(i + 1, its[i].leg);
      EXPECT_EQ(its[0].context, its[i].context);
      EXPECT_EQ("CREDSSP", its[i].package);
      EXPECT_EQ(party.legs()[i].token.size(), its[i].bytes_out);
      EXPECT_EQ(party.legs()[i].status, its[i].status);
      EXPECT_GT(its[i].nanoseconds, 0u);
      EXPECT_EQ(its[i].bytes_out == 0, its[i].sent.empty());
      EXPECT_EQ(its[i].bytes_in == 0, its[i].received.empty());
    }
  }
  EXPECT_NE(of(OPENSSPI_CLIENT)[0].context, of(OPENSSPI_SERVER)[0].context);
}

TEST_F(Events, NameTheMessages) {
  CredSspPair pair({.client_protocols = SP_PROT_TLS1_3_CLIENT});
  ASSERT_LOGGED_ON(pair.client, pair.server);
  const std::vector<Event> client = of(OPENSSPI_CLIENT), server = of(OPENSSPI_SERVER);
  ASSERT_EQ(4u, client.size());
  ASSERT_EQ(4u, server.size());
  EXPECT_EQ("", client[0].received);
  EXPECT_EQ("TLS ClientHello", client[0].sent);
  EXPECT_EQ("TLS ClientHello", server[0].received);
  EXPECT_EQ("TLS ServerHello", server[0].sent);
  EXPECT_EQ("TLS Finished; TSRequest: NEGOTIATE_MESSAGE", client[1].sent);
  EXPECT_EQ("TSRequest: CHALLENGE_MESSAGE", server[1].sent);
  EXPECT_EQ("TSRequest: CHALLENGE_MESSAGE", client[2].received);
  EXPECT_EQ("TSRequest: AUTHENTICATE_MESSAGE, pubKeyAuth", client[2].sent);
  EXPECT_EQ("TSRequest: pubKeyAuth", server[2].sent);
  EXPECT_EQ("TSRequest: authInfo", client[3].sent);
  EXPECT_EQ("TSRequest: authInfo", server[3].received);
  EXPECT_EQ("", server[3].sent);
  // What one side sends the other takes, byte for byte.
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(client[i].bytes_out, server[i].bytes_in);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(server[i].bytes_out, client[i + 1].bytes_in);
}

TEST_F(Events, TellARefusal) {
  CredSspPair pair({.password = u"Jabberwocky"});
  talk(pair.client, pair.server);
  EXPECT_EQ("TSRequest: errorCode", of(OPENSSPI_SERVER).back().sent);
  EXPECT_EQ(SEC_E_LOGON_DENIED, of(OPENSSPI_SERVER).back().status);
  EXPECT_GT(of(OPENSSPI_SERVER).back().bytes_out, 0u);
  EXPECT_EQ("TSRequest: errorCode", of(OPENSSPI_CLIENT).back().received);
  EXPECT_EQ(SEC_E_LOGON_DENIED, of(OPENSSPI_CLIENT).back().status);
}

TEST_F(Events, DoNotComeForIncompleteInput) {
  CredSspPair pair;
  const Bytes hello = pair.client.run().token;
  pair.server.step({hello.data(), 7});
  EXPECT_TRUE(of(OPENSSPI_SERVER).empty());
  Bytes more = hello;
  more.push_back(0x16);
  pair.server.step(more);
  ASSERT_EQ(1u, of(OPENSSPI_SERVER).size());
  EXPECT_EQ(1u, of(OPENSSPI_SERVER)[0].leg);
  EXPECT_EQ(hello.size(), of(OPENSSPI_SERVER)[0].bytes_in);  // without what is EXTRA
}

TEST_F(Events, ComeForNtlmToo) {
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
  ASSERT_LOGGED_ON(client, server);
  ASSERT_EQ(4u, events.size());
  EXPECT_EQ("NEGOTIATE_MESSAGE", events[0].sent);
  EXPECT_EQ("CHALLENGE_MESSAGE", events[1].sent);
  EXPECT_EQ("AUTHENTICATE_MESSAGE", events[2].sent);
  EXPECT_EQ("AUTHENTICATE_MESSAGE", events[3].received);
  EXPECT_EQ("NTLM", events[0].package);
}

// The context is not locked while its callback runs.
TEST(EventCallback, MayAskAboutTheContext) {
  struct Asking {
    CtxtHandle* context = nullptr;
    std::vector<SECURITY_STATUS> answers{};
    static void ask(const opensspi_event* event, void* user) {
      auto& self = *static_cast<Asking*>(user);
      if (event->side != OPENSSPI_SERVER || event->leg == 1) return;
      opensspi_error error{};
      self.answers.push_back(opensspi_context_error(self.context, &error));
    }
  };
  CredSspPair pair({.password = u"Jabberwocky"});
  Asking asking{pair.server.get()};
  opensspi_set_event_callback(Asking::ask, &asking);
  talk(pair.client, pair.server);
  opensspi_set_event_callback(nullptr, nullptr);
  EXPECT_FALSE(asking.answers.empty());
  for (const SECURITY_STATUS answer : asking.answers) EXPECT_STATUS(SEC_E_OK, answer);
}

struct Line {
  std::int32_t level;
  std::string room, text;
  std::int64_t value;
};

void note_line(std::int32_t level, const char* room, const char* text, std::int64_t value,
               void* user) {
  static_cast<std::vector<Line>*>(user)->push_back({level, room, text, value});
}

std::vector<Line> lines_of_a_logon(const SEC_WCHAR* password, std::int32_t maximum_level) {
  std::vector<Line> lines;
  opensspi_set_log_callback(note_line, maximum_level, &lines);
  {
    CredSspPair pair({.password = password});
    talk(pair.client, pair.server);
  }
  opensspi_set_log_callback(nullptr, OPENSSPI_LOG_DEBUG, nullptr);
  CredSspPair unheard({.password = password});
  talk(unheard.client, unheard.server);
  return lines;
}

TEST(Log, TellsWhyALogonFailed) {
  const std::vector<Line> lines = lines_of_a_logon(u"Jabberwocky", OPENSSPI_LOG_WARNING);
  const auto found = std::find_if(lines.begin(), lines.end(),
                                  [](const Line& line) { return line.text == "wrong password"; });
  ASSERT_NE(lines.end(), found);
  EXPECT_EQ(OPENSSPI_LOG_WARNING, found->level);
  EXPECT_EQ(0xC000006A, found->value);
  EXPECT_FALSE(found->room.empty());
  for (const Line& line : lines) EXPECT_LE(line.level, OPENSSPI_LOG_WARNING);
}

TEST(Log, TellsThatALogonWentWell) {
  EXPECT_TRUE(lines_of_a_logon(u"Queen of \u2665", OPENSSPI_LOG_WARNING).empty());
  EXPECT_EQ(2u, lines_of_a_logon(u"Queen of \u2665", OPENSSPI_LOG_INFO).size());
}

TEST(Log, SaysNoNames) {
  for (const Line& line : lines_of_a_logon(u"Jabberwocky", OPENSSPI_LOG_DEBUG)) {
    for (const char* name : {"alice", "WONDERLAND", "Jabber"})
      EXPECT_EQ(std::string::npos, line.text.find(name)) << line.text;
  }
}

void note_key(const char* line, void* user) {
  static_cast<std::vector<std::string>*>(user)->push_back(line);
}

TEST(KeyLog, IsForCredentialsAcquiredWhileItIsInstalled) {
  std::vector<std::string> lines;
  CredSspPair before({.client_protocols = SP_PROT_TLS1_2_CLIENT});
  opensspi_set_key_log_callback(note_key, &lines);
  CredSspPair pair({.client_protocols = SP_PROT_TLS1_2_CLIENT});
  CredSspPair newer({.client_protocols = SP_PROT_TLS1_3_CLIENT});
  ASSERT_LOGGED_ON(before.client, before.server);
  EXPECT_TRUE(lines.empty());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  ASSERT_EQ(2u, lines.size());  // one of each side
  EXPECT_EQ(0u, lines[0].find("CLIENT_RANDOM "));
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_EQ(std::string::npos, lines[0].find('\n'));
  lines.clear();
  ASSERT_LOGGED_ON(newer.client, newer.server);
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("CLIENT_TRAFFIC_SECRET_0 ");
  }));
  opensspi_set_key_log_callback(nullptr, nullptr);
  lines.clear();
  CredSspPair after;
  ASSERT_LOGGED_ON(after.client, after.server);
  EXPECT_TRUE(lines.empty());
}

}  // namespace
}  // namespace caller
