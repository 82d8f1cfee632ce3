// opensspi serve: an RDP server that does Network Level Authentication, tells who logged on or why
// not, and ends the connection. One thread looks after the listening sockets and the signals; each
// connection has a thread of its own, because AcceptSecurityContext may wait for an authority.
#include <signal.h>
#include <stdlib.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "console.h"
#include "endpoint.h"
#include "key_log.h"
#include "privileges.h"
#include "serve_connection.h"
#include "server_certificate.h"
#include "status.h"
#include "subcommands.h"
#include "tcp_stream.h"

namespace opensspi::command {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMaximumConnections = 512;  // more wait in the listening sockets
constexpr std::chrono::seconds kFlushEvery{1};

struct ServeOptions {
  std::vector<std::string> listen{"127.0.0.1:3389"};
  CertificateFiles certificate;
  std::string user, key_log, keytab, authority = "auto";
  std::vector<std::string> allowed;
  double deadline_seconds = 15;
  bool json = false, once = false, quiet = false;
};

void say(const std::string& text) {
  print(Output::Progress, text);
}

tcp::acceptor listen_on(asio::io_context& sockets, const std::string& text) {
  const Endpoint wanted = parse_endpoint(text, std::nullopt);
  asio::error_code error;
  const auto addresses = tcp::resolver(sockets).resolve(
      wanted.host, std::to_string(wanted.port),
      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) throw CommandError(ExitCode::Usage, wanted.host + ": " + error.message());
  const tcp::endpoint address = *addresses.begin();
  tcp::acceptor acceptor(sockets);
  acceptor.open(address.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(address, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) throw CommandError(ExitCode::Network, wanted.text() + ": " + error.message());
  return acceptor;
}

// What the policy files say, for when the library has just read them: what is announced is then
// what is in force.
bool takes_remote_guard() {
  bool takes = false;
  opensspi_policy_list(
      [](const opensspi_policy_setting* setting, void* user) {
        const bool is_it = std::string_view(setting->key) == "credssp.remote_guard";
        if (is_it) *static_cast<bool*>(user) = std::string_view(setting->value) == "true";
        return is_it ? 1 : 0;
      },
      &takes, nullptr);
  return takes;
}

class Server {
 public:
  explicit Server(const ServeOptions& options)
      : options_(options), signals_(sockets_, SIGHUP, SIGTERM, SIGINT), flush_timer_(sockets_) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    connection_options_.deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
        Milliseconds(options.deadline_seconds * 1000));
    connection_options_.allowed = options.allowed;
    connection_options_.json = options.json;
    connection_options_.quiet = options.quiet;
  }

  void open() {
    for (const std::string& address : options_.listen)
      acceptors_.push_back(listen_on(sockets_, address));
    open_accounts();
    connection_options_.takes_remote_guard = takes_remote_guard();
    certificate_ = options_.certificate.given() ? load_certificate(options_.certificate)
                                                : own_certificate(accounts_path_);
    credential_ = Credential::inbound(certificate_);
    become_user(options_.user);
    tell_kerberos();
    for (const tcp::acceptor& acceptor : acceptors_) {
      const tcp::endpoint address = acceptor.local_endpoint();
      say("listening on " + Endpoint{address.address().to_string(), address.port()}.text());
    }
    say("certificate: " + printable(subject_of(certificate_.get())) + ", SHA-256 " +
        fingerprint_of(certificate_.get()));
  }

  void run() {
    await_signal();
    await_flush();
    for (tcp::acceptor& acceptor : acceptors_) accept(acceptor);
    sockets_.run();
    opensspi_accounts_flush();
  }

 private:
  struct Client {
    std::thread thread;
    tcp::acceptor* acceptor = nullptr;
  };

  void open_accounts() {
    opensspi_accounts* accounts = nullptr;
    check(opensspi_accounts_open(nullptr, &accounts), "the accounts");
    const std::unique_ptr<opensspi_accounts, void (*)(opensspi_accounts*)> owner(
        accounts, opensspi_accounts_close);
    accounts_path_ = opensspi_accounts_path(accounts);
    bool any = false;
    const auto found = [](const opensspi_account*, void* user) {
      *static_cast<bool*>(user) = true;
      return 1;
    };
    check(opensspi_account_list(accounts, found, &any), "the accounts");
    if (!any && options_.authority != "winbind")
      say("there are no accounts yet: make one with 'opensspi account add USER'");
  }

  // As whom clients with tickets find the server: as the user that it has become.
  void tell_kerberos() const {
    CredHandle handle{};
    char package[] = "Kerberos";
    const SECURITY_STATUS status =
        AcquireCredentialsHandleA(nullptr, package, SECPKG_CRED_INBOUND, nullptr, nullptr, nullptr,
                                  nullptr, &handle, nullptr);
    if (!options_.keytab.empty()) check(status, options_.keytab, ExitCode::Usage);
    if (status != SEC_E_OK) return say("no Kerberos: " + reason_of(last_error()));
    FreeCredentialsHandle(&handle);
    say("Kerberos: the keytab has keys");
  }

  void await_signal() {
    signals_.async_wait([this](const asio::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        reload();
        await_signal();
        return;
      }
      drain();
      say("ending: no more connections are taken, " + std::to_string(clients_.size()) +
          " under way");
    });
  }

  // Takes no more clients; the loop ends when the last one is gone.
  void drain() {
    draining_ = true;
    signals_.cancel();
    flush_timer_.cancel();
    // A second signal ends the process as it does any other.
    signals_.clear();
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close();
  }

  void reload() {
    try {
      check(opensspi_reload_policy(), "the policy");
      connection_options_.takes_remote_guard = takes_remote_guard();
      Certificate certificate;
      if (options_.certificate.given()) certificate = load_certificate(options_.certificate);
      auto credential = Credential::inbound(certificate ? certificate : certificate_);
      credential_ = std::move(credential);
      if (certificate) certificate_ = std::move(certificate);
      say("reloaded: certificate " + printable(subject_of(certificate_.get())) + ", SHA-256 " +
          fingerprint_of(certificate_.get()));
    } catch (const CommandError& error) {
      say(std::string("not reloaded, all stays as it was: ") + error.what());
    }
  }

  void await_flush() {
    flush_timer_.expires_after(kFlushEvery);
    flush_timer_.async_wait([this](const asio::error_code& error) {
      if (error) return;
      if (logons_since_flush_) opensspi_accounts_flush();
      logons_since_flush_ = false;
      await_flush();
    });
  }

  void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const asio::error_code& error, tcp::socket socket) {
      if (draining_) return;
      if (error) {
        say("a connection was not taken: " + error.message());
        accept_later(acceptor);
        return;
      }
      begin(acceptor, std::move(socket));
      if (options_.once) return;
      if (clients_.size() < kMaximumConnections) {
        accept(acceptor);
      } else {
        full_.push_back(&acceptor);
      }
    });
  }

  // Too many open files, for one: some time helps.
  void accept_later(tcp::acceptor& acceptor) {
    auto timer = std::make_shared<asio::steady_timer>(sockets_, std::chrono::milliseconds(100));
    timer->async_wait([this, timer, &acceptor](const asio::error_code&) {
      if (!draining_) accept(acceptor);
    });
  }

  void begin(tcp::acceptor& acceptor, tcp::socket socket) {
    const std::uint64_t number = ++num_connections_;
    Client& client = clients_[number];
    client.acceptor = &acceptor;
    // While a client is there, the loop must not end for want of work.
    auto body = [this, number, socket = std::move(socket), credential = credential_,
                 options = connection_options_, work = asio::make_work_guard(sockets_)]() mutable {
      const ConnectionEnd end =
          serve_connection(std::move(socket), std::move(credential), options, number);
      asio::post(sockets_, [this, number, end] { ended(number, end); });
    };
    try {
      client.thread = std::thread(std::move(body));
    } catch (const std::system_error& error) {
      say(std::string("a connection was not served: ") + error.what());
      asio::post(sockets_, [this, number] { ended(number, ConnectionEnd::NoVerdict); });
    }
  }

  void ended(std::uint64_t number, ConnectionEnd end) {
    const auto client = clients_.find(number);
    if (client->second.thread.joinable()) client->second.thread.join();
    tcp::acceptor& acceptor = *client->second.acceptor;
    clients_.erase(client);
    logons_since_flush_ = true;
    if (draining_) return;
    if (options_.once) {
      if (end == ConnectionEnd::Verdict) return drain();
      accept(acceptor);
    }
    for (tcp::acceptor* full : std::exchange(full_, {})) accept(*full);
  }

  const ServeOptions& options_;
  ConnectionOptions connection_options_;  // of the next connection
  asio::io_context sockets_;
  asio::signal_set signals_;
  asio::steady_timer flush_timer_;
  std::list<tcp::acceptor> acceptors_;
  std::vector<tcp::acceptor*> full_;  // those that wait for a connection to end
  std::string accounts_path_;
  Certificate certificate_;
  std::shared_ptr<const Credential> credential_;
  std::map<std::uint64_t, Client> clients_;
  std::uint64_t num_connections_ = 0;
  bool draining_ = false;
  bool logons_since_flush_ = false;
};

ExitCode serve(const ServeOptions& options) {
  signal(SIGPIPE, SIG_IGN);
  log_keys_to(options.key_log);
  if (!options.keytab.empty())
    check(opensspi_set_keytab(options.keytab.c_str()), "--keytab", ExitCode::Usage);
  check(opensspi_limit_authority(options.authority.c_str()), "--authority", ExitCode::Usage);
  Server server(options);
  server.open();
  server.run();
  return ExitCode::Ok;
}

}  // namespace

void add_serve(CLI::App& app, Run& run) {
  CLI::App* serve_app = app.add_subcommand(
      "serve", "An RDP server that asks for NLA, tells who logged on, and hangs up");
  auto options = std::make_shared<ServeOptions>();
  serve_app
      ->add_option("--listen", options->listen,
                   "Where to listen, also [IPV6]:PORT; port 0 takes a free one and tells it")
      ->allow_extra_args(false)
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  auto* certificate =
      serve_app
          ->add_option("--cert", options->certificate.certificate,
                       "The server's certificate and its intermediates, PEM, or the pkcs11: URI of "
                       "a token that has them and the key; without it a self-signed one is made "
                       "and kept beside the accounts")
          ->type_name("FILE|URI");
  serve_app
      ->add_option("--key", options->certificate.key, "Its private key, PEM; default: in --cert")
      ->type_name("FILE")
      ->needs(certificate);
  auto* pfx = serve_app->add_option("--pfx", options->certificate.pfx,
                                    "Certificate and key in one PKCS#12 file");
  pfx->type_name("FILE")->excludes(certificate);
  serve_app
      ->add_option("--key-password-file", options->certificate.key_password_file,
                   "The password of --key or --pfx, on the first line of a file")
      ->type_name("FILE");
  serve_app
      ->add_option("--pin-file", options->certificate.pin_file,
                   "The PIN of --cert's token is the first line; default: the URI's own")
      ->type_name("FILE")
      ->needs(certificate);
  serve_app
      ->add_option("--keytab", options->keytab,
                   "The keys with which clients' Kerberos tickets are opened; --user must be able "
                   "to read them; default: the machine's")
      ->type_name("FILE");
  serve_app
      ->add_option("--authority", options->authority,
                   "Who judges clients without tickets: the accounts of this machine, the domain "
                   "through winbind, or both, by the domain that the client names (auto)")
      ->check(CLI::IsMember({"accounts", "winbind", "auto"}))
      ->capture_default_str();
  serve_app
      ->add_option("--user", options->user,
                   "Become this user once the port is bound and the accounts are open")
      ->type_name("NAME");
  serve_app
      ->add_option("--allow", options->allowed,
                   "Who may use the server, DOMAIN\\USER or USER; others are authenticated and "
                   "turned away. May be given more than once; default: everybody")
      ->allow_extra_args(false)
      ->type_name("NAME");
  serve_app
      ->add_option("--deadline", options->deadline_seconds,
                   "Seconds that a client has for its logon")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  serve_app
      ->add_option("--keylog", options->key_log, "Append the TLS secrets to a file, for Wireshark")
      ->type_name("FILE");
  serve_app->add_flag("--json", options->json, "One JSON object for each logon");
  serve_app->add_flag("--once", options->once, "End after the first logon, accepted or refused");
  serve_app->add_flag("-q,--quiet", options->quiet, "Tell the logons only, not their messages");
  serve_app->callback([options, &run] { run = [options] { return serve(*options); }; });
}

}  // namespace opensspi::command
