"""S8, a dispute about a price (Ciyin).

Somebody has damaged goods in a shop, and nobody agrees on what they were worth. It goes to the price-dispute station,
where the price certification centre says it.
"""

from simulation.stories.mediating import Mediating, reported, telephones
from simulation.stories.stage import Stage, must

VENUE = "price-station"
DAMAGES = "5"
"""The justice bureau's class; of a quarrel in a shop it would take it for one of a consumer."""


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await stage.begin()
    case_id = await reported(stage, "S8", "dispatcher", kind="price_dispute", location={"address": "鼎盛国际"})
    stage.say(stage.clock.now(), "desk", "two people come in: goods were damaged at 鼎盛国际, their value is disputed")
    mediating = await Mediating.of(stage, case_id)
    opened = await mediating.case()
    must(opened["origin"] == "intake", f"its origin is {opened['origin']}")
    await mediating.parties("店主陈某", "顾客杨某", phones=telephones(stage, 2))
    await mediating.take(
        "assess", "grades it {grade}", reason="损坏物品，价值有争议", money_yuan=1800, justice_class=DAMAGES
    )
    mediator = await stage.person("mediator")
    chosen = await mediator.mediation.ask(f"/v1/cases/{case_id}/assignment")
    must(chosen["venues"][0]["id"] == VENUE, f"it would go to {chosen['venues'][0]['id']}")
    referred = await mediating.take("refer", "takes it to 价格争议纠纷慈音调解站")
    must(referred["venue"] == VENUE, f"it went to {referred['venue']}")
    must("price-appraiser" in referred["mediators"], f"nobody of {referred['mediators']} can say the price")
    await stage.wait(3 * 3600)
    await mediating.take("sessions", "the certified price is accepted by both", outcome="agreed", place="慈音调解站")
    await mediating.agree(
        "杨某损坏店内物品，双方对价值有争议。", "陈某放弃其他请求。", "杨某赔偿1260元。", place="慈音调解站"
    )
    settled = await mediating.take("dispose", "disposes: settled", outcome="settled")
    must(
        settled["justice_class"] == "5", f"the justice bureau would count it as {settled['justice_class']}, not damages"
    )
