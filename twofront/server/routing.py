"""Which login does what: the owner migrates, the serving login does everything else."""

from django.db.models import Model


class OwnerMigrates:
    """Let migrations run under the owner's login only."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """Allow a migration for the owner."""
        del app_label, hints
        return db == "owner"

    def db_for_read(self, model: type[Model], **hints: object) -> str:
        """Read as the serving login."""
        del model, hints
        return "default"

    def db_for_write(self, model: type[Model], **hints: object) -> str:
        """Write as the serving login."""
        del model, hints
        return "default"
