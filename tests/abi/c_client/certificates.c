/*
 * How a program written for Windows looks at certificates: it opens a store, finds a certificate by
 * its subject, shows its names and its issuers, and asks whether it would do for a server. Nothing
 * here is of this library alone but the certificate that it makes first.
 */
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include <wincrypt.h>

#include <opensspi.h>

static int fail(const char *what) {
  fprintf(stderr, "%s: 0x%08x\n", what, (unsigned)GetLastError());
  return 1;
}

/* A store in memory with one self-signed certificate; NULL when it fails. */
static HCERTSTORE open_store(void) {
  HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
  PCCERT_CONTEXT made = NULL;
  char *certificate = NULL, *key = NULL;
  size_t certificate_size = 0, key_size = 0;
  BOOL added = FALSE;
  if (opensspi_make_self_signed("server.wonderland.example", &certificate, &certificate_size, &key,
                                &key_size) == SEC_E_OK &&
      opensspi_certificate_from_pem(certificate, certificate_size, key, key_size, NULL, &made) ==
          SEC_E_OK)
    added = CertAddCertificateContextToStore(store, made, CERT_STORE_ADD_NEW, NULL);
  CertFreeCertificateContext(made);
  opensspi_free(certificate);
  opensspi_free(key);
  if (added) return store;
  CertCloseStore(store, 0);
  return NULL;
}

static void show(PCCERT_CONTEXT certificate) {
  char name[256];
  BYTE hash[20];
  DWORD size = sizeof hash, i;
  CertNameToStrA(certificate->dwCertEncodingType, &certificate->pCertInfo->Subject,
                 CERT_X500_NAME_STR | CERT_NAME_STR_NO_PLUS_FLAG, name, sizeof name);
  printf("subject: %s\n", name);
  CertGetNameStringA(certificate, CERT_NAME_SIMPLE_DISPLAY_TYPE, CERT_NAME_ISSUER_FLAG, NULL, name,
                     sizeof name);
  printf("issuer: %s\nthumbprint:", name);
  if (CertGetCertificateContextProperty(certificate, CERT_HASH_PROP_ID, hash, &size))
    for (i = 0; i < size; i++) printf(" %02x", hash[i]);
  printf("\n");
}

/* What the SSL policy says of it; or -1 when it cannot say. */
static long verify(PCCERT_CONTEXT certificate, WCHAR *server_name, DWORD checks) {
  static char server_auth[] = szOID_PKIX_KP_SERVER_AUTH;
  LPSTR usages[1];
  CERT_CHAIN_PARA chain_para;
  SSL_EXTRA_CERT_CHAIN_POLICY_PARA ssl_para;
  CERT_CHAIN_POLICY_PARA policy_para;
  CERT_CHAIN_POLICY_STATUS status;
  PCCERT_CHAIN_CONTEXT chain = NULL;
  BOOL judged;

  usages[0] = server_auth;
  memset(&chain_para, 0, sizeof chain_para);
  chain_para.cbSize = sizeof chain_para;
  chain_para.RequestedUsage.dwType = USAGE_MATCH_TYPE_OR;
  chain_para.RequestedUsage.Usage.cUsageIdentifier = 1;
  chain_para.RequestedUsage.Usage.rgpszUsageIdentifier = usages;
  if (!CertGetCertificateChain(NULL, certificate, NULL, certificate->hCertStore, &chain_para, 0,
                               NULL, &chain))
    return -1;

  memset(&ssl_para, 0, sizeof ssl_para);
  ssl_para.cbStruct = sizeof ssl_para;
  ssl_para.dwAuthType = AUTHTYPE_SERVER;
  ssl_para.fdwChecks = checks;
  ssl_para.pwszServerName = server_name;
  memset(&policy_para, 0, sizeof policy_para);
  policy_para.cbSize = sizeof policy_para;
  policy_para.pvExtraPolicyPara = &ssl_para;
  memset(&status, 0, sizeof status);
  status.cbSize = sizeof status;
  judged = CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &policy_para, &status);
  CertFreeCertificateChain(chain);
  return judged ? (long)status.dwError : -1;
}

int main(void) {
  static const char host[] = "server.wonderland.example";
  WCHAR server_name[sizeof host];
  size_t i;
  PCCERT_CONTEXT certificate;
  HCERTSTORE store = open_store(), root = CertOpenSystemStoreA(0, "ROOT");
  if (store == NULL || root == NULL) return fail("a store cannot be opened");
  certificate = CertFindCertificateInStore(store, X509_ASN_ENCODING | PKCS_7_ASN_ENCODING, 0,
                                           CERT_FIND_SUBJECT_STR_A, "wonderland", NULL);
  if (certificate == NULL) return fail("no such certificate");
  show(certificate);
  for (i = 0; i < sizeof host; i++) server_name[i] = (WCHAR)host[i];
  if (verify(certificate, server_name, 0) != (long)(DWORD)CERT_E_UNTRUSTEDROOT)
    return fail("nobody trusts what signs itself");
  if (verify(certificate, server_name, SECURITY_FLAG_IGNORE_UNKNOWN_CA) != 0)
    return fail("it is that server's");
  server_name[0] = 'x';
  if (verify(certificate, server_name, SECURITY_FLAG_IGNORE_UNKNOWN_CA) !=
      (long)(DWORD)CERT_E_CN_NO_MATCH)
    return fail("it is another server's");
  CertFreeCertificateContext(certificate);
  if (!CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG) || !CertCloseStore(root, 0))
    return fail("a store cannot be closed");
  return 0;
}
