"""Which addresses the fetcher may speak to: every resolved address is judged, whatever the host was called."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from daifa.errors import Rejected, Retry

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]

PORTS = {"http": 80, "https": 443}
# `is_global` differs between Python versions and lets multicast, v4-compatible, NAT64, site-local, 6to4 relays and the
# addresses of cloud metadata services pass (reliability: measured on 3.11 to 3.13); so this list stands beside it.
DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's host agent, a public address by number
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?\Z")
LONGEST = 2000


class NotAllowed(Rejected):
    """The address may not be fetched; the code says why (`collect.private_address`, `collect.bad_address`, ...)."""


class Unreachable(Retry):
    """Nobody answered at that address; it may work later."""


@dataclass(frozen=True)
class Target:
    """A checked address: connect to `ip` and `port`, speak to `host` (SNI, Host header), ask for `path`."""

    url: str
    scheme: str
    host: str
    port: int
    ip: str
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says: the port only where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def system_resolve(host: str, port: int) -> list[str]:
    """All addresses the system's resolver knows for a host; OSError if none."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def check(url: str, resolve: Resolve = system_resolve, allow: frozenset[str] = frozenset()) -> Target:
    """The address to connect to for a URL; NotAllowed if its form, port or any resolved address is not public.

    `allow` holds `host:port` pairs that are exempt from the port and private-address rules (the local world only).
    The addresses are resolved once, here: whoever connects must use the answer's `ip`, so rebinding changes nothing.
    """
    scheme, host, port, path = _parts(url)
    exempt = f"{host}:{port}" in allow
    if not exempt and port != PORTS[scheme]:
        raise NotAllowed("collect.bad_port", url=_shown(url), port=port)
    try:
        answers = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise Unreachable("collect.no_such_host", host=host) from error
    if not answers:
        raise Unreachable("collect.no_such_host", host=host)
    if not exempt:
        for answer in answers:
            if not is_public(answer):
                raise NotAllowed("collect.private_address", host=host)
    return Target(
        f"{scheme}://{_authority(host, port, scheme)}{path}", scheme, host, port, answers[0].split("%")[0], path
    )


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not private, local, reserved, translated or a cloud's own."""
    if "%" in address:
        return False
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(ip, "ipv4_mapped", None)
    if inner is not None:
        return False
    return (
        ip.is_global
        and not ip.is_multicast
        and not any(ip in network for network in DENIED if network.version == ip.version)
    )


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host in ASCII, port and path with query; NotAllowed for anything that parsers read in two ways."""
    if not url or len(url) > LONGEST or re.search(r"[\x00-\x20\x7f\\]", url):
        raise NotAllowed("collect.bad_address", url=_shown(url))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("collect.bad_address", url=_shown(url)) from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise NotAllowed("collect.bad_scheme", url=_shown(url), scheme=scheme[:20] or "-")
    if "@" in parts.netloc:
        raise NotAllowed("collect.credentials_in_address", url=_shown(url))
    host = _ascii(parts.hostname or "", url)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    # A path that is not ASCII yet is written as browsers write it; bytes that are escaped stay as they are.
    path = "".join(char if " " < char < "\x7f" else "".join(f"%{byte:02X}" for byte in char.encode()) for char in path)
    return scheme, host, PORTS[scheme] if port is None else port, path


def _ascii(host: str, url: str) -> str:
    if ":" in host:
        return host
    try:
        name = host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError as error:
        raise NotAllowed("collect.bad_address", url=_shown(url)) from error
    if not _HOST.match(name) or name.rstrip(".") == "":
        raise NotAllowed("collect.bad_address", url=_shown(url))
    return name


def _authority(host: str, port: int, scheme: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == PORTS[scheme] else f"{name}:{port}"


def _shown(url: str) -> str:
    """The address as an error may show it: short, without what stands before an `@`."""
    return re.sub(r"//[^/@]*@", "//…@", re.sub(r"[\x00-\x20\x7f]", " ", url))[:200]
