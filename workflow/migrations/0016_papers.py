"""Measures that the clock proposes, papers that people sign, and who knows of an alert."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_city_leaders"),
        ("workflow", "0015_rungs_name_their_measure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="AlertNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.PositiveSmallIntegerField()),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("supervision_order", "Supervision order"),
                            ("bulletin", "Bulletin"),
                            ("interview", "Interview"),
                            ("referral", "Referral for accountability"),
                        ],
                        max_length=20,
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("text", models.TextField(verbose_name="text")),
                ("reply_by", models.DateField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("signed_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["item", "id"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("supervision_order", "Supervision order"),
                            ("bulletin", "Bulletin"),
                            ("interview", "Interview"),
                            ("referral", "Referral for accountability"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Proposed"),
                            ("signed", "Signed"),
                            ("dismissed", "Dismissed"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["item", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="timer",
            name="workflow_timer_one_running",
        ),
        migrations.RemoveConstraint(
            model_name="timer",
            name="workflow_timer_generation_once",
        ),
        migrations.AlterField(
            model_name="extension",
            name="decider",
            field=models.CharField(
                choices=[
                    ("office", "Committee office"),
                    ("lead", "Lead department"),
                    ("holder", "Lead department or committee office"),
                    ("cooperating", "Cooperating departments"),
                    ("responsible", "Departments responsible"),
                    ("decider", "Who decides the extension"),
                    ("verifier", "Verifying department"),
                    ("approver", "Supervisor"),
                    ("inspector", "Who looks back"),
                    ("overseer", "Committee office or its supervisor"),
                    ("alerted", "Those who are told that a time limit has passed"),
                    ("addressee", "Department that has to answer a paper"),
                    ("public", "The public"),
                    ("clock", "The clock"),
                    ("nobody", "Nobody"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="workitem",
            name="turn_party",
            field=models.CharField(
                choices=[
                    ("office", "Committee office"),
                    ("lead", "Lead department"),
                    ("holder", "Lead department or committee office"),
                    ("cooperating", "Cooperating departments"),
                    ("responsible", "Departments responsible"),
                    ("decider", "Who decides the extension"),
                    ("verifier", "Verifying department"),
                    ("approver", "Supervisor"),
                    ("inspector", "Who looks back"),
                    ("overseer", "Committee office or its supervisor"),
                    ("alerted", "Those who are told that a time limit has passed"),
                    ("addressee", "Department that has to answer a paper"),
                    ("public", "The public"),
                    ("clock", "The clock"),
                    ("nobody", "Nobody"),
                ],
                default="office",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="alertnote",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="alertnote",
            name="firing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="workflow.rungfiring"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="addressee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.department"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="answered_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.department",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.department"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="workflow.workitem"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.department"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="signed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timer",
            name="paper",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="workflow.paper"
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("item", "clock", "milestone", "paper"),
                name="workflow_timer_one_running",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(
                fields=("item", "clock", "milestone", "paper", "generation"),
                name="workflow_timer_generation_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clock", "reply"), ("paper__isnull", False)),
                    models.Q(models.Q(("clock", "reply"), _negated=True), ("paper__isnull", True)),
                    _connector="OR",
                ),
                name="workflow_timer_of_a_paper",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="firing",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposal", to="workflow.rungfiring"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="workflow.workitem"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="timer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="workflow.timer"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="proposal",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="workflow.proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertnote",
            constraint=models.UniqueConstraint(fields=("firing", "by"), name="workflow_alert_noted_once"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(condition=models.Q(("status", "open")), fields=["item"], name="workflow_proposal_open"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("item", "measure"), name="workflow_proposal_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(fields=("timer", "measure"), name="workflow_proposal_once_a_clock"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("reason", ""), ("status", "open")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("reason", ""),
                        ("status", "signed"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status", "dismissed"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", True),
                        ("reason", ""),
                        ("status", "lapsed"),
                    ),
                    _connector="OR",
                ),
                name="workflow_proposal_decided_together",
            ),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", True), ("due_on__isnull", False)),
                fields=["department", "item"],
                name="workflow_paper_to_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("office", "number"), name="workflow_paper_number_once"),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("number", ""), _negated=True)),
                name="workflow_paper_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on__isnull", True), ("reply_by__isnull", True)),
                    models.Q(
                        ("due_on__gte", models.F("reply_by")),
                        ("due_on__isnull", False),
                        ("reply_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="workflow_paper_answer_put_off_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("answered_for__isnull", True),
                    ),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("answered_for__isnull", False),
                        ("due_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="workflow_paper_answered_together",
            ),
        ),
    ]
