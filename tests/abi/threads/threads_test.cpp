// Many threads at once, as a server has them: logons beside each other, handles that one thread
// frees while others call on them, two threads on one context. Run under ThreadSanitizer too.
#include "abi/credssp/pair.h"
#include "abi/logon/pair.h"
#include "abi/threads/in_threads.h"

namespace caller {
namespace {

TEST(Threads, LogOnBesideEachOther) {
  CredSspPair shared;
  std::atomic<int> logons = 0, refusals = 0;
  in_threads(kThreads, [&](int number) {
    for (int i = 0; i < 3; ++i) {
      Party client = Party::client(shared.client_credential, kClientFlags, kTarget);
      Party server = Party::server(shared.server_credential, kServerFlags);
      talk(client, server);
      if (client.status() == SEC_E_OK && server.status() == SEC_E_OK) ++logons;
      Pair wrong(kNtlm, kEverything, 0, u"Jabberwocky");
      talk(wrong.client, wrong.server);
      if (wrong.server.status() == SEC_E_LOGON_DENIED && last_error().status == SEC_E_LOGON_DENIED)
        ++refusals;
    }
    EXPECT_GE(number, 0);
  });
  EXPECT_EQ(3 * kThreads, logons);
  EXPECT_EQ(3 * kThreads, refusals);
}

// Each call sees the credential as it was, or as it is now; contexts keep theirs.
TEST(Threads, ChangeACredentialThatOthersUse) {
  IdentityW identity;
  Credential shared = acquire_client(u"Negotiate", identity.get());
  in_threads(kThreads, [&](int number) {
    for (int i = 0; i < 50; ++i) {
      if (number % 2 == 0) {
        SecPkgCredentials_KdcProxySettingsW none{};
        none.Version = KDC_PROXY_SETTINGS_V1;
        EXPECT_STATUS(SEC_E_OK,
                      SetCredentialsAttributesW(shared.get(), SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
                                                &none, sizeof none));
        SecPkgCredentials_NamesA names{};
        EXPECT_STATUS(SEC_E_OK,
                      QueryCredentialsAttributesA(shared.get(), SECPKG_CRED_ATTR_NAMES, &names));
        FreeContextBuffer(names.sUserName);
      } else {
        Party client = Party::client(shared, kClientFlags, kTarget);
        EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, client.run().status);
      }
    }
  });
}

// Alike ones share what TLS is set up with, and others do not.
TEST(Threads, AcquireTlsBesideEachOther) {
  in_threads(kThreads, [](int number) {
    for (int i = 0; i < 40; ++i) {
      SCHANNEL_CRED cred{};
      cred.dwVersion = SCHANNEL_CRED_VERSION;
      cred.dwMinimumCipherStrength = (number + i) % 2 == 0 ? 128 : 256;
      cred.grbitEnabledProtocols = (number + i) % 3 == 0 ? SP_PROT_TLS1_3_CLIENT : 0;
      Credential credential = acquire_client(SCHANNEL_NAME_W, &cred);
      SecPkgCred_CipherStrengths strengths{};
      EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesW(
                                  credential.get(), SECPKG_ATTR_CIPHER_STRENGTHS, &strengths));
      EXPECT_EQ(cred.dwMinimumCipherStrength, strengths.dwMinimumCipherStrength);
    }
  });
}

TEST(Threads, LastErrorsAreTheirOwn) {
  in_threads(kThreads, [](int number) {
    for (int i = 0; i < 200; ++i) {
      CredHandle none{};
      SecPkgInfoA* info = nullptr;
      if (number % 2 == 0) {
        EXPECT_EQ(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(&none));
        EXPECT_EQ(SEC_E_INVALID_HANDLE, last_error().status);
      } else {
        EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, QuerySecurityPackageInfoA(narrow("none"), &info));
        EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, last_error().status);
      }
    }
  });
}

// Of all who free one handle, one succeeds.
TEST(Threads, OneOfThemFrees) {
  for (int round = 0; round < 50; ++round) {
    IdentityW identity;
    Credential credential = acquire_client(u"NTLM", identity.get());
    Party context = Party::client(credential, 0);
    context.run();
    std::atomic<int> freed = 0, deleted = 0;
    in_threads(4, [&](int) {
      CtxtHandle context_copy = *context.get();
      CredHandle credential_copy = *credential.get();
      if (DeleteSecurityContext(&context_copy) == SEC_E_OK) ++deleted;
      if (FreeCredentialsHandle(&credential_copy) == SEC_E_OK) ++freed;
    });
    EXPECT_EQ(1, freed);
    EXPECT_EQ(1, deleted);
    credential.release();
  }
}

// One thread deletes a context that others ask and use; each call is good or too late.
TEST(Threads, DeleteWhatOthersUse) {
  for (int round = 0; round < 20; ++round) {
    Pair pair(kNtlm);
    ASSERT_LOGGED_ON(pair.client, pair.server);
    std::atomic<bool> gone = false;
    in_threads(4, [&](int number) {
      CtxtHandle handle = *pair.client.get();
      if (number == 0) {
        std::this_thread::yield();
        EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&handle));
        gone = true;
        return;
      }
      for (SECURITY_STATUS status = SEC_E_OK; status == SEC_E_OK;) {
        const bool was_gone = gone;
        if (number == 1) {
          SecPkgContext_NamesW names{};
          status = QueryContextAttributesW(&handle, SECPKG_ATTR_NAMES, &names);
          if (status == SEC_E_OK) FreeContextBuffer(names.sUserName);
        } else {
          Bytes data(64), token(kSignatureSize);
          Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
          status = number == 2 ? EncryptMessage(&handle, 0, message.get(), 0)
                               : MakeSignature(&handle, 0, message.get(), 0);
        }
        if (status != SEC_E_OK) {
          EXPECT_EQ(SEC_E_INVALID_HANDLE, status);
        }
        EXPECT_FALSE(was_gone && status == SEC_E_OK);
      }
    });
  }
}

TEST(Threads, FreeCredentialsThatOthersLogOnWith) {
  for (int round = 0; round < 10; ++round) {
    IdentityW identity;
    Credential client_credential = acquire_client(u"NTLM", identity.get());
    Credential server_credential = acquire_server("NTLM", nullptr);
    std::atomic<int> begun = 0;
    in_threads(4, [&](int number) {
      if (number == 0) {
        while (begun < 3) std::this_thread::yield();
        CredHandle copy = *client_credential.get();
        EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&copy));
        return;
      }
      for (bool there = true; there;) {
        Party client = Party::client(client_credential, kEverything);
        Party server = Party::server(server_credential);
        talk(client, server);
        ++begun;
        there = client.status() == SEC_E_OK;
        if (there) {
          EXPECT_EQ(SEC_E_OK, server.status());
        } else {
          EXPECT_EQ(SEC_E_INVALID_HANDLE, client.status());
        }
      }
    });
    client_credential.release();
  }
}

// Calls on one context are taken one after the other: every message is whole.
TEST(Threads, ShareOneContext) {
  Pair pair(kNtlm);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  constexpr int kMessages = 50;
  std::vector<std::pair<Bytes, Bytes>> sealed(2 * kMessages);
  in_threads(2, [&](int number) {
    CtxtHandle handle = *pair.client.get();
    for (int i = 0; i < kMessages; ++i) {
      auto& [token, data] = sealed[static_cast<std::size_t>(number * kMessages + i)];
      token.resize(kSignatureSize);
      data = Bytes(100, static_cast<std::uint8_t>(number));
      Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
      EXPECT_EQ(SEC_E_OK, EncryptMessage(&handle, 0, message.get(), 0));
    }
  });
  // The sequence number at the end of each token says in which order.
  std::sort(sealed.begin(), sealed.end(), [](const auto& a, const auto& b) {
    const auto number = [](const Bytes& token) {
      return token[12] | token[13] << 8 | token[14] << 16;
    };
    return number(a.first) < number(b.first);
  });
  for (auto& [token, data] : sealed) {
    Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
    ASSERT_STATUS(SEC_E_OK, DecryptMessage(pair.server.get(), message.get(), 0, nullptr));
    EXPECT_TRUE(data == Bytes(100, 0) || data == Bytes(100, 1));
  }
}

// Two threads drive one handshake: it ends in one of the ways it can, and harms nothing else.
TEST(Threads, DriveOneHandshake) {
  for (int round = 0; round < 20; ++round) {
    CredSspPair pair;
    const Bytes hello = pair.client.run().token;
    const Bytes flight = pair.server.step(hello).token;
    std::atomic<int> good = 0;
    in_threads(2, [&](int) {
      CtxtHandle handle = *pair.client.get();
      Bytes copy = flight;
      SecBuffer in[] = {buffer(SECBUFFER_TOKEN, copy), {0, SECBUFFER_EMPTY, nullptr}};
      SecBufferDesc input{SECBUFFER_VERSION, 2, in};
      SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
      SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
      ULONG attributes = 0;
      const SECURITY_STATUS status = InitializeSecurityContextW(
          pair.client_credential.get(), &handle, wide(kTarget),
          kClientFlags | ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP, &input, 0, &handle,
          &output, &attributes, nullptr);
      if (status == SEC_I_CONTINUE_NEEDED) ++good;
      FreeContextBuffer(out.pvBuffer);
    });
    EXPECT_EQ(1, good);
  }
}

TEST(Threads, ChangeObserversAndAuthority) {
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> events = 0;
  const auto count = [](const opensspi_event*, void* user) {
    ++*static_cast<std::atomic<std::uint64_t>*>(user);
  };
  const auto ignore = [](std::int32_t, const char*, const char*, std::int64_t, void*) {};
  const opensspi_authority authority = users().authority();
  in_threads(4, [&](int number) {
    if (number == 0) {
      for (int i = 0; i < 100; ++i) {
        opensspi_set_event_callback(i % 2 == 0 ? +count : nullptr, &events);
        opensspi_set_log_callback(i % 2 == 0 ? +ignore : nullptr, OPENSSPI_LOG_DEBUG, nullptr);
        EXPECT_EQ(SEC_E_OK, opensspi_set_authority(&authority));
        EXPECT_EQ(SEC_E_OK, opensspi_reload_policy());
      }
      done = true;
      return;
    }
    while (!done) {
      IdentityW identity;
      Credential client_credential = acquire_client(u"NTLM", identity.get());
      Credential server_credential;
      EXPECT_EQ(SEC_E_OK, AcquireCredentialsHandleA(nullptr, narrow("NTLM"), SECPKG_CRED_INBOUND,
                                                    nullptr, nullptr, nullptr, nullptr,
                                                    server_credential.get(), nullptr));
      Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
      talk(client, server);
      EXPECT_TRUE(server.status() == SEC_E_OK ||
                  server.status() == SEC_E_NO_AUTHENTICATING_AUTHORITY)
          << opensspi_status_name(server.status());
    }
  });
  opensspi_set_event_callback(nullptr, nullptr);
  opensspi_set_log_callback(nullptr, OPENSSPI_LOG_ERROR, nullptr);
  EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
}

TEST(Threads, ShareCertificates) {
  const PCCERT_CONTEXT certificate = server_certificate();
  in_threads(4, [&](int) {
    for (int i = 0; i < 200; ++i) {
      const PCCERT_CONTEXT mine = CertDuplicateCertificateContext(certificate);
      ASSERT_EQ(certificate, mine);
      int count = 0;
      for (PCCERT_CONTEXT at = nullptr;
           (at = CertEnumCertificatesInStore(mine->hCertStore, at)) != nullptr;)
        ++count;
      EXPECT_EQ(1, count);
      EXPECT_TRUE(CertFreeCertificateContext(mine));
    }
  });
}

}  // namespace
}  // namespace caller
