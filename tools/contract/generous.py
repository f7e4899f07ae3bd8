"""How the wire reads what clients write otherwise than the document has it. The document says one plain type for each value;
a request that becomes one of the document's when it is read like this is right, although it keeps to another form."""

import re

import jsonschema_rs

# Texts that are often made of digits, which some clients write as numbers; and values, which are whatever an option is.
CODES = {
    "externalRef", "promotionCodeInput", "giftVoucherCodeInput", "postcode", "facebookId", "transactionId", "number", "value",
}
# How clients write yes and no.
WORDS = {"true": True, "1": True, "false": False, "0": False}


def accepts(schema: dict, components: dict, body) -> bool:
    """Whether the body, read generously, is what the schema allows."""
    whole = {"components": components, **schema}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return validator.is_valid(meant(schema, components, body))


def meant(schema: dict, components: dict, value, name: str = ""):
    """The value as the document would have it."""
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "object" and isinstance(value, str) and set(schema.get("required", [])) == {"id"}:
        return {"id": value}
    if kind == "object" and isinstance(value, dict):
        return members(schema, components, value)
    if kind == "array" and isinstance(value, list):
        return [meant(schema.get("items", {}), components, item) for item in value]
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+(\.0+)?\s*", value):
        return int(value.strip().partition(".")[0])
    if kind == "boolean" and not isinstance(value, bool):
        return WORDS.get(str(value).lower(), value)
    if kind == "string":
        return text(value, name)
    return value


def text(value, name: str):
    if isinstance(value, bool):
        return str(value).lower() if name == "value" else value
    if isinstance(value, int) and (name in CODES or name == "amount"):
        return str(value)
    if isinstance(value, float) and (name in {"value", "amount"} or (name in CODES and value.is_integer())):
        return f"{value:f}".rstrip("0").rstrip(".")
    if isinstance(value, str) and name in {"currency", "countryCode"}:
        return value.strip().upper()
    return value


def members(schema: dict, components: dict, value: dict) -> dict:
    properties, required, found = schema.get("properties", {}), schema.get("required", []), {}
    for name, member in value.items():
        # What is null says nothing, and neither does an empty text where there need not be any.
        empty = isinstance(member, str) and not member.strip() and name not in required
        if name in properties and (member is None or empty):
            continue
        found[name] = meant(properties.get(name, {}), components, member, name)
    if "productId" in required and "productId" not in found and isinstance(found.get("eventId"), str):
        found["productId"] = found["eventId"].partition("_")[0]
    return found
