"""Models and tables that could not be distributed over a cluster are refused, without a cluster."""

import pytest
from django.apps.registry import Apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from apiauth.distribution.misfits import Tables, misfits
from apiauth.distribution.model_checks import models_fit_a_cluster, problems_of
from apiauth.distribution.tables import Kind, kind_of, tables
from apiauth.models import Account, ApiKey, OfAccount, QuotaUse, SameAccount, within_account
from receivables.models import Invoice, InvoiceTag, Tag
from receivables.uploads.models import RejectedRow, Upload

OF_DDL = pytest.mark.plain_postgresql(reason="a cluster refuses such statements itself")


def made_up(bases=(OfAccount,), constraints=(), **fields):
    """Return a model of these fields that no app knows."""
    own = [*OfAccount.Meta.constraints, *constraints] if OfAccount in bases else list(constraints)
    meta = type("Meta", (), {"app_label": "made_up", "apps": Apps(), "constraints": own})
    return type("MadeUp", bases, {"__module__": __name__, "Meta": meta, **fields})


def foreign_key(to, **options):
    return models.ForeignKey(to, on_delete=models.CASCADE, related_name="+", **options)


def problems(model):
    return [(problem.id, problem.msg) for problem in problems_of(model)]


@pytest.mark.parametrize("model", [Upload, RejectedRow, Invoice, Tag, InvoiceTag], ids=lambda model: model.__name__)
def test_tables_of_accounts_are_distributed(model):
    assert kind_of(model) is Kind.DISTRIBUTED


def test_accounts_are_copied_and_all_others_are_local():
    assert tables(Kind.REFERENCE) == ["apiauth_account"]
    assert {kind_of(model) for model in (ApiKey, QuotaUse, Account.members.through)} == {Kind.LOCAL}


def test_every_model_fits_a_cluster():
    assert models_fit_a_cluster() == []


@pytest.mark.django_db
def test_every_table_of_the_database_fits_a_cluster():
    with connection.cursor() as cursor:
        assert misfits(cursor, Tables.of_models()) == []


def test_a_model_of_an_account_has_no_problems():
    upload = within_account(Upload, "upload_id", "+")
    same = SameAccount(column="upload_id", to="uploads.Upload", name="made_up_upload")
    unique = models.UniqueConstraint(fields=["account", "upload_id"], name="made_up_unique")
    assert problems(made_up(constraints=[same, unique], upload_id=models.UUIDField(), upload=upload)) == []


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            made_up((models.Model,), account=foreign_key(Account, db_constraint=False)),
            "made_up.MadeUp refers to an account, and nothing says whether it is one of the tables of accounts.",
        ),
        (
            made_up(upload=foreign_key(Upload)),
            "made_up.MadeUp.upload is a foreign key from a distributed to a distributed table,"
            " which no cluster can check.",
        ),
        (
            made_up(api_key=foreign_key(ApiKey)),
            "made_up.MadeUp.api_key is a foreign key from a distributed to a local table, which no cluster can check.",
        ),
        (
            made_up((models.Model,), upload=foreign_key(Upload)),
            "made_up.MadeUp.upload is a foreign key from a local to a distributed table, which no cluster can check.",
        ),
        (
            made_up(name=models.TextField(unique=True)),
            "made_up.MadeUp: name is unique without the account, which no cluster can check.",
        ),
        (
            made_up(
                constraints=[models.UniqueConstraint(fields=["name"], name="made_up_unique")], name=models.TextField()
            ),
            "made_up.MadeUp: made_up_unique is unique without the account, which no cluster can check.",
        ),
        (
            type(
                "MadeUp",
                (OfAccount,),
                {
                    "__module__": __name__,
                    "Meta": type("Meta", (), {"app_label": "made_up", "apps": Apps(), "constraints": []}),
                },
            ),
            "The primary key of made_up.MadeUp lacks the account.",
        ),
    ],
    ids=[
        "unknown owner",
        "a plain foreign key between tables of accounts",
        "a foreign key to a local table",
        "a foreign key from a local table",
        "a unique column",
        "a unique constraint",
        "a key of the id alone",
    ],
)
def test_a_model_that_does_not_fit_is_refused(model, expected):
    assert [message for _, message in problems(model)] == [expected]


def test_a_new_local_model_must_not_have_its_account_checked_by_the_database():
    model = made_up((models.Model,), account=foreign_key(Account))
    assert [problem for problem, _ in problems(model)] == ["apiauth.E001", "apiauth.E002"]


@OF_DDL
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ddl", "expected"),
    [
        (
            "CREATE UNIQUE INDEX odd ON receivables_tag (upper(name))",
            "receivables_tag: the unique index odd lacks account_id.",
        ),
        (
            "ALTER TABLE receivables_tag DROP CONSTRAINT receivables_tag_pkey CASCADE",
            "receivables_tag has no primary key, without which no machine hands its rows to another.",
        ),
        (
            "ALTER TABLE receivables_invoicetag ADD COLUMN made_up bigint,"
            " ADD CONSTRAINT odd FOREIGN KEY (account_id, made_up) REFERENCES receivables_tag (id, account_id)",
            "receivables_invoicetag: the foreign key odd lacks account_id.",
        ),
        (
            "ALTER TABLE uploads_upload ADD CONSTRAINT odd FOREIGN KEY (api_key_id) REFERENCES apiauth_apikey (id)",
            "uploads_upload: the foreign key odd leads from a distributed to a local table.",
        ),
        (
            "ALTER TABLE auth_user ADD COLUMN tag_id bigint, ADD COLUMN account_id bigint,"
            " ADD CONSTRAINT odd FOREIGN KEY (tag_id, account_id) REFERENCES receivables_tag (id, account_id)",
            "auth_user: the foreign key odd leads from a local to a distributed table.",
        ),
        (
            "CREATE TRIGGER odd BEFORE UPDATE ON receivables_tag FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "receivables_tag: a cluster runs no triggers such as odd.",
        ),
        (
            "ALTER TABLE receivables_tag ADD COLUMN number integer GENERATED BY DEFAULT AS IDENTITY",
            "receivables_tag: the identity number is integer, and has to be bigint.",
        ),
        (
            "ALTER TABLE receivables_tag ALTER COLUMN account_id TYPE integer",
            "receivables_tag: account_id has to be an ordinary bigint that is never null.",
        ),
    ],
    ids=[
        "a unique index without the account",
        "no primary key",
        "a foreign key without the account",
        "a foreign key to a local table",
        "a foreign key from a local table",
        "a trigger",
        "a small identity",
        "another type of the account",
    ],
)
def test_a_table_that_does_not_fit_is_refused(ddl, expected):
    with connection.cursor() as cursor:
        cursor.execute(ddl)
        assert misfits(cursor, Tables.of_models()) == [expected]


@pytest.mark.plain_postgresql(reason="there, both commands have something to do")
@pytest.mark.django_db
@pytest.mark.parametrize("command", ["distribute", "undistribute"])
def test_a_database_without_the_extension_is_refused_with_the_remedy(command):
    with pytest.raises(CommandError, match=r"plain PostgreSQL.*run CREATE EXTENSION citus in this database on each"):
        call_command(command)


@pytest.mark.plain_postgresql(reason="a cluster says what it is")
@pytest.mark.django_db
def test_plain_postgresql_passes_the_check_without_a_word(capsys):
    call_command("check", databases=["default"])
    assert capsys.readouterr().out.strip() == "System check identified no issues (0 silenced)."
