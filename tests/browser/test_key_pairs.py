"""A key pair in the hands of staff: made, copied, used, revoked."""

import httpx
import pytest

from apiauth.models import Account, ApiKey

pytestmark = pytest.mark.django_db(transaction=True)


def whoami(back_office, key, secret):
    answer = httpx.get(f"{back_office.address}/jsonApi/whoami", headers={"Api-Key": key, "Api-Secret": secret})
    return answer.status_code


@pytest.fixture
def copied(back_office):
    """Press a button with the keyboard, and return what is in the clipboard then."""
    page = back_office.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def press(name):
        button = page.get_by_role("button", name=name, exact=True)
        button.focus()
        button.press("Enter")
        page.get_by_role("status").filter(has_text="Copied").first.wait_for()
        return page.evaluate("navigator.clipboard.readText()")

    return press


@pytest.fixture
def made(back_office):
    """The page that shows a new pair once."""
    back_office.open("/admin/apiauth/apikey/add/")
    page = back_office.page
    page.get_by_label("Account").select_option(label=Account.objects.get().name)
    page.get_by_label("Name").fill("SAP nightly feed")
    page.get_by_role("button", name="Create the pair").click()
    page.get_by_text("Copy the secret now").wait_for()
    return ApiKey.objects.get(name="SAP nightly feed")


def test_a_pair_is_made_copied_used_and_revoked(back_office, made, copied):
    key, secret = copied("Copy api_key"), copied("Copy api_secret")
    assert key == made.key
    assert whoami(back_office, key, secret) == 200
    page = back_office.page
    page.get_by_role("link", name="I have copied the secret").click()
    page.get_by_role("link", name="Revoke…").click()
    assert whoami(back_office, key, secret) == 200
    page.get_by_role("button", name="Revoke for good").click()
    page.get_by_text("1 key pair revoked").wait_for()
    assert whoami(back_office, key, secret) == 401


def test_the_command_that_is_copied_is_the_one_that_is_shown(back_office, made, copied):
    command = copied("Copy curl: upload")
    assert command == back_office.page.locator("#upload-command").inner_text()
    assert command.startswith(f"curl '{back_office.address}/jsonApi/upload/invoices?dryRun=true'")
    assert f"api_key: {made.key}" in command


def test_loading_the_page_again_shows_no_secret_and_makes_no_second_pair(back_office, made):
    page = back_office.page
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(f"/admin/apiauth/apikey/{made.pk}/change/")
    assert "sk_" not in page.content()
    assert ApiKey.objects.filter(name="SAP nightly feed").count() == 1


def test_going_back_to_the_page_shows_no_secret(back_office, made):
    page = back_office.page
    page.get_by_role("link", name="I have copied the secret").click()
    page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert "sk_" not in page.content()


def test_a_pair_is_replaced_on_a_narrow_screen(back_office, made):
    page = back_office.page
    page.set_viewport_size({"width": 360, "height": 780})
    back_office.open(f"/admin/apiauth/apikey/{made.pk}/replace/")
    page.get_by_label("1 day").check()
    page.get_by_role("button", name="Create the new pair").click()
    page.get_by_text("It replaces").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert ApiKey.objects.get(replaces=made).name == "SAP nightly feed"


def test_filters_menu_and_theme_work_under_the_policy(back_office):
    back_office.open("/admin/apiauth/apikey/")
    page = back_office.page
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("link", name="revoked", exact=True).click()
    page.wait_for_url("**/?state=revoked")
    back_office.open("/admin/apiauth/apikey/")
    page.get_by_role("button", name="ada").click()
    page.get_by_role("button", name="Dark").click()
    page.locator("html.dark").wait_for(state="attached")
    assert back_office.troubles == []
