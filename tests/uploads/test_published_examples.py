"""The examples of the published API, literally."""

from receivables.models import Invoice

INVOICE = '{"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112}'
CUSTOMER = (
    '[{"companyname": "Payorcrm LLC", "firstname": "John", "lastname": "Doe", "phoneno": "+11122334455",'
    ' "emailaddress1": "[email protected]", "customerno": "231231201", "cocode": "XY22"}]'
)


def test_a_lone_invoice_object_is_taken_as_an_array_of_one(upload):
    response = upload(INVOICE)
    assert response.status_code == 200
    assert response.json()["created"] == 1
    assert Invoice.objects.get().invoice_amount == 12112


def test_a_customer_with_a_masked_email_is_taken_with_a_warning(upload, client):
    response = upload(CUSTOMER, "customers")
    assert response.status_code == 200
    assert [warning["code"] for warning in response.json()["warnings"]] == ["odd_email"]
    assert client.get("/jsonApi/customers").json()["results"][0]["emailaddress1"] == "[email protected]"
