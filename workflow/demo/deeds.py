"""What the people of the demo do with one item, each deed by the real verb and by somebody who may."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from accounts.roles import Role
from workflow import services
from workflow.deadlines import business_day
from workflow.demo import papers
from workflow.demo.stage import Plot, Stage
from workflow.lifecycle import DepartmentRole, State
from workflow.models import Evidence, LookBack, WorkItem
from workflow.models.closing import Standard
from workflow.models.petitions import Finding, Petition
from workflow.services.decomposition import Part
from workflow.services.evidence import add_evidence
from workflow.services.petitions import SubFinding, record_findings


class Deeds:
    """One item in the hands of its people."""

    def __init__(self, stage: Stage, item: WorkItem, plot: Plot) -> None:
        self.stage, self.item, self.plot = stage, item, plot
        self.office = item.office

    def _present(self) -> WorkItem:
        self.item.refresh_from_db()
        return self.item

    def _clerk(self) -> User:
        return self.stage.person(self.plot.lead, Role.CLERK)

    def _office(self, role: Role) -> User:
        return self.stage.person(self.office, role)

    def _assign(self, now: datetime) -> None:
        item = self._present()
        departments = [
            (DepartmentRole(row.role), row.department) for row in item.assignments.select_related("department")
        ]
        if self.plot.supervise:
            departments.append((DepartmentRole.SUPERVISE, self.plot.supervise))
        services.assign(
            item,
            by=self._office(Role.DISPATCHER),
            lead=self.plot.lead,
            due_on=self.plot.due_on,
            measures=self.plot.measures,
            standard=self.plot.standard,
            departments=departments,
            now=now,
        )

    def _accept(self, now: datetime) -> None:
        services.accept(self._present(), by=self._clerk(), now=now)

    def _decline(self, now: datetime) -> None:
        reason = "该事项不属于本单位职责范围，建议转交属地政府办理。"
        services.decline(self._present(), by=self._clerk(), reason=reason, now=now)

    def _void(self, now: datetime) -> None:
        reason = "经现场核查，反映情况不属实。"
        outcome = WorkItem.Outcome.NOT_SUBSTANTIATED
        services.void(self._present(), by=self._office(Role.DISPATCHER), reason=reason, outcome=outcome, now=now)

    def _decompose(self, now: datetime) -> None:
        parts = [Part(unit) for unit in self.plot.parts]
        services.decompose(self._present(), by=self._office(Role.DISPATCHER), parts=parts, now=now)

    def _report(self, now: datetime) -> None:
        """In proportion to the time that has gone, up to what the plot says."""
        item, today = self._present(), business_day(now)
        if item.state != State.RECTIFYING:
            return  # passed on, and not accepted again yet
        share = (today - self.plot.began) / max(self.plot.due_on - self.plot.began, timedelta(days=1))
        percent = max(item.percent, min(self.plot.percent, round(100 * share)))
        text = "已完成现场排查和方案制定，正按计划推进。" if percent < 50 else "主体工程已完成，正在收尾和查漏补缺。"
        services.report(item, by=self.stage.person(item.lead, Role.CLERK), text=text, percent=percent, now=now)

    def _submit(self, now: datetime) -> None:
        item, clerk = self._present(), self._clerk()
        before = papers.picture("整改前现场", item.pk * 10 + 5 + item.cycle, is_bleak=True)
        photo = papers.picture("整改后现场", item.pk * 10 + item.cycle)
        paper = papers.report(f"{item.number}整改情况报告", f"{item.title}：各项措施已落实，现申请验收。")
        add_evidence(item, by=clerk, file=before, kind=Evidence.Kind.BEFORE, now=now)
        add_evidence(item, by=clerk, file=photo, kind=Evidence.Kind.AFTER, now=now)
        add_evidence(item, by=clerk, file=paper, kind=Evidence.Kind.DOCUMENT, now=now)
        self._find(now)
        services.submit(item, by=clerk, summary="各项整改措施已全部落实，申请验收销号。", now=now)

    def _verifier(self) -> User:
        return self.stage.person(self._present().turn_department, Role.VERIFIER)

    def _verify(self, now: datetime) -> None:
        opinion = "资料齐全，现场核查与报告一致，同意通过。"
        by, day = self._verifier(), business_day(now)
        visit = {"visited_on": day, "team": f"{self.item.turn_department}核查组"}
        met = {standard.value: {"met": True, "note": ""} for standard in Standard}
        services.verify(self.item, by=by, conclusion="pass", opinion=opinion, checklist=met, **visit, now=now)

    def _supplement(self, now: datetime) -> None:
        opinion = "整改基本到位，请补充第三方监测报告后通过。"
        services.verify(self._present(), by=self._verifier(), conclusion="supplement", opinion=opinion, now=now)

    def _return(self, now: datetime) -> None:
        reason = "佐证材料不足，缺少监测报告，请补充后重新申请。"
        services.return_for_rework(self._present(), by=self._verifier(), reason=reason, now=now)

    def _object(self, now: datetime) -> None:
        text = "群众来电反映现场仍有遗留垃圾，请核实。"
        services.object_to(self._present(), by=self._office(Role.DISPATCHER), text=text, now=now)

    def _approve(self, now: datetime) -> None:
        opinion = "程序完备，同意销号。"
        services.approve(self._present(), by=self._office(Role.SUPERVISOR), opinion=opinion, now=now)

    def _file(self, now: datetime) -> None:
        number = f"宛环委备〔{now.year}〕{self.item.pk}号"
        services.file_closure(self._present(), by=self._office(Role.DISPATCHER), document_number=number, now=now)

    def _look_back(self, now: datetime) -> None:
        self._find_again(LookBack.Finding.HOLDS, "现场复核，整改成效保持良好。", now)

    def _rebound(self, now: datetime) -> None:
        """The look-back finds it; where the lot planned none, the office heard of it otherwise."""
        opinion = "回头看发现问题反弹，重新启动整改。"
        if not self._find_again(LookBack.Finding.REBOUNDED, opinion, now):
            services.reopen(self._present(), by=self._office(Role.DISPATCHER), reason=opinion, now=now)

    def _find_again(self, finding: str, opinion: str, now: datetime) -> bool:
        item, today = self._present(), business_day(now)
        if not item.look_backs.filter(cycle=item.cycle, finding="", dropped_at=None, due_on__lte=today).exists():
            return False
        by = self._office(Role.VERIFIER)
        photo = papers.picture("回头看现场", item.pk * 1000 + item.evidence.count())
        add_evidence(item, by=by, file=photo, kind=Evidence.Kind.AFTER, now=now)
        services.look_back(item, by=by, finding=finding, opinion=opinion, now=now)
        return True

    # -- side roads ----------------------------------------------------------------------------------------------------

    def _transfer(self, now: datetime) -> None:
        reason = "该点位由属地负责日常监管，转属地办理。"
        given = {"department": self.plot.passed_to, "reason": reason}
        services.transfer(self._present(), by=self._clerk(), **given, now=now)

    def _ask_for_time(self, now: datetime) -> None:
        reason = "主汛期无法开挖施工，申请延期。"
        later = self._present().due_on + timedelta(days=30)
        services.request_extension(self.item, by=self._clerk(), due_on=later, reason=reason, now=now)

    def _grant_time(self, now: datetime) -> None:
        given = {"approved": True, "reason": "情况属实，同意延期。"}
        services.decide_extension(self._present(), by=self._office(Role.DISPATCHER), **given, now=now)

    def _record_time(self, now: datetime) -> None:
        """Of an inspection issue only the higher level extends; its answer is recorded."""
        item, by = self._present(), self._office(Role.DISPATCHER)
        paper = papers.report("关于延长整改时限的批复", "同意延长整改时限九十天。")
        scan = add_evidence(item, by=by, file=paper, kind=Evidence.Kind.DOCUMENT, now=now)
        given = {
            "approved": True,
            "due_on": item.due_on + timedelta(days=90),
            "reason": "上级批准延期。",
            "scan": scan.pk,
        }
        number = f"豫环督改函〔{now.year}〕18号"
        services.decide_extension(item, by=by, document_number=number, **given, now=now)

    def _suspend(self, now: datetime) -> None:
        reason = "配套管网工程未移交，经研究同意中止，待移交后恢复。"
        services.suspend(self._present(), by=self._office(Role.SUPERVISOR), reason=reason, now=now)

    def _find(self, now: datetime) -> None:
        """Of a petition: what the investigation found, before it is handed in."""
        petition = Petition.objects.filter(item=self.item).first()
        if petition is None:
            return
        found = [
            SubFinding(row.position, Finding.TRUE if row.position == 1 else Finding.PARTLY, "经现场核查，情况属实。")
            for row in petition.sub_issues.all()
        ]
        record_findings(
            self.item,
            by=self._clerk(),
            finding=Finding.PARTLY if len(found) > 1 else Finding.TRUE,
            investigation="经现场调查核实，反映问题存在，已责令整改。",
            completion=Petition.Completion.DONE,
            sub_issues=found,
            counts={"ordered_to_rectify": 1, "penalised": 1, "fined": Decimal("2.5")},
            now=now,
        )
