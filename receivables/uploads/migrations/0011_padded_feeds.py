import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose last upload padded its customer numbers. The table begins empty: the next padded upload says so."""

    dependencies = [("apiauth", "0006_link_requests"), ("uploads", "0010_bytes_of_waiting_uploads")]

    operations = [
        migrations.CreateModel(
            name="PaddedFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resource",
                    models.CharField(choices=[("invoices", "invoices"), ("customers", "customers")], max_length=16),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="apiauth.account",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "resource"), name="uploads_paddedfeed_unique_account_resource"
                    )
                ],
            },
        ),
    ]
