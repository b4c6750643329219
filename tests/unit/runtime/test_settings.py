"""Settings: defaults, what is derived, and one clear sentence for a wrong value."""

from pathlib import Path

import pytest
from pydantic import Field

from fengqiao.runtime.settings import SERVICES, ServiceSettings, SettingsError


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field, info in ServiceSettings.model_fields.items():
        alias = info.validation_alias
        monkeypatch.delenv(alias if isinstance(alias, str) else f"FENGQIAO_{field.upper()}", raising=False)


def test_defaults_are_those_of_the_public_contract() -> None:
    settings = ServiceSettings.load()
    assert [settings.port(service) for service in SERVICES] == [8000, 8001, 8002, 8003, 8004, 8005]
    assert settings.url("intake") == "http://127.0.0.1:8001"
    assert settings.bootstrap_servers == "127.0.0.1:9092"
    assert settings.owns_kafka
    assert settings.mongodb_uri == "mongodb://127.0.0.1:27017"
    assert settings.owns_documents
    assert settings.jwks_source == str(Path(".fengqiao/keys/jwks.json"))
    assert settings.topic("incidents") == "incidents"
    assert settings.clock_setting is None


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "FENGQIAO_PORT_BASE": "9000",
        "FENGQIAO_INTAKE_URL": "http://10.0.0.5:81/",
        "FENGQIAO_DISPATCH_URL": "https://fengqiao.example/dispatch",
        "KAFKA_PORT": "19092",
        "MONGODB_URI": "mongodb://db:1",
        "FENGQIAO_TOPIC_PREFIX": "t1.",
        "FENGQIAO_CLOCK": "2024-10-30T22:20:00+08:00,x60",
        "FENGQIAO_JWKS": "https://issuer.example/jwks",
        "FENGQIAO_DATA": "",
    }.items():
        monkeypatch.setenv(name, value)
    settings = ServiceSettings.load()
    assert settings.url("intake") == "http://10.0.0.5:81"
    assert settings.port("intake") == 81
    assert settings.port("dispatch") == 9002
    assert settings.url("analytics") == "http://127.0.0.1:9004"
    assert settings.bootstrap_servers == "127.0.0.1:19092"
    assert settings.mongodb_uri == "mongodb://db:1"
    assert not settings.owns_documents
    assert settings.topic("incidents") == "t1.incidents"
    assert settings.clock_setting is not None
    assert settings.clock_setting.speed == 60
    assert settings.jwks_source == "https://issuer.example/jwks"
    assert settings.data == Path(".fengqiao")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FENGQIAO_PORT_BASE", "many"),
        ("KAFKA_PORT", "70000"),
        ("FENGQIAO_CLOCK", "noon"),
        ("FENGQIAO_INTAKE_URL", "intake:8001"),
        ("FENGQIAO_PROFILE", "test"),
        ("FENGQIAO_MONGODB_DRIVER", "mongo"),
        ("FENGQIAO_TOPIC_PREFIX", "a b"),
    ],
)
def test_a_wrong_value_ends_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as left:
        ServiceSettings.load_or_exit()
    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.startswith(f"{name}={value} cannot be used: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("FENGQIAO_CLOCK", "2024-10-30T22:20:00+08:00"), ("FENGQIAO_FAILPOINTS", "intake.after-insert=kill")],
)
def test_production_refuses_what_is_for_demonstrations_and_tests(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("FENGQIAO_PROFILE", "production")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}.*production"):
        ServiceSettings.load()


def test_a_service_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(ServiceSettings):
        group_size: int = Field(default=64, ge=1)

    monkeypatch.setenv("FENGQIAO_GROUP_SIZE", "8")
    assert Own.load().group_size == 8
    monkeypatch.setenv("FENGQIAO_GROUP_SIZE", "0")
    with pytest.raises(SettingsError, match="FENGQIAO_GROUP_SIZE=0"):
        Own.load()
