"""What one upload moved, over REST: the report of movements from just before its moment to its moment."""

from datetime import timedelta
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apiauth.authentication import calling_key
from config.api.problems import Unprocessable
from config.openapi.problems import ProblemSerializer
from receivables.reports import moments
from receivables.reports.movement_parameters import End, ItemsParametersSerializer
from receivables.reports.movement_report import FORMAT, MOVEMENT_ANSWERS, MovementsView
from receivables.uploads.api.receipts import NotFinished
from receivables.uploads.models import State, Upload
from receivables.uploads.resources import Resource

JUST = timedelta(microseconds=1)
NOT_KNOWN = (
    "What it changed is not known: an earlier release stored it, or changed items after it. The list of invoices has "
    "those that it changed last: /jsonApi/invoices?uploadId="
)


class UploadChangesView(MovementsView):
    file_name = "changes"

    @extend_schema(
        operation_id="listUploadChanges",
        summary="What an upload moved",
        parameters=[ItemsParametersSerializer, FORMAT],
        responses=MOVEMENT_ANSWERS | {409: OpenApiResponse(ProblemSerializer, "The upload is not finished.")},
    )
    def get(self, request: Request, pk: Any) -> Response | StreamingHttpResponse:
        """Each item whose open amount or currency an upload changed, as the report of movements has it: from just
        before the moment of the upload to its moment. `since` and `until` are null, and there are no items, where it
        stored nothing (a dry run, a refused one), or customers.
        """
        checked = ItemsParametersSerializer(data=request.query_params.dict())
        checked.is_valid(raise_exception=True)
        own = Upload.objects.of_account(calling_key(request).account)
        return self.answer(_known(get_object_or_404(own, pk=pk)), checked.validated_data)


def _known(upload: Upload) -> tuple[End, End] | None:
    """Return what was known right before an upload, and right after it; None where it stored no invoices."""
    if upload.state != State.FINISHED:
        raise NotFinished
    if upload.merged_at is None or upload.resource != Resource.INVOICES:
        return None
    first = moments.uploads.span(upload.account_id).first
    if not upload.has_full_history or first is None or upload.merged_at < first:
        raise Unprocessable("id", f"{NOT_KNOWN}{upload.pk}", "not_known_then")
    before, after = upload.merged_at - JUST, upload.merged_at
    last_before, last = (moments.uploads.last_upload(upload.account_id, moment) for moment in (before, after))
    return End(before, last_before), End(after, last)
