// TLS over the caller's bytes, then HTTP over TLS.
#include "authority/https_post.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/utf16.h"
#include "sspi/types.h"
#include "tls/session.h"
#include "x509/trust.h"

namespace opensspi::authority {
namespace {

constexpr std::size_t kMaxHead = 65536;

tl::unexpected<Error> useless(const char* why, std::int64_t value = 0) {
  return fail(Status::NoAuthenticatingAuthority, why, nt_status::kNoLogonServers, value);
}

const char* words_for(int status) {
  switch (status) {
    case 401:
    case 403:
      return "the KDC proxy lets this client ask nothing (the figure is HTTP's status)";
    case 404:
      return "the KDC proxy has nothing at that path (HTTP status 404)";
    case 502:
    case 503:
    case 504:
      return "the KDC proxy reaches no KDC of the realm (the figure is HTTP's status)";
    default:
      return "the KDC proxy refused the message (the figure is HTTP's status)";
  }
}

// One authority's word is enough.
std::uint32_t distrust(const x509::Certificate& certificate, const Post& post) {
  const std::span chain(&certificate, 1);
  const auto errors = [&](const x509::TrustStore& store) {
    const x509::TrustStatus status = x509::judge(chain, post.host, store);
    if (status.errors != 0) return status.errors;
    return status.name_matches ? 0 : x509::trust_error::kNotValidForUsage;
  };
  if (post.anchors.empty()) return errors(x509::TrustStore::system());
  std::uint32_t found = x509::trust_error::kUntrustedRoot;
  for (const std::string& anchor : post.anchors) {
    constexpr std::string_view kFile = "FILE:", kDirectory = "DIR:";
    const bool is_directory = anchor.starts_with(kDirectory);
    const std::string path = is_directory
                                 ? anchor.substr(kDirectory.size())
                                 : anchor.substr(anchor.starts_with(kFile) ? kFile.size() : 0);
    found =
        errors(is_directory ? x509::TrustStore::open(path, {}) : x509::TrustStore::open({}, path));
    if (found == 0) return 0;
  }
  return found;
}

// HTTP's answer as it comes in.
class Answer {
 public:
  void hear(ByteView plaintext) { append(arrived_, plaintext); }

  // The body, when all of it is there; `ended` when no more will come.
  Result<std::optional<ByteView>> body(bool ended) const {
    constexpr std::string_view kEndOfHead = "\r\n\r\n";
    const std::string_view text(reinterpret_cast<const char*>(arrived_.data()), arrived_.size());
    const std::size_t end = text.find(kEndOfHead);
    if (end == std::string_view::npos) {
      if (ended || text.size() > kMaxHead) return useless("the KDC proxy does not speak HTTP");
      return std::nullopt;
    }
    const std::string_view head = text.substr(0, end);
    TRY(check_status(head));
    const ByteView rest = ByteView(arrived_).subspan(end + kEndOfHead.size());
    TRY_ASSIGN(const std::optional<std::size_t> size, content_length(head));
    if (rest.size() > kMaxAnswer || size.value_or(0) > kMaxAnswer) {
      return useless("the KDC proxy's answer is longer than any");
    }
    if (size && rest.size() >= *size) return rest.first(*size);
    if (!ended) return std::nullopt;
    if (size) return useless("the KDC proxy hung up before its answer");
    return rest;
  }

 private:
  static Result<void> check_status(std::string_view head) {
    constexpr std::string_view kVersion = "HTTP/1.";
    const std::size_t space = head.find(' ');
    int status = 0;
    if (!head.starts_with(kVersion) || space == std::string_view::npos ||
        std::from_chars(head.data() + space + 1, head.data() + head.size(), status).ec !=
            std::errc()) {
      return useless("the KDC proxy does not speak HTTP");
    }
    constexpr int kOk = 200;
    if (status != kOk) return useless(words_for(status), status);
    return {};
  }

  static Result<std::optional<std::size_t>> content_length(std::string_view head) {
    constexpr std::string_view kName = "content-length";
    std::size_t line = head.find("\r\n");
    while (line != std::string_view::npos) {
      head.remove_prefix(line + 2);
      line = head.find("\r\n");
      const std::string_view header = head.substr(0, line);
      const std::size_t colon = header.find(':');
      if (colon == std::string_view::npos || !same_name(header.substr(0, colon), kName)) continue;
      std::string_view value = header.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      std::size_t size = 0;
      if (std::from_chars(value.data(), value.data() + value.size(), size).ec != std::errc()) {
        return useless("the KDC proxy does not speak HTTP");
      }
      return size;
    }
    return std::nullopt;
  }

  Bytes arrived_;
};

class Https final : public Conversation {
 public:
  explicit Https(Post post) : post_(std::move(post)) {}

  Result<Bytes> begin() override {
    TRY_ASSIGN(auto parameters, tls::Parameters::client({}));
    TRY_ASSIGN(session_, tls::Session::client(std::move(parameters), post_.host));
    return session_->handshake({}).token;
  }

  Result<Turn> hear(ByteView arrived) override {
    append(arrived_, arrived);
    Turn turn;
    if (!established_) TRY(shake_hands(turn.to_send));
    if (established_) TRY(open_records(turn.to_send));
    TRY_ASSIGN(turn.answer, answer(closed_));
    return turn;
  }

  // Windows and others close without TLS's word for it; a cut answer shows in its DER.
  Result<Bytes> hear_end() override {
    Result<std::optional<Bytes>> body = answer(true);
    if (!body) return fail(body.error());
    Bytes text;
    if (body->has_value()) text.swap(**body);
    return text;
  }

 private:
  Result<void> shake_hands(Bytes& to_send) {
    const tls::HandshakeStep step = session_->handshake(arrived_);
    if (!step.done) return useless("the KDC proxy and this machine agree on no TLS");
    append(to_send, step.token);
    if (step.missing == 0) {
      arrived_.erase(arrived_.begin(), arrived_.end() - static_cast<std::ptrdiff_t>(step.unread));
    }
    if (!*step.done) return {};
    established_ = true;
    const std::optional<x509::Certificate> certificate = session_->peer_certificate();
    const std::uint32_t errors =
        certificate ? distrust(*certificate, post_) : x509::trust_error::kPartialChain;
    if (errors != 0) {
      return useless("the KDC proxy's certificate is not to be trusted (trust status in figure)",
                     errors);
    }
    return session_->seal_to(to_send, request());
  }

  Result<void> open_records(Bytes& to_send) {
    while (!arrived_.empty() && !closed_) {
      const Result<tls::OpenedRecord> record = session_->open_record(arrived_);
      if (!record) return useless("the KDC proxy broke TLS off");
      if (record->kind == tls::OpenedRecord::Kind::Incomplete) return {};
      if (record->kind == tls::OpenedRecord::Kind::Renegotiate) {
        append(to_send, session_->handshake({}).token);
      }
      closed_ = record->kind == tls::OpenedRecord::Kind::Closed;
      answer_.hear(record->data);
      arrived_.erase(arrived_.begin(),
                     arrived_.begin() + static_cast<std::ptrdiff_t>(record->consumed));
    }
    return {};
  }

  Result<std::optional<Bytes>> answer(bool ended) const {
    if (!established_ && ended) return useless("the KDC proxy broke TLS off");
    TRY_ASSIGN(const std::optional<ByteView> body, answer_.body(ended));
    if (!body) return std::nullopt;
    Result<Bytes> read = post_.read(*body);
    if (!read) return useless(read.error().why);
    return *std::move(read);
  }

  [[nodiscard]] Bytes request() const {
    Bytes request = copy(view("POST " + post_.path + " HTTP/1.0\r\nHost: " + post_.host_header +
                              "\r\nContent-Type: " + post_.content_type +
                              "\r\nContent-Length: " + std::to_string(post_.body.size()) +
                              "\r\nCache-Control: no-cache\r\n\r\n"));
    append(request, post_.body);
    return request;
  }

  Post post_;
  std::unique_ptr<tls::Session> session_;
  Bytes arrived_;
  bool established_ = false, closed_ = false;
  Answer answer_;
};

}  // namespace

std::unique_ptr<Conversation> speak_https(Post post) {
  return std::make_unique<Https>(std::move(post));
}

}  // namespace opensspi::authority
