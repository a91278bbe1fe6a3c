from django.db import migrations

# Figures and balances are made anew where there are none. Those of before added customers of one number up, and a release
# that goes back would find those of this one.
MAKE_ANEW = "DELETE FROM receivables_accountfigures"


class Migration(migrations.Migration):
    dependencies = [("receivables", "0014_signs_of_debits")]

    operations = [migrations.RunSQL(MAKE_ANEW, MAKE_ANEW)]
