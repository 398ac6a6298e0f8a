"""Addresses of the casework: the worklist, the search, and everything that is done with one case."""

from django.urls import include, path

from workflows.views import case, contact, decisions, family, holds, investigation, people, search, words, worklist

_case = [
    path("", case.overview, name="case"),
    path("timeline/", case.timeline, name="case-timeline"),
    path("deadlines/", case.deadlines, name="case-deadlines"),
    path("documents/", case.documents, name="case-documents"),
    path("process/", case.process, name="case-process"),
    path("log/", case.log, name="case-log"),
    path("take/", people.take, name="case-take"),
    path("assign/", people.Assign.as_view(), name="case-assign"),
    path("hand-over/", people.HandOver.as_view(), name="case-hand-over"),
    path("liaison/", people.NameLiaison.as_view(), name="case-liaison"),
    path("contact/", contact.RegisterContact.as_view(), name="contact"),
    path("assessment/", decisions.Assess.as_view(), name="assessment"),
    path("disposition/", decisions.Dispose.as_view(), name="disposition"),
    path("feedback/", decisions.Answer.as_view(), name="feedback"),
    path("feedback-request/", decisions.ask_for_answer, name="feedback-request"),
    path("note/", words.WriteNote.as_view(), name="case-note"),
    path("supplement/", words.Supplement.as_view(), name="case-supplement"),
    path("child/", family.IdentifyChild.as_view(), name="child-identify"),
    path("child/informed/", contact.InformChild.as_view(), name="child-informed"),
    path("guardians/new/", family.AddGuardian.as_view(), name="guardian-new"),
    path("guardians/none/", contact.NoGuardian.as_view(), name="guardian-none"),
    path("guardians/<uuid:guardian_id>/", family.ChangeGuardian.as_view(), name="guardian-edit"),
    path("guardians/<uuid:guardian_id>/write-off/", contact.WriteOff.as_view(), name="guardian-write-off"),
    path("guardians/<uuid:guardian_id>/contacts/<slug:outcome>/", contact.tap, name="contact-tap"),
    path("holds/", holds.overview, name="holds"),
    path("holds/new/", holds.Decide.as_view(), name="hold-new"),
    path("holds/not-needed/", holds.NotNeeded.as_view(), name="hold-not-needed"),
    path("holds/<uuid:hold_id>/renew/", holds.Renew.as_view(), name="hold-renew"),
    path("holds/<uuid:hold_id>/end/", holds.End.as_view(), name="hold-end"),
    path("holds/<uuid:hold_id>/confirm/", holds.confirm, name="hold-confirm"),
    path("investigation/", investigation.overview, name="investigation"),
    path("investigation/told/", investigation.Tell.as_view(), name="investigation-told"),
    path("investigation/plan/", investigation.Plan.as_view(), name="investigation-plan"),
    path("investigation/heard/", investigation.Hear.as_view(), name="investigation-heard"),
    path("investigation/extend/", investigation.Extend.as_view(), name="investigation-extend"),
    path("investigation/close/", investigation.Close.as_view(), name="investigation-close"),
    path("investigation/statement/", investigation.Statement.as_view(), name="investigation-statement"),
    path("investigation/statement/sent/", investigation.statement_sent, name="investigation-statement-sent"),
]

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("worklist/status/", worklist.status, name="worklist-status"),
    path("search/", search.search, name="search"),
    path("investigations/", investigation.running, name="investigations"),
    path("cases/<uuid:case_id>/", include(_case)),
]
