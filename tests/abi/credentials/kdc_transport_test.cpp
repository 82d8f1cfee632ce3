// Programs that carry messages to KDCs themselves.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "abi/support.h"
#include "support/kerberos_files.h"

namespace caller {
namespace {

constexpr std::uint32_t kNoLogonServers = 0xC000005E;

// What was asked, and what is answered.
struct Carrier {
  std::vector<std::string> realms, servers, proxies;
  std::vector<std::uint32_t> services;
  Bytes message;
  bool forced = false;
  std::uint32_t deadline_ms = 0;
  std::size_t room = 0;
  Bytes answer;
  std::size_t answer_size = 0;  // 0: the answer's own
  std::uint32_t nt_status = kNoLogonServers;
  int released = 0;
};

std::uint32_t carry(const opensspi_kdc_request* request, std::uint8_t* answer, std::size_t* size,
                    void* user_data) {
  auto& carrier = *static_cast<Carrier*>(user_data);
  carrier.realms.emplace_back(request->realm);
  carrier.services.push_back(request->service);
  carrier.servers.clear();
  for (const char* const* name = request->servers; *name != nullptr; ++name)
    carrier.servers.emplace_back(*name);
  carrier.proxies.emplace_back(request->proxy == nullptr ? "" : request->proxy);
  carrier.forced = request->proxy_forced != 0;
  carrier.message.assign(request->message, request->message + request->message_size);
  carrier.deadline_ms = request->deadline_ms;
  carrier.room = *size;
  std::ranges::copy(carrier.answer, answer);
  *size = carrier.answer_size != 0 ? carrier.answer_size : carrier.answer.size();
  return carrier.nt_status;
}

void release(void* user_data) {
  ++static_cast<Carrier*>(user_data)->released;
}

class KdcTransport : public testing::Test {
 protected:
  KdcTransport() {
    files_.write_file("realm.conf",
                      "[realms]\nEXAMPLE.TEST = {\n kdc = kdc1.example.test\n"
                      " kdc = tcp/kdc2.example.test:99\n}\n");
    files_.variables().set("KRB5_CONFIG", files_.path("realm.conf"));
    EXPECT_STATUS(SEC_E_OK, opensspi_set_kdc_transport(&transport_));
  }
  ~KdcTransport() override { opensspi_set_kdc_transport(nullptr); }

  SECURITY_STATUS change_password() {
    return ChangeAccountPasswordA(narrow("Kerberos"), narrow("EXAMPLE.TEST"), narrow("alice"),
                                  narrow("old"), narrow("new"), FALSE, 0, nullptr);
  }

  opensspi::test::KerberosFiles files_;
  Carrier carrier_;
  opensspi_kdc_transport transport_{sizeof transport_, carry, &carrier_, release};
};

TEST_F(KdcTransport, IsAskedInThePlaceOfTheNetwork) {
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, change_password());
  EXPECT_EQ(kNoLogonServers, last_error().nt_status);
  EXPECT_STREQ("the program reaches no KDC of the realm", why());
  EXPECT_EQ(std::vector<std::string>{"EXAMPLE.TEST"}, carrier_.realms);
  EXPECT_EQ(std::vector<std::uint32_t>{OPENSSPI_KDC_TICKETS}, carrier_.services);
  EXPECT_EQ((std::vector<std::string>{"kdc1.example.test", "tcp/kdc2.example.test:99"}),
            carrier_.servers);
  EXPECT_EQ(0x6A, carrier_.message.at(0));  // AS-REQ
  EXPECT_EQ(3000u, carrier_.deadline_ms);
  EXPECT_EQ(std::size_t{OPENSSPI_KDC_MAX_ANSWER}, carrier_.room);
  EXPECT_EQ(std::vector<std::string>{""}, carrier_.proxies);
}

TEST_F(KdcTransport, HearsOfTheCredentialsProxy) {
  IdentityW identity(u"alice", u"EXAMPLE.TEST", u"secret");
  Credential credential = acquire_client(u"Kerberos", identity.get());
  const std::u16string server = u"proxy.test:444";
  Bytes settings(sizeof(SecPkgCredentials_KdcProxySettingsW));
  SecPkgCredentials_KdcProxySettingsW head{};
  head.Version = KDC_PROXY_SETTINGS_V1;
  head.Flags = KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY;
  head.ProxyServerOffset = sizeof head;
  head.ProxyServerLength = static_cast<USHORT>(server.size() * sizeof(char16_t));
  std::memcpy(settings.data(), &head, sizeof head);
  const auto* const text = reinterpret_cast<const std::uint8_t*>(server.data());
  settings.insert(settings.end(), text, text + head.ProxyServerLength);
  ASSERT_STATUS(SEC_E_OK,
                SetCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
                                          settings.data(), static_cast<ULONG>(settings.size())));
  CtxtHandle context{};
  SecBuffer token{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &token};
  ULONG attributes = 0;
  EXPECT_STATUS(
      SEC_E_NO_AUTHENTICATING_AUTHORITY,
      InitializeSecurityContextW(credential.get(), nullptr, wide(u"HTTP/web.example.test"),
                                 ISC_REQ_ALLOCATE_MEMORY, 0, 0, nullptr, 0, &context, &output,
                                 &attributes, nullptr));
  EXPECT_EQ(std::vector<std::string>{"proxy.test:444"}, carrier_.proxies);
  EXPECT_TRUE(carrier_.forced);
}

TEST_F(KdcTransport, MayAnswerNonsense) {
  carrier_.nt_status = 0;
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, change_password());  // nothing
  carrier_.answer = Bytes(100, 0x30);
  EXPECT_NE(SEC_E_OK, change_password());
  carrier_.answer_size = OPENSSPI_KDC_MAX_ANSWER + 1;  // more than there is room for
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, change_password());
  EXPECT_STREQ("the program gave no answer of a KDC's", why());
}

TEST_F(KdcTransport, IsReleasedOnce) {
  EXPECT_STATUS(SEC_E_OK, opensspi_set_kdc_transport(nullptr));
  EXPECT_EQ(1, carrier_.released);
  carrier_.realms.clear();
  opensspi_kdc_transport wrong = transport_;
  wrong.size = 0;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_kdc_transport(&wrong));
  wrong = transport_;
  wrong.exchange = nullptr;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_kdc_transport(&wrong));
  EXPECT_EQ(1, carrier_.released);
  EXPECT_STATUS(SEC_E_OK, opensspi_set_kdc_transport(&transport_));
  EXPECT_STATUS(SEC_E_OK, opensspi_set_kdc_transport(&transport_));
  EXPECT_EQ(2, carrier_.released);
}

}  // namespace
}  // namespace caller
