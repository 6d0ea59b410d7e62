"""Routes of the pages."""

from django.urls import path

from workflow.views import (
    actions,
    dossier_archive,
    evidence,
    findings,
    imports,
    inbox,
    items,
    procedures,
    public,
    registration,
    rehearsal,
    sources,
    whole_dossier,
)

app_name = "workflow"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("items/", items.item_list, name="items"),
    path("items/new/", registration.register, name="register"),
    path("items/<str:number>/", items.item, name="item"),
    path("items/<str:number>/actions/<str:action>/", actions.perform, name="action"),
    path("items/<str:number>/dossier/", whole_dossier.dossier, name="dossier"),
    path("items/<str:number>/dossier.zip", dossier_archive.archive, name="dossier-archive"),
    path("items/<str:number>/evidence/", evidence.add, name="evidence-add"),
    path("items/<str:number>/findings/", findings.record, name="findings"),
    path("evidence/<int:pk>/", evidence.download, name="evidence"),
    path("evidence/<int:pk>/picture/", evidence.picture, name="evidence-picture"),
    path("sources/", sources.source_list, name="sources"),
    path("sources/new/", sources.new_source, name="source-new"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("public/", public.notices, name="public"),
    path("public/<int:pk>/", public.notice, name="public-notice"),
    path("public/<int:pk>/objection/", public.objection, name="public-objection"),
    path("sources/<int:pk>/procedure/", sources.choose, name="source-procedure"),
    path("procedures/", procedures.procedure_list, name="procedures"),
    path("procedures/<slug:code>/", procedures.procedure, name="procedure"),
    path("procedures/<slug:code>/edit/", procedures.edit, name="procedure-edit"),
    path("procedures/<slug:code>/rehearsal/", rehearsal.rehearsal, name="procedure-rehearsal"),
    path("procedures/<slug:code>/<int:pk>/", procedures.procedure, name="procedure-revision"),
    path("imports/", imports.upload, name="plan-import"),
    path("imports/<int:pk>/", imports.preview, name="plan-preview"),
    path("imports/<int:pk>/tasks/<int:number>/", imports.task, name="plan-task"),
    path("imports/<int:pk>/confirm/", imports.confirm, name="plan-confirm"),
    path("imports/<int:pk>/discard/", imports.discard, name="plan-discard"),
]
