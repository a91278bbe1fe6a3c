from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from apiauth.admin.staff.superusers import ForSuperusers

admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(ForSuperusers, GroupAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    filter_horizontal = []
