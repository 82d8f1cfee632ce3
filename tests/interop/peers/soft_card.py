"""A smart card in software: SoftHSM, which p11-kit knows as a PKCS#11 module."""

import os
import pathlib
import shutil
import subprocess

from peers.program import SECONDS, PeerError

PIN, _OFFICERS_PIN = "123456", "12345678"
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
_PKINIT = "krb5/plugins/preauth/pkinit.so"


def missing():
    """What is not there, in words, or ""."""
    absent = [name for name in ("softhsm2-util", "pkcs11-tool") if not shutil.which(name)]
    if not any(pathlib.Path("/usr/lib").glob(f"*/{_PKINIT}")):
        absent.append("krb5-pkinit")
    if not any(pathlib.Path("/usr/lib").glob("*/p11-kit-proxy.so")):
        absent.append("p11-kit-modules")
    return ", ".join(absent)


class Readers:
    """Where cards are put in. `environment` is what a program needs to find them."""

    def __init__(self, folder):
        (folder / "tokens").mkdir(parents=True)
        path = folder / "softhsm2.conf"
        path.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n"
                        "log.level = ERROR\nslots.removable = false\n")
        self.environment = {"SOFTHSM2_CONF": str(path)}
        self.module = next(path for path in _MODULES if os.path.exists(path))

    def put_in(self, label, *certificates, issuers=()):
        """A card with these certificates and their keys (pki.Issued); ids are 01, 02, …, and after
        them come those of issuers, without keys."""
        self._run("softhsm2-util", "--init-token", "--free", "--label", label,
                  "--so-pin", _OFFICERS_PIN, "--pin", PIN)
        for number, certificate in enumerate(certificates, 1):
            self._run("softhsm2-util", "--import", certificate.key_path, "--token", label,
                      "--label", f"key {number}", "--id", f"{number:02}", "--pin", PIN)
        for number, certificate in enumerate([*certificates, *issuers], 1):
            der = pathlib.Path(certificate.path).with_suffix(".der")
            der.write_bytes(certificate.der)
            self._run("pkcs11-tool", "--module", self.module, "--token-label", label, "--login",
                      "--pin", PIN, "--write-object", der, "--type", "cert",
                      "--id", f"{number:02}", "--label", f"certificate {number}")

    def _run(self, *arguments):
        ended = subprocess.run([str(argument) for argument in arguments], text=True, check=False,
                               capture_output=True, timeout=SECONDS,
                               env={**os.environ, **self.environment})
        if ended.returncode != 0:
            raise PeerError(f"{arguments} ended with {ended.returncode}:\n{ended.stdout}\n"
                            f"{ended.stderr}")
