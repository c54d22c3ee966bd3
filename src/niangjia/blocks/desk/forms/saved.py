"""Forms of the desk."""

from django import forms
from django.urls import NoReverseMatch, reverse


class ViewForm(forms.Form):
    """A list's name; its length and meaning are the service's to judge."""

    title = forms.CharField(required=False)
    shared = forms.BooleanField(required=False)
    page = forms.CharField(required=False, max_length=80)
    query = forms.CharField(required=False, max_length=2000)

    def address(self) -> str:
        """Where the list stands; empty if there is no such page."""
        return address_of(self.cleaned_data.get("page", ""))


def address_of(page: str) -> str:
    """The address of a page by its route's name; empty if there is none."""
    try:
        return reverse(page) if ":" in page else ""
    except NoReverseMatch:
        return ""
