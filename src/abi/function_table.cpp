// InitSecurityInterface: the tables that programs which load the library by hand go through. Every
// function's slot is filled; of the reserved ones Windows fills two.
#include "abi/windows_names.h"

namespace {

// The slots whose functions have no A and W forms. Windows: dwVersion is 1, although the later
// slots are there; Reserved3 and Reserved4 are EncryptMessage and DecryptMessage under their old
// numbers.
template <class Table>
constexpr void fill_common(Table& table) {
  table.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION;
  table.Reserved2 = nullptr;
  table.FreeCredentialsHandle = FreeCredentialsHandle;
  table.AcceptSecurityContext = AcceptSecurityContext;
  table.CompleteAuthToken = CompleteAuthToken;
  table.DeleteSecurityContext = DeleteSecurityContext;
  table.ApplyControlToken = ApplyControlToken;
  table.ImpersonateSecurityContext = ImpersonateSecurityContext;
  table.RevertSecurityContext = RevertSecurityContext;
  table.MakeSignature = MakeSignature;
  table.VerifySignature = VerifySignature;
  table.FreeContextBuffer = FreeContextBuffer;
  table.Reserved3 = reinterpret_cast<void*>(EncryptMessage);
  table.Reserved4 = reinterpret_cast<void*>(DecryptMessage);
  table.ExportSecurityContext = ExportSecurityContext;
  table.Reserved8 = nullptr;
  table.QuerySecurityContextToken = QuerySecurityContextToken;
  table.EncryptMessage = EncryptMessage;
  table.DecryptMessage = DecryptMessage;
}

SecurityFunctionTableW make_wide() {
  SecurityFunctionTableW table{};
  fill_common(table);
  table.EnumerateSecurityPackagesW = EnumerateSecurityPackagesW;
  table.QueryCredentialsAttributesW = QueryCredentialsAttributesW;
  table.AcquireCredentialsHandleW = AcquireCredentialsHandleW;
  table.InitializeSecurityContextW = InitializeSecurityContextW;
  table.QueryContextAttributesW = QueryContextAttributesW;
  table.QuerySecurityPackageInfoW = QuerySecurityPackageInfoW;
  table.ImportSecurityContextW = ImportSecurityContextW;
  table.AddCredentialsW = AddCredentialsW;
  table.SetContextAttributesW = SetContextAttributesW;
  table.SetCredentialsAttributesW = SetCredentialsAttributesW;
  table.ChangeAccountPasswordW = ChangeAccountPasswordW;
  table.QueryContextAttributesExW = QueryContextAttributesExW;
  table.QueryCredentialsAttributesExW = QueryCredentialsAttributesExW;
  return table;
}

SecurityFunctionTableA make_narrow() {
  SecurityFunctionTableA table{};
  fill_common(table);
  table.EnumerateSecurityPackagesA = EnumerateSecurityPackagesA;
  table.QueryCredentialsAttributesA = QueryCredentialsAttributesA;
  table.AcquireCredentialsHandleA = AcquireCredentialsHandleA;
  table.InitializeSecurityContextA = InitializeSecurityContextA;
  table.QueryContextAttributesA = QueryContextAttributesA;
  table.QuerySecurityPackageInfoA = QuerySecurityPackageInfoA;
  table.ImportSecurityContextA = ImportSecurityContextA;
  table.AddCredentialsA = AddCredentialsA;
  table.SetContextAttributesA = SetContextAttributesA;
  table.SetCredentialsAttributesA = SetCredentialsAttributesA;
  table.ChangeAccountPasswordA = ChangeAccountPasswordA;
  table.QueryContextAttributesExA = QueryContextAttributesExA;
  table.QueryCredentialsAttributesExA = QueryCredentialsAttributesExA;
  return table;
}

}  // namespace

// Windows' tables are not const, so that each caller could patch them for all; so are these.
OPENSSPI_EXPORT PSecurityFunctionTableW SEC_ENTRY InitSecurityInterfaceW(void) {
  static SecurityFunctionTableW table = make_wide();
  return &table;
}

OPENSSPI_EXPORT PSecurityFunctionTableA SEC_ENTRY InitSecurityInterfaceA(void) {
  static SecurityFunctionTableA table = make_narrow();
  return &table;
}
