"""What a TLS listener with SASL needs: a certificate authority, the broker's key, a user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")


@dataclass(frozen=True)
class Access:
    """How clients get in, and the file the broker proves itself with."""

    ca_file: Path
    keystore: Path
    user: str
    password: str

    def settings(self, listener: str) -> dict[str, str]:
        """Broker properties for `listener`, TLS with SASL/PLAIN and SCRAM."""
        name = f"listener.name.{listener.lower()}"
        login = "org.apache.kafka.common.security"
        scram = f"{login}.scram.ScramLoginModule required;"
        plain = (
            f'{login}.plain.PlainLoginModule required username="{self.user}" password="{self.password}" '
            f'user_{self.user}="{self.password}";'
        )
        return {
            f"{name}.ssl.keystore.type": "PEM",
            f"{name}.ssl.keystore.location": str(self.keystore),
            f"{name}.sasl.enabled.mechanisms": ",".join(("PLAIN", *SCRAM)),
            f"{name}.plain.sasl.jaas.config": plain,
            **{f"{name}.{mechanism.lower()}.sasl.jaas.config": scram for mechanism in SCRAM},
        }

    def scram_records(self) -> list[str]:
        """Values of the storage tool's `--add-scram`: SCRAM users live in the cluster's metadata."""
        return [f"{mechanism}=[name={self.user},password={self.password}]" for mechanism in SCRAM]


def make_access(folder: Path) -> Access:
    """Write a fresh authority and a certificate for 127.0.0.1 and localhost into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    # Kafka reads PKCS #8 alone.
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keystore = folder / "broker.pem"
    keystore.touch(mode=0o600)
    keystore.write_bytes(pem + b"".join(part.bytes() for part in certificate.cert_chain_pems))
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return Access(ca_file, keystore, "monitor", secrets.token_hex(16))
