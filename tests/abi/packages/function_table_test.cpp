// InitSecurityInterface: the tables of a program that loads the library by hand.
#include "abi/support.h"

namespace caller {
namespace {

// Every slot is the exported function of its name.
#define EXPECT_SLOT(name) EXPECT_EQ(&::name, table->name)

TEST(FunctionTable, SaysVersionOneAsWindowsDoes) {
  EXPECT_EQ(1u, InitSecurityInterfaceW()->dwVersion);
  EXPECT_EQ(1u, InitSecurityInterfaceA()->dwVersion);
  EXPECT_EQ(ULONG{SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION},
            InitSecurityInterfaceW()->dwVersion);
}

TEST(FunctionTable, IsOneForTheWholeProcess) {
  EXPECT_EQ(InitSecurityInterfaceW(), InitSecurityInterfaceW());
  EXPECT_EQ(InitSecurityInterfaceA(), InitSecurityInterfaceA());
}

template <class Table>
void expect_common_slots(const Table* table) {
  EXPECT_SLOT(FreeCredentialsHandle);
  EXPECT_SLOT(AcceptSecurityContext);
  EXPECT_SLOT(CompleteAuthToken);
  EXPECT_SLOT(DeleteSecurityContext);
  EXPECT_SLOT(ApplyControlToken);
  EXPECT_SLOT(ImpersonateSecurityContext);
  EXPECT_SLOT(RevertSecurityContext);
  EXPECT_SLOT(MakeSignature);
  EXPECT_SLOT(VerifySignature);
  EXPECT_SLOT(FreeContextBuffer);
  EXPECT_SLOT(ExportSecurityContext);
  EXPECT_SLOT(QuerySecurityContextToken);
  EXPECT_SLOT(EncryptMessage);
  EXPECT_SLOT(DecryptMessage);
  EXPECT_EQ(nullptr, table->Reserved2);
  EXPECT_EQ(nullptr, table->Reserved8);
  EXPECT_EQ(reinterpret_cast<void*>(&::EncryptMessage), table->Reserved3);
  EXPECT_EQ(reinterpret_cast<void*>(&::DecryptMessage), table->Reserved4);
}

TEST(FunctionTable, HoldsTheExportedFunctionsW) {
  const SecurityFunctionTableW* const table = InitSecurityInterfaceW();
  expect_common_slots(table);
  EXPECT_SLOT(EnumerateSecurityPackagesW);
  EXPECT_SLOT(QueryCredentialsAttributesW);
  EXPECT_SLOT(AcquireCredentialsHandleW);
  EXPECT_SLOT(InitializeSecurityContextW);
  EXPECT_SLOT(QueryContextAttributesW);
  EXPECT_SLOT(QuerySecurityPackageInfoW);
  EXPECT_SLOT(ImportSecurityContextW);
  EXPECT_SLOT(AddCredentialsW);
  EXPECT_SLOT(SetContextAttributesW);
  EXPECT_SLOT(SetCredentialsAttributesW);
  EXPECT_SLOT(ChangeAccountPasswordW);
  EXPECT_SLOT(QueryContextAttributesExW);
  EXPECT_SLOT(QueryCredentialsAttributesExW);
}

TEST(FunctionTable, HoldsTheExportedFunctionsA) {
  const SecurityFunctionTableA* const table = InitSecurityInterfaceA();
  expect_common_slots(table);
  EXPECT_SLOT(EnumerateSecurityPackagesA);
  EXPECT_SLOT(QueryCredentialsAttributesA);
  EXPECT_SLOT(AcquireCredentialsHandleA);
  EXPECT_SLOT(InitializeSecurityContextA);
  EXPECT_SLOT(QueryContextAttributesA);
  EXPECT_SLOT(QuerySecurityPackageInfoA);
  EXPECT_SLOT(ImportSecurityContextA);
  EXPECT_SLOT(AddCredentialsA);
  EXPECT_SLOT(SetContextAttributesA);
  EXPECT_SLOT(SetCredentialsAttributesA);
  EXPECT_SLOT(ChangeAccountPasswordA);
  EXPECT_SLOT(QueryContextAttributesExA);
  EXPECT_SLOT(QueryCredentialsAttributesExA);
}

// Whatever a header declares later, no slot but the reserved ones may be empty.
template <class Table>
void expect_no_other_slot_empty(const Table& table) {
  constexpr std::size_t kSlots = (sizeof(Table) - sizeof(void*)) / sizeof(void*);
  void* slots[kSlots];
  std::memcpy(slots, reinterpret_cast<const char*>(&table) + sizeof(void*), sizeof slots);
  std::size_t empty = 0;
  for (const void* slot : slots) empty += slot == nullptr ? 1 : 0;
  EXPECT_EQ(2u, empty);
}

TEST(FunctionTable, HasNoEmptySlotButTwoReservedOnes) {
  expect_no_other_slot_empty(*InitSecurityInterfaceW());
  expect_no_other_slot_empty(*InitSecurityInterfaceA());
}

}  // namespace
}  // namespace caller
