"""Certificates that vouch for themselves."""

from __future__ import annotations

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def self_signed(key: PrivateKey, name: str = "client", *, address: str = "") -> x509.Certificate:
    """Of a peer, or of a server at this IP `address`; good from yesterday on for ten days."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=9))
    )
    if address:
        at = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        own = x509.BasicConstraints(ca=True, path_length=None)
        made = made.add_extension(at, critical=False).add_extension(own, critical=True)
    return made.sign(key, hashes.SHA256())


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """As it stands in files."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: PrivateKey) -> bytes:
    """The key without a password, in the shape that every TLS library reads."""
    shape = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())
