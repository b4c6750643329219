"""Who called, for those who may not know: 李某, 138****1234."""


def masked_name(name: str | None) -> str | None:
    """The first character and 某."""
    return None if not name else f"{name.strip()[:1]}某"


def masked_phone(phone: str | None) -> str | None:
    """Three digits in front and four behind of a mobile number; less of a shorter one, nothing of a short one."""
    if not phone:
        return None
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"{phone[:2]}****{phone[-2:]}" if len(phone) >= 7 else "****"
