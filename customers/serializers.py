"""Customers as they leave: under the names they came in."""

from rest_framework import serializers

from customers.imported.serializers import ChangeSerializer
from customers.models import Customer


class CustomerSerializer(serializers.Serializer[Customer]):
    id = serializers.IntegerField(read_only=True)
    companyname = serializers.CharField(source="company_name")
    firstname = serializers.CharField(source="first_name")
    lastname = serializers.CharField(source="last_name")
    phoneno = serializers.CharField(source="phone_number")
    emailaddress1 = serializers.CharField(source="email_address")
    customerno = serializers.CharField(source="customer_number")
    cocode = serializers.CharField(source="company_code")
    extra = serializers.DictField(help_text="Keys of the feed that the contract does not know.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Customer


class CustomerChangeSerializer(ChangeSerializer):
    """One change of a customer."""

    row_serializer = CustomerSerializer
