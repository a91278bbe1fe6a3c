from django.urls import path

from receivables.uploads.api import changes, missing_items, snapshots, undo, views

urlpatterns = [
    path("upload/invoices", views.InvoiceUploadView.as_view(), name="upload-invoices"),
    path("upload/customers", views.CustomerUploadView.as_view(), name="upload-customers"),
    path("uploads", views.UploadListView.as_view(), name="upload-list"),
    path("uploads/<uuid:pk>", views.UploadDetailView.as_view(), name="upload-detail"),
    path("uploads/<uuid:pk>/errors", views.UploadErrorListView.as_view(), name="upload-errors"),
    path("uploads/<uuid:pk>/rejected", views.RejectedRowsView.as_view(), name="upload-rejected"),
    path("uploads/<uuid:pk>/changes", changes.UploadChangesView.as_view(), name="upload-changes"),
    path("uploads/<uuid:pk>/undo", undo.UploadUndoView.as_view(), name="upload-undo"),
    path("uploads/<uuid:pk>/kept", undo.SkippedRowListView.as_view(), name="upload-kept"),
    path("snapshots", snapshots.SnapshotListView.as_view(), name="snapshot-list"),
    path("snapshots/<uuid:pk>", snapshots.SnapshotDetailView.as_view(), name="snapshot-detail"),
    path("snapshots/<uuid:pk>/missing", missing_items.MissingListView.as_view(), name="snapshot-missing"),
    path("snapshots/<uuid:pk>/commit", snapshots.CommitView.as_view(), name="snapshot-commit"),
    path("snapshots/<uuid:pk>/confirm", snapshots.ConfirmView.as_view(), name="snapshot-confirm"),
    path("snapshots/<uuid:pk>/undo", undo.SnapshotUndoView.as_view(), name="snapshot-undo"),
]
