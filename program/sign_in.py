"""The provider that people sign in with, as the settings say; incomplete settings are refused."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

#: Where Streamlit receives people who come back from the provider.
CALLBACK = "/oauth2callback"
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class SignInProvider:
    """An OpenID Connect provider and this dashboard as its client.

    Attributes
    ----------
    metadata_url
        The provider's ``…/.well-known/openid-configuration``.
    redirect_uri
        This dashboard's public address with ``/oauth2callback``.
    cookie_secret
        Signs the session cookie; whoever knows it can be anybody.
    vouches_for_email
        Whether an address is verified of which the provider does not say whether it is.
    """

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    cookie_secret: str = field(repr=False)
    vouches_for_email: bool = False

    @property
    def origin(self) -> str:
        """Return the address that browsers must open: scheme, host and port."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_behind_tls(self) -> bool:
        """Return whether browsers reach the dashboard by https."""
        return self.redirect_uri.startswith("https://")


@lru_cache(maxsize=1024)
def is_loopback(host: str | None) -> bool:
    """Return whether ``host``, a name or an address without port, is this machine itself."""
    if not host:
        return False
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def sign_in_provider(
    said: Mapping[str, str], *, vouches_for_email: bool = False
) -> SignInProvider | None:
    """Return the provider that the settings describe, ``None`` if they describe none at all.

    Parameters
    ----------
    said
        Name of the environment variable and its value for ``metadata_url``, ``client_id``,
        ``client_secret``, ``redirect_uri`` and ``cookie_secret``, in this order.

    Raises
    ------
    ValueError
        If some are missing or one cannot be right. A dashboard with half a sign-in must not run;
        the message names variables and never repeats a value.
    """
    missing = [name for name, value in said.items() if not value]
    if len(missing) == len(said):
        return None
    if missing:
        raise ValueError(f"sign-in is configured in part; also set {', '.join(missing)}")
    names, (metadata, client, secret, redirect, cookie) = list(said), said.values()
    for name, url in ((names[0], metadata), (names[3], redirect)):
        parts = urlsplit(url)
        if not (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
        ):
            raise ValueError(f"{name} must begin with https:// (http:// only on localhost)")
    if not redirect.endswith(CALLBACK):
        raise ValueError(f"{names[3]} must end with {CALLBACK}")
    if len(cookie) < _SHORTEST_SECRET:
        raise ValueError(f"{names[4]} must have at least {_SHORTEST_SECRET} random characters")
    return SignInProvider(metadata, client, secret, redirect, cookie, vouches_for_email)
