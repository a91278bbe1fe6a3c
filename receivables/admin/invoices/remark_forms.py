from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from receivables.models.notes_and_tags import LONGEST_NOTE, Tag

LONGEST_TAG = Tag._meta.get_field("name").max_length


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, widget=UnfoldAdminTextareaWidget({"rows": 3, "id": "note-text"})
    )


class TagForm(forms.Form):
    name = forms.CharField(
        label=_("Tag"),
        max_length=LONGEST_TAG,
        widget=UnfoldAdminTextInputWidget({"list": "tags-known", "id": "tag-name", "autocomplete": "off"}),
    )
