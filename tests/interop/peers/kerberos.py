"""No Kerberos: a configuration in which nothing is to be found and nobody is asked, for programs
that would try it first."""

import os


def nowhere(folder):
    """The environment for such a program; keeps a file in the folder."""
    path = os.path.join(folder, "krb5.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[libdefaults]\ndns_lookup_kdc = false\ndns_lookup_realm = false\n"
                   "dns_canonicalize_hostname = false\nrdns = false\n")
    return {"KRB5_CONFIG": path, "KRB5CCNAME": "MEMORY:none", "KRB5_KTNAME": "MEMORY:none"}
