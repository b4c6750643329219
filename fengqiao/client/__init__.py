"""How others speak to Fengqiao: a typed HTTP client for its services, its live stream, and its topics.

async with Fengqiao("http://127.0.0.1", token) as fengqiao:
    accepted = await fengqiao.intake.report(area="gaoqiao", source="110", external_id="CS110-1", category="brawl", …)
"""

from fengqiao.client.errors import ClientFault, Refused, Unreachable
from fengqiao.client.fengqiao import Addresses, Fengqiao

__all__ = ["Addresses", "ClientFault", "Fengqiao", "Refused", "Unreachable"]
