// What a KRB-CRED must say before libkrb5 may read it.
#include "kerberos/krb_cred.h"

#include <gtest/gtest.h>

#include <vector>

#include "asn1/der_writer.h"

namespace opensspi::kerberos {
namespace {

namespace tag = asn1::tag;
using asn1::DerWriter;

void write_number(DerWriter& fields, unsigned field, std::uint32_t value) {
  fields.nest(tag::context(field), [&](DerWriter& inside) { inside.integer(value); });
}

// KrbCredInfo with these fields, whatever is in them.
void write_info(DerWriter& list, const std::vector<unsigned>& fields) {
  list.nest(tag::kSequence, [&](DerWriter& info) {
    for (const unsigned field : fields) write_number(info, field, 1);
  });
}

const std::vector<unsigned> kAll{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, kNeeded{0, 1, 2, 8, 9};

Bytes enc_part(const std::vector<std::vector<unsigned>>& infos) {
  DerWriter out;
  out.nest(tag::application(29), [&](DerWriter& message) {
    message.nest(tag::kSequence, [&](DerWriter& fields) {
      fields.nest(tag::context(0), [&](DerWriter& field) {
        field.nest(tag::kSequence, [&](DerWriter& list) {
          for (const auto& info : infos) write_info(list, info);
        });
      });
      write_number(fields, 1, 7);  // nonce
    });
  });
  return out.take();
}

Bytes krb_cred(unsigned num_tickets, std::uint32_t version = 5, std::uint32_t type = 22) {
  DerWriter out;
  out.nest(tag::application(22), [&](DerWriter& message) {
    message.nest(tag::kSequence, [&](DerWriter& fields) {
      write_number(fields, 0, version);
      write_number(fields, 1, type);
      fields.nest(tag::context(2), [&](DerWriter& field) {
        field.nest(tag::kSequence, [&](DerWriter& list) {
          for (unsigned i = 0; i < num_tickets; ++i)
            list.nest(tag::application(1), [](DerWriter&) {});
        });
      });
      fields.nest(tag::context(3), [&](DerWriter& field) {
        field.nest(tag::kSequence, [&](DerWriter& sealed) {
          write_number(sealed, 0, 18);
          write_number(sealed, 1, 3);
          sealed.nest(tag::context(2),
                      [](DerWriter& cipher) { cipher.element(tag::kOctetString, view("sealed")); });
        });
      });
    });
  });
  return out.take();
}

TEST(KrbCredMessage, IsTakenApart) {
  const Bytes message = krb_cred(2);
  const auto parsed = KrbCred::parse(message);
  ASSERT_TRUE(parsed) << parsed.error().why;
  EXPECT_EQ(parsed->num_tickets, 2U);
  EXPECT_EQ(parsed->enctype, 18U);
  EXPECT_EQ(copy(parsed->cipher), copy(view("sealed")));
}

TEST(KrbCredMessage, OfAnyOtherKindIsRefused) {
  EXPECT_FALSE(KrbCred::parse(krb_cred(1, 4)));
  EXPECT_FALSE(KrbCred::parse(krb_cred(1, 5, 20)));
  Bytes longer = krb_cred(1);
  for (std::size_t size = 0; size < longer.size(); ++size) {
    EXPECT_FALSE(KrbCred::parse(ByteView(longer).first(size))) << size;
  }
  longer.push_back(0);
  EXPECT_FALSE(KrbCred::parse(longer));
}

// krb5_rd_cred of MIT's 1.20 ends the process without them.
TEST(KrbCredMessage, SaysOfEachTicketWhoseAndForWhomItIs) {
  EXPECT_TRUE(check_enc_krb_cred_part(enc_part({kAll}), 1));
  EXPECT_TRUE(check_enc_krb_cred_part(enc_part({kNeeded, kAll}), 2));
  for (const unsigned missing : kNeeded) {
    std::vector<unsigned> fields = kAll;
    std::erase(fields, missing);
    const auto checked = check_enc_krb_cred_part(enc_part({kAll, fields}), 2);
    ASSERT_FALSE(checked) << missing;
    EXPECT_EQ(checked.error().status, Status::InvalidToken);
  }
  EXPECT_FALSE(check_enc_krb_cred_part(enc_part({kAll}), 2));
  EXPECT_FALSE(check_enc_krb_cred_part(enc_part({kAll, kAll}), 1));
  EXPECT_FALSE(check_enc_krb_cred_part(enc_part({}), 0));
  EXPECT_FALSE(check_enc_krb_cred_part(enc_part({{1, 0, 2, 8, 9}}), 1));  // not in their order
  EXPECT_FALSE(check_enc_krb_cred_part(enc_part({{0, 1, 2, 8, 9, 11}}), 1));
  EXPECT_FALSE(check_enc_krb_cred_part(view("no DER"), 1));
}

}  // namespace
}  // namespace opensspi::kerberos
