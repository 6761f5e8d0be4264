"""Tables of the program database; at the same time the load format, one file or sheet a table.

Every ``id`` and ``*_id`` is an integer, codes and e-mails are text, dates are dates. The tables
carry their keys and references so that the loader and the data checks can be derived from them;
columnar engines get the bare columns (constraints there cost memory and protect nothing that the
loader has not checked already).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from program.rules import (
    CONTACT_OUTCOMES,
    DELIVERY_STATUSES,
    EDITIONS,
    KEY_KINDS,
    QUESTION_SUBJECTS,
    STAFF_ROLES,
    TEST_STATUSES,
    TIERS,
)

metadata = MetaData()


def _id(name: str = "id") -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _reference(name: str, target: str, *, unique: bool | None = None) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), nullable=False, unique=unique)


def _code(name: str, *values: str) -> Column[str]:
    """Return a required text column; ``values`` is its closed list, read by the loader."""
    return Column(name, String, nullable=False, info={"values": values} if values else {})


region = Table(
    "region",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_ru", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("district_ru", String, nullable=True),
    Column("country", String, nullable=False),
    Column("tile_row", Integer, nullable=True),
    Column("tile_col", Integer, nullable=True),
)

city = Table(
    "city",
    metadata,
    _id(),
    Column("name_ru", String, nullable=False),
    Column("region_code", String, ForeignKey("region.code"), nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("email", String, primary_key=True),
    Column("name", String, nullable=False),
    _code("role", *STAFF_ROLES),
)

partner = Table(
    "partner",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    _reference("city_id", "city.id"),
    _code("tier", *TIERS),
    Column("manager_email", String, nullable=False),
    Column("joined_on", Date, nullable=True),
    Column("left_on", Date, nullable=True),
)

license_key = Table(
    "license_key",
    metadata,
    _id(),
    Column("key_md5", String, nullable=False, unique=True),
    _reference("partner_id", "partner.id"),
    _code("edition", *EDITIONS),
    _code("kind", *KEY_KINDS),
    Column("purchased_on", Date, nullable=False),
    Column("activated_on", Date, nullable=True),
    Index("license_key_purchase", "purchased_on", "partner_id"),
    Index("license_key_partner", "partner_id", "purchased_on"),
)

project = Table(
    "project",
    metadata,
    _id(),
    _reference("license_key_id", "license_key.id"),
    Column("name", String, nullable=False),
    Column("site", String, nullable=False),
    Column("client_name", String, nullable=False),
    Index("project_license_key", "license_key_id"),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    _reference("project_id", "project.id"),
    _reference("partner_id", "partner.id"),
    Column("delivered_on", Date, nullable=False),
    _code("status", *DELIVERY_STATUSES),
    Column("tests_total", Integer, nullable=False),
    Column("tests_passed_auto", Integer, nullable=False),
    Column("tests_passed_manual", Integer, nullable=False),
    Column("tests_failed", Integer, nullable=False),
    Column("tests_skipped", Integer, nullable=False),
    Index("delivery_project", "project_id"),
    Index("delivery_partner", "partner_id", "delivered_on"),
    Index("delivery_day", "delivered_on"),
)

delivery_test = Table(
    "delivery_test",
    metadata,
    Column("delivery_id", Integer, ForeignKey("delivery.id"), primary_key=True),
    Column("code", String, primary_key=True),
    _code("status", *TEST_STATUSES),
    Column("is_auto", Boolean, nullable=False),
    Column("is_mandatory", Boolean, nullable=False),
    Column("comment", Text, nullable=True),
)

client_contact = Table(
    "client_contact",
    metadata,
    Column(
        "delivery_id", Integer, ForeignKey("delivery.id"), primary_key=True, autoincrement=False
    ),
    Column("name", String, nullable=False),
    Column("post", String, nullable=True),
    Column("phone", String, nullable=False),
    Column("phone_ext", String, nullable=True),
    Column("email", String, nullable=True),
    Column("call_from", String, nullable=True),
    Column("call_to", String, nullable=True),
    info={"personal": True},
)

contact_attempt = Table(
    "contact_attempt",
    metadata,
    _id(),
    _reference("delivery_id", "delivery.id"),
    Column("attempted_on", Date, nullable=False),
    _code("outcome", *CONTACT_OUTCOMES),
    Index("contact_attempt_delivery", "delivery_id"),
)

survey = Table(
    "survey",
    metadata,
    _id(),
    _reference("delivery_id", "delivery.id", unique=True),
    Column("completed_on", Date, nullable=False),
    Column("questionnaire_version", Integer, nullable=False),
    Column("comment", Text, nullable=True),
    Index("survey_day", "completed_on"),
)

question = Table(
    "question",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("code", String, primary_key=True),
    Column("position", Integer, nullable=False),
    _code("subject", *QUESTION_SUBJECTS),
    Column("text_ru", String, nullable=False),
    Column("text_en", String, nullable=False),
    Column("scale_labels_ru", String, nullable=False),
    Column("scale_labels_en", String, nullable=False),
    Column("scale_max", Integer, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("survey_id", Integer, ForeignKey("survey.id"), primary_key=True, autoincrement=False),
    Column("question_code", String, primary_key=True),
    Column("score", SmallInteger, nullable=False),
)

competence_evaluation = Table(
    "competence_evaluation",
    metadata,
    Column("evaluated_on", Date, primary_key=True),
    Column("partner_id", Integer, ForeignKey("partner.id"), primary_key=True, autoincrement=False),
    Column("base", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("rules_version", String, nullable=False),
    Index("competence_evaluation_partner", "partner_id", "evaluated_on"),
)

load_batch = Table(
    "load_batch",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String, nullable=False),
    Column("data_as_of", DateTime, nullable=False),
    Column("loaded_at", DateTime, nullable=False),
    Column("row_counts", Text, nullable=False),
    Column("content_sha256", String, nullable=False),
)

# Fact tables, in the sense of dimensional modelling: what the statements of many pages would
# otherwise join and sort out anew each time. They say nothing that the tables above do not say;
# ``queries.facts`` defines them, and every job that writes the tables above fills them again.

key_fact = Table(
    "key_fact",
    metadata,
    _id("license_key_id"),
    Column("partner_id", Integer, nullable=False),
    _code("edition", *EDITIONS),
    _code("kind", *KEY_KINDS),
    Column("purchased_on", Date, nullable=False),
    Column("activated_on", Date, nullable=True),
    Column("delivered_on", Date, nullable=True),
    Column("handed_over_on", Date, nullable=True),
    Index("key_fact_purchase", "purchased_on", "partner_id"),
    Index("key_fact_partner", "partner_id", "purchased_on"),
)

delivery_fact = Table(
    "delivery_fact",
    metadata,
    _id("delivery_id"),
    Column("partner_id", Integer, nullable=False),
    Column("license_key_id", Integer, nullable=False),
    _code("edition", *EDITIONS),
    Column("own_key", Boolean, nullable=False),
    Column("delivered_on", Date, nullable=False),
    _code("status", *DELIVERY_STATUSES),
    Column("attempted_on", Date, nullable=True),
    Column("called_on", Date, nullable=True),
    Column("survey_id", Integer, nullable=True),
    Column("completed_on", Date, nullable=True),
    Column("version", Integer, nullable=True),
    Column("partner_score", SmallInteger, nullable=True),
    Column("partner_scale", Integer, nullable=True),
    Column("platform_score", SmallInteger, nullable=True),
    Index("delivery_fact_key", "license_key_id"),
    Index("delivery_fact_survey", "completed_on"),
    Index("delivery_fact_partner", "partner_id", "delivered_on"),
)

contact_fact = Table(
    "contact_fact",
    metadata,
    _id("attempt_id"),
    Column("delivery_id", Integer, nullable=False),
    Column("partner_id", Integer, nullable=False),
    _code("status", *DELIVERY_STATUSES),
    Column("attempted_on", Date, nullable=False),
    _code("outcome", *CONTACT_OUTCOMES),
    Column("superseded_on", Date, nullable=True),
    Index("contact_fact_day", "attempted_on"),
    Index("contact_fact_partner", "partner_id", "attempted_on"),
)

survey_fact = Table(
    "survey_fact",
    metadata,
    _id("survey_id"),
    Column("partner_id", Integer, nullable=False),
    _code("status", *DELIVERY_STATUSES),
    Column("completed_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("answers", BigInteger, nullable=False),
    Index("survey_fact_day", "completed_on"),
    Index("survey_fact_partner", "partner_id", "completed_on"),
)

#: A set without one of these is refused.
REQUIRED_TABLES = ("region", "city", "partner", "license_key", "project", "delivery")
#: Derived from the other tables, see ``queries.facts``.
FACT_TABLES = (key_fact.name, delivery_fact.name, contact_fact.name, survey_fact.name)
#: Written by the jobs themselves, never part of a set.
JOB_TABLES = ("load_batch", *FACT_TABLES)
#: Batches of jobs that add what follows from the content, and no content.
SIDE_SOURCES = frozenset({"award", "facts"})
#: Never selected by the dashboard, in which the read-only role has no grant on them.
PERSONAL_TABLES = tuple(t.name for t in metadata.sorted_tables if t.info.get("personal"))
#: Tables of a set, referenced tables first.
LOAD_TABLES = tuple(t.name for t in metadata.sorted_tables if t.name not in JOB_TABLES)
#: Tables the dashboard reads; a live database without one of them is of a wrong schema.
DASHBOARD_TABLES = tuple(t.name for t in metadata.sorted_tables if t.name not in PERSONAL_TABLES)

_COLUMNAR_ENGINES = frozenset({"duckdb"})


def create_all(engine: Engine) -> None:
    """Create every missing table on ``engine``; on a columnar engine without constraints."""
    if engine.dialect.name not in _COLUMNAR_ENGINES:
        metadata.create_all(engine)
        return
    bare = MetaData()
    for table in metadata.sorted_tables:
        Table(
            table.name,
            bare,
            *(Column(c.name, c.type, nullable=c.nullable) for c in table.columns),
        )
    bare.create_all(engine)
