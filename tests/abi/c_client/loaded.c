/*
 * A program that is not linked with the library: it loads it by hand, as FreeRDP and older Windows
 * programs do, finds everything through InitSecurityInterface, and closes it again. The library
 * stays: what it handed out is good after dlclose.
 */
#define SECURITY_WIN32
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "security.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);         \
      return 1;                                                       \
    }                                                                 \
  } while (0)

int main(int argc, char **argv) {
  void *library, *symbol;
  INIT_SECURITY_INTERFACE_A init;
  PSecurityFunctionTableA table;
  PSecPkgInfoA packages;
  CredHandle credential;
  CtxtHandle context;
  SecBuffer token = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc output = {SECBUFFER_VERSION, 1, &token};
  ULONG count = 0, attributes = 0;
  CHECK(argc == 2);
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL);
  symbol = dlsym(library, SECURITY_ENTRYPOINT_ANSIA);
  CHECK(symbol != NULL);
  memcpy(&init, &symbol, sizeof init); /* ISO C has no cast from a pointer to data */
  table = init();
  CHECK(table != NULL && table->dwVersion == SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION);
  CHECK(table->EnumerateSecurityPackagesA(&count, &packages) == SEC_E_OK);
  CHECK(count == 7);
  CHECK(strcmp(packages[count - 1].Name, "CREDSSP") == 0);
  CHECK(table->AcquireCredentialsHandleA(NULL, (SEC_CHAR *)"NTLM", SECPKG_CRED_OUTBOUND, NULL, NULL,
                                         NULL, NULL, &credential, NULL) == SEC_E_OK);
  CHECK(dlclose(library) == 0);
  CHECK(strcmp(packages[0].Name, "Negotiate") == 0);
  CHECK(table->FreeContextBuffer(packages) == SEC_E_OK);
  CHECK(table->InitializeSecurityContextA(&credential, NULL, (SEC_CHAR *)"HOST/x",
                                          ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP, NULL, 0,
                                          &context, &output, &attributes,
                                          NULL) == SEC_I_CONTINUE_NEEDED);
  CHECK(memcmp(token.pvBuffer, "NTLMSSP", 8) == 0);
  CHECK(table->FreeContextBuffer(token.pvBuffer) == SEC_E_OK);
  CHECK(table->DeleteSecurityContext(&context) == SEC_E_OK);
  CHECK(table->FreeCredentialsHandle(&credential) == SEC_E_OK);
  puts("loaded and closed");
  return 0;
}
