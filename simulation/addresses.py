"""Where the services listen, as the settings say."""

from fengqiao.client import Addresses
from fengqiao.runtime.settings import ServiceSettings


def addresses(settings: ServiceSettings) -> Addresses:
    """For a client of them."""
    return Addresses(
        settings.url("commandroom"),
        settings.url("intake"),
        settings.url("dispatch"),
        settings.url("mediation"),
        settings.url("analytics"),
        settings.url("notify"),
    )
