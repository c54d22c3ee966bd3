"""Who may act, and for whom: organisations in two dated trees, people, logins, appointments."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

TERRITORY, LINE = "territory", "line"


class Organisation(models.Model):
    """A city, district, street, line, unit, supplier or assisted county's department.

    category: `node` (of a tree), `buyer`, `supplier`, `department`. key: what identifies it within
    its category: `uscc:<code>` or `name:<name>`. to_confirm: taken from an import, not yet checked.
    code: of a node (`110115`, `education`). district_code, line_code and the two paths are where
    the trees put it today (`/1/4/`, ids of ancestors and itself); Placement keeps the history.
    valid_to: its last day, once closed. succeeded_by: the one that it was merged into, always one
    that was not merged itself; it then stands beneath that one in both trees. short_name: what is
    left of the name when it is compared with others.
    """

    ref = models.CharField(max_length=32, unique=True)
    category = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=140)
    name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=18, blank=True, db_index=True)
    code = models.CharField(max_length=20, blank=True)
    region_code = models.CharField(max_length=6, blank=True)
    to_confirm = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    district_code = models.CharField(max_length=12, default="unplaced", db_index=True)
    line_code = models.CharField(max_length=20, default="unassigned")
    territory_path = models.CharField(max_length=120, blank=True, db_index=True)
    line_path = models.CharField(max_length=120, blank=True)
    short_name = models.CharField(max_length=120, blank=True)
    succeeded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "key"], name="organisation_once"),
            models.CheckConstraint(
                condition=models.Q(succeeded_by__isnull=True)
                | (models.Q(valid_to__isnull=False) & ~models.Q(succeeded_by=models.F("id"))),
                name="organisation_succession",
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=["node", "buyer", "supplier", "department"]),
                name="organisation_category",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="organisation_name"),
            models.Index(fields=["category", "short_name"], name="organisation_short_name"),
            models.Index(
                fields=["category", "id"],
                name="organisation_to_confirm",
                condition=models.Q(to_confirm=True),
            ),
        ]


class Succession(models.Model):
    """An organisation was merged into another, from a day until it was split again.

    organisation, successor: as merged, not as merged on; Organisation.succeeded_by says the last.
    valid_to: the organisation's own last day before, if it had been closed.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="successions"
    )
    successor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    valid_to = models.DateField(null=True)
    merged_at = models.DateTimeField()
    split_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(split_at__isnull=True),
                name="succession_one_open",
            )
        ]


class FormerKey(models.Model):
    """A key (`name:...` or `uscc:...`) that an organisation bore until a day; it still finds it.

    until: the first day of what took its place.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="former_keys"
    )
    category = models.CharField(max_length=12)
    key = models.CharField(max_length=140)
    until = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["category", "key"], name="former_key")]


class Placement(models.Model):
    """Where an organisation stands in one of the trees, from a day to a day."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="placements"
    )
    tree = models.CharField(max_length=10)
    parent = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "tree"],
                condition=models.Q(valid_to__isnull=True),
                name="placement_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(tree__in=[TERRITORY, LINE]), name="placement_tree"
            ),
        ]


class Person(models.Model):
    """A person with an appointment. sealed_name: personal, purpose `who decided`, kept 10 years
    after the last appointment, then its key is erased."""

    ref = models.CharField(max_length=32, unique=True)
    sealed_name = models.BinaryField()


class Contact(models.Model):
    """A supplier's contact. sealed: personal (name, phone), purpose `delivery and checks`, kept
    while the supplier has records of the last 5 years. digest: keyed hash to find it again."""

    ref = models.CharField(max_length=32, unique=True)
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contacts")
    digest = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["supplier", "digest"], name="contact_once")
        ]


class LoginManager(BaseUserManager["Login"]):
    """Finds a login by its name."""

    def get_by_natural_key(self, username: str | None) -> "Login":
        return self.get(username=username)


class Login(AbstractBaseUser):
    """A way to sign in. username: an account name, no personal data."""

    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects: ClassVar = LoginManager()


class Appointment(models.Model):
    """A person holds a role at an organisation from a day to a day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "valid_from"], name="appointment_once"
            )
        ]


class Delegation(models.Model):
    """While the holder is away a deputy acts under the holder's appointment, from a day to a day.

    reason: leave, business trip; no personal detail. ended_at: taken back before its last day.
    """

    ref = models.CharField(max_length=32, unique=True)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="delegations"
    )
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="covers")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=100, blank=True)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="delegation_days"
            ),
            models.UniqueConstraint(
                fields=["appointment", "deputy", "valid_from"],
                condition=models.Q(ended_at__isnull=True),
                name="delegation_once",
            ),
        ]


class AccessToken(models.Model):
    """A key for a program: acts under one appointment, for the scopes named, until a day.

    digest: of the secret, which is shown once and kept nowhere.
    """

    ref = models.CharField(max_length=32, unique=True)
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="tokens")
    organisation_id = models.BigIntegerField()
    role = models.CharField(max_length=20)
    title = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class KnownSession(models.Model):
    """A browser signed in. key: of its session; device: what the browser says it is, shortened.

    Personal, purpose `see and end my own sessions`, removed with the session.
    """

    ref = models.CharField(max_length=32, unique=True)
    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=80)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class SecondFactor(models.Model):
    """What a person shows besides the password. kind: `totp` or `passkey`.

    sealed: personal (the app's secret, or the passkey's public data), purpose `second factor`, kept
    until the person removes it. credential: digest of a passkey's id, to find it; last_step: of
    the last code taken, so that no code works twice.
    """

    ref = models.CharField(max_length=32, unique=True)
    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8)
    title = models.CharField(max_length=60)
    sealed = models.BinaryField()
    credential = models.CharField(max_length=64, blank=True)
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["totp", "passkey"]), name="factor_kind"
            ),
            models.UniqueConstraint(
                fields=["credential"],
                condition=~models.Q(credential=""),
                name="factor_credential",
            ),
        ]
