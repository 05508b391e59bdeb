"""Who may read which document: by grants to groups, by the client it is for, and never by default."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from guardian.shortcuts import assign_perm, remove_perm

from accounts import roles
from accounts.keys import make_program
from accounts.models import User
from clients.access import bind_key, give_role
from documents.attachments import attach, detach
from documents.models import Document, DocumentChange, DocumentGroupObjectPermission
from documents.readership import grantable, readership, words_of
from documents.sharing import BadSharing, NeedsConfirmation, change_audience, grant, opening, revoke, set_readers
from papers import account_manager, again, group, opened, paper, titles


def move(world, document, audience, client=None, *, confirmed=True, why="Because", by=None, **said):
    change_audience(
        document=document, audience=audience, client=client, by=by or world.manager, confirmed=confirmed, why=why,
        now=world.now, **said,
    )  # fmt: skip


@pytest.fixture
def beta(world):
    return world.client("Beta")


@pytest.fixture
def papers(world, beta):
    """One internal document, one internal about Acme, and one for each client."""
    paper(world, "Internal")
    about = paper(world, "About Acme", kind="REVIEW")
    Document.objects.filter(pk=about.pk).update(client=world.acme)
    opened(world, world.acme, "For Acme")
    opened(world, beta, "For Beta")


EVERYTHING = {"Internal", "About Acme", "For Acme", "For Beta"}


def test_the_desk_reads_everything_and_strangers_nothing(world, papers):
    administrator = world.person("admin@msp.example", roles.ADMINISTRATOR)
    for user in (world.l1, world.manager, administrator):
        assert titles(user) == EVERYTHING
    nobody = User.objects.create_user("nobody@x.example", name="Nobody")
    assert titles(nobody) == set() and not Document.objects.visible_to(AnonymousUser()).exists()
    assert not Document.objects.visible_to(None).exists()


def test_a_client_s_decision_maker_reads_what_is_for_that_client_alone(world, papers, beta):
    assert titles(world.reader(world.acme)) == {"For Acme"}
    assert titles(world.reader(beta)) == {"For Beta"}


def test_a_client_user_reads_a_document_only_when_let_in(world, papers):
    user = world.reader(world.acme, roles.CLIENT_USER)
    assert titles(user) == set()
    document = Document.objects.get(name="For Acme")
    grant(document=document, group=group("client user of acme"), by=world.manager, why="All read it", now=world.now)
    assert titles(user) == {"For Acme"}


def test_an_account_manager_reads_what_is_for_own_clients(world, papers):
    assert titles(account_manager(world, world.acme)) == {"For Acme"}


def test_who_may_not_see_the_client_reads_nothing_about_it(world, papers):
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    assert titles(world.l1) == {"Internal", "For Beta"}
    assert titles(world.manager) == EVERYTHING


def test_a_program_reads_everything_or_only_its_client_s(world, papers):
    whole, bound = make_program(name="All", provider_wide=True), make_program(name="One", provider_wide=False)
    bind_key(bound, world.acme)
    assert (titles(whole), titles(bound)) == (EVERYTHING, {"For Acme"})


def test_a_client_s_person_who_is_in_a_staff_group_by_mistake_reads_nothing_internal(world, papers):
    reader = world.reader(world.acme)
    reader.groups.add(group(roles.TECHNICIAN))
    assert "Internal" not in titles(reader) and "About Acme" not in titles(reader)


def test_a_grant_to_one_person_opens_nothing(world, papers):
    nobody = User.objects.create_user("nobody@x.example", name="Nobody")
    assign_perm("documents.view_document", nobody, Document.objects.get(name="Internal"))
    assert titles(nobody) == set()


# grants

WRONG = [
    ("Internal", "decision maker of acme"),
    ("Internal", "client user of acme"),
    ("Internal", "decision maker"),
    ("Internal", "whatever"),
    ("For Acme", "decision maker of beta"),
    ("For Acme", "client user of beta"),
    ("For Acme", "technician"),
    ("For Acme", "decision maker"),
    ("For Acme", "account manager of beta"),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_grant_to_a_group_that_it_is_not_for_is_refused(world, papers, name, wrong):
    document, before = Document.objects.get(name=name), DocumentGroupObjectPermission.objects.count()
    with pytest.raises(BadSharing) as told:
        grant(document=document, group=group(wrong), by=world.manager, why="Why not", now=world.now)
    assert wrong in str(told.value) and told.value.field == "group"
    assert DocumentGroupObjectPermission.objects.count() == before


@pytest.mark.parametrize(("name", "wrong"), [pair for pair in WRONG if pair[1] != "whatever"])
def test_the_database_refuses_such_a_grant_too(world, papers, name, wrong):
    with pytest.raises(DatabaseError, match="does not fit the audience"), transaction.atomic():
        assign_perm("view_document", group(wrong), Document.objects.get(name=name))


@pytest.mark.parametrize(("name", "change"), [
    ("Internal", {"audience": "CLIENT"}),
    ("For Acme", {"audience": "INTERNAL"}),
    ("For Acme", {"client": None}),
])  # fmt: skip
def test_the_database_refuses_an_audience_that_its_grants_do_not_fit(world, papers, name, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(name=name).update(**change)


def test_the_database_refuses_to_move_a_document_to_another_client_with_its_grants(world, papers, beta):
    with pytest.raises(DatabaseError, match="does not fit its audience"), transaction.atomic():
        Document.objects.filter(name="For Acme").update(client=beta)


def test_a_client_s_document_without_a_client_cannot_exist(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(name="x", kind="CONTRACT", audience="CLIENT")


def test_grants_are_given_and_taken_away_and_logged(world, papers):
    document, teams = Document.objects.get(name="Internal"), group("team helpdesk")
    colleague = User.objects.create_user("temp@msp.example", name="Temp")
    colleague.groups.add(teams)
    grant(document=document, group=teams, by=world.manager, why="They asked", now=world.now)
    assert titles(colleague) == {"Internal"}
    revoke(document=document, group=teams, by=world.manager, why="Done", now=world.now)
    assert titles(colleague) == set()
    told = [(change.text, change.why, change.by) for change in document.changes.all()]
    assert told == [
        ("“team helpdesk” may not read it any more.", "Done", world.manager),
        ("“team helpdesk” may read it.", "They asked", world.manager),
    ]


@pytest.mark.parametrize("verb", [grant, revoke])
def test_only_managers_say_who_reads(world, papers, verb):
    for user in (world.l1, world.reader(world.acme), account_manager(world, world.acme)):
        with pytest.raises(PermissionDenied):
            verb(document=Document.objects.get(name="Internal"), group=group("team x"), by=user, why="x", now=world.now)


def test_managers_cannot_be_shut_out_and_a_grant_is_not_made_or_taken_twice(world, papers):
    document = Document.objects.get(name="Internal")
    for verb, name in ((revoke, roles.MANAGER), (revoke, "team x"), (grant, roles.TECHNICIAN)):
        with pytest.raises(BadSharing):
            verb(document=document, group=group(name), by=world.manager, why="x", now=world.now)


@pytest.mark.parametrize("why", ["", "   ", "x" * 301])
def test_why_must_be_said_and_may_not_be_a_novel(world, papers, why):
    document = Document.objects.get(name="Internal")
    for verb, name in ((grant, "team x"), (revoke, roles.TECHNICIAN)):
        with pytest.raises(BadSharing) as told:
            verb(document=document, group=group(name), by=world.manager, why=why, now=world.now)
        assert told.value.field == "why"
    assert "Internal" in titles(world.l1)


def test_what_was_done_stands_for_good(world, papers):
    for change in (lambda: DocumentChange.objects.update(why="x"), lambda: DocumentChange.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("names", [[roles.TECHNICIAN], [roles.MANAGER], []])
def test_all_readers_together_are_refused_where_managers_are_not_among_them(world, papers, names):
    document = Document.objects.get(name="Internal")
    with pytest.raises(BadSharing, match="must be among them"):
        set_readers(document=document, groups=[group(n) for n in names], by=None, why="A file", now=world.now)
    with pytest.raises(BadSharing, match="not of the provider's people"):
        wrong = [group("decision maker of acme")]
        set_readers(document=document, groups=wrong, by=None, why="A file", now=world.now)
    assert titles(world.manager) == titles(world.l1) == EVERYTHING and not document.changes.exists()


def test_all_readers_together_are_set_by_managers_and_each_change_is_logged(world, papers):
    document = Document.objects.get(name="Internal")
    wanted = [group(name) for name in (roles.MANAGER, roles.ADMINISTRATOR, "team helpdesk")]
    with pytest.raises(PermissionDenied):
        set_readers(document=document, groups=wanted, by=world.l1, why="Mine", now=world.now)
    for _ in range(2):
        set_readers(document=document, groups=wanted, by=world.manager, why="Fewer", now=world.now)
    assert "Internal" in titles(world.manager) and "Internal" not in titles(world.l1)
    assert sorted(change.text for change in document.changes.all()) == [
        "“program” may not read it any more.", "“team helpdesk” may read it.", "“technician” may not read it any more.",
    ]  # fmt: skip


# the audience


def test_opening_a_document_asks_first_and_names_who_will_read_it(world, beta):
    dana, other = world.reader(world.acme), world.reader(beta)
    document = paper(world, "Plan")
    with pytest.raises(NeedsConfirmation) as asked:
        move(world, document, "CLIENT", world.acme, confirmed=False)
    assert (asked.value.opening.client, asked.value.opening.people) == (world.acme, (dana,))
    assert titles(dana) == set() and not document.changes.exists()
    move(world, document, "CLIENT", world.acme, why="They may read it")
    assert (titles(dana), titles(other)) == ({"Plan"}, set())
    [change] = document.changes.all()
    assert (change.text, change.why) == ("For Acme from now on: its decision makers read it.", "They may read it")


def test_a_document_goes_back_inside_and_its_readers_with_it(world, papers):
    dana, document = world.reader(world.acme), Document.objects.get(name="For Acme")
    move(world, document, "INTERNAL", why="A mistake")
    assert titles(dana) == set() and titles(world.l1) == EVERYTHING
    assert document.changes.first().text == "Internal from now on: no client reads it."


def test_a_document_that_goes_to_another_client_leaves_the_first(world, papers, beta):
    dana, document = world.reader(world.acme), Document.objects.get(name="For Acme")
    with pytest.raises(NeedsConfirmation):
        move(world, document, "CLIENT", beta, confirmed=False)
    move(world, document, "CLIENT", beta)
    assert titles(dana) == set() and titles(world.reader(beta)) == {"For Acme", "For Beta"}


def test_a_document_that_is_no_longer_about_its_client_asks_first_and_names_who_reads_it_then(world, papers):
    """Who may not see the client must not come to read about it by a move that nobody was asked about."""
    document, everybody = Document.objects.get(name="About Acme"), "About Acme" in titles(world.l1)
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    assert everybody and "About Acme" not in titles(world.l1)
    with pytest.raises(NeedsConfirmation) as asked:
        move(world, document, "INTERNAL", None, confirmed=False)
    opening = asked.value.opening
    assert (opening.client, opening.people) == (None, (world.l1, world.l2, world.l3))
    assert "About Acme" not in titles(world.l1) and not document.changes.exists()
    move(world, document, "INTERNAL", None, seen=opening.seen)
    assert "About Acme" in titles(world.l1)
    assert document.changes.get().text == "About no client from now on: whoever has a grant reads it."


def test_a_document_that_comes_inside_and_stays_about_its_client_lets_nobody_in_and_asks_nothing(world, papers):
    document = Document.objects.get(name="For Acme")
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    with pytest.raises(NeedsConfirmation):
        move(world, document, "INTERNAL", None, confirmed=False)
    move(world, document, "INTERNAL", world.acme, confirmed=False)
    assert "For Acme" in titles(world.manager) and "For Acme" not in titles(world.l1)
    assert "only who may see that client reads it" in document.changes.first().text


def test_what_becomes_about_a_client_keeps_its_grants_and_asks_nothing(world, papers):
    document = Document.objects.get(name="Internal")
    revoke(document=document, group=group(roles.TECHNICIAN), by=world.manager, why="Ours", now=world.now)
    move(world, document, "INTERNAL", world.acme, confirmed=False)
    assert "Internal" not in titles(world.l1) and "Internal" in titles(world.manager)


def changed_text(world, document):
    again(world, document, "Our margin is 40 %.", base=1)


def changed_files(world, document):
    upload = SimpleUploadedFile("margin.xlsx", b"x")
    attach(document=document, file=upload, by=world.manager, now=world.now)


def replaced_file(world, document):
    detach(attachment=document.attachments.get(), by=world.manager, now=world.now)
    attach(document=document, file=SimpleUploadedFile("plan.txt", b"y"), by=world.manager, now=world.now)


@pytest.mark.parametrize("meanwhile", [changed_text, changed_files, replaced_file])
def test_what_was_not_seen_when_it_was_confirmed_is_asked_about_again(world, meanwhile):
    document, dana = paper(world, "Plan"), world.reader(world.acme)
    attach(document=document, file=SimpleUploadedFile("plan.txt", b"x"), by=world.manager, now=world.now)
    seen = opening(document, "CLIENT", world.acme).seen
    meanwhile(world, document)
    with pytest.raises(NeedsConfirmation) as asked:
        move(world, document, "CLIENT", world.acme, seen=seen)
    assert titles(dana) == set()
    move(world, document, "CLIENT", world.acme, seen=asked.value.opening.seen)
    assert titles(dana) == {"Plan"}


def test_an_audience_that_cannot_be_is_refused(world, papers):
    internal, acme = Document.objects.get(name="Internal"), Document.objects.get(name="For Acme")
    for document, audience, client, field in (
        (internal, "CLIENT", None, "client"),
        (internal, "INTERNAL", None, "audience"),
        (acme, "CLIENT", world.acme, "audience"),
    ):
        with pytest.raises(BadSharing) as told:
            move(world, document, audience, client)
        assert told.value.field == field
    with pytest.raises(BadSharing) as told:
        move(world, internal, "CLIENT", world.acme, why=" ")
    assert told.value.field == "why" and titles(world.reader(world.acme)) == {"For Acme"}


def test_what_is_generated_stays_with_its_audience(world, papers):
    Document.objects.filter(name="Internal").update(source_key="policy:standard")
    with pytest.raises(BadSharing, match="generated"):
        move(world, Document.objects.get(name="Internal"), "CLIENT", world.acme)


def test_only_managers_open_a_document(world, papers):
    with pytest.raises(PermissionDenied):
        move(world, Document.objects.get(name="Internal"), "CLIENT", world.acme, by=world.l1)


# who can read it, and through what


def told(document):
    return {reader.who: (reader.through, reader.people) for reader in readership(document)}


def test_the_readers_of_an_internal_document_are_named_with_their_groups(world, papers):
    found = told(Document.objects.get(name="Internal"))
    assert found["Managers"] == ("A grant on this document", ("Boss",))
    assert found["Technicians"][1] == ("L1", "L2", "L3")
    assert set(found) == {"Administrators", "Managers", "Programs with a key for every client", "Technicians"}


def test_the_readers_of_a_client_s_document_are_its_people_and_those_who_look_after_it(world, papers):
    world.reader(world.acme)
    account_manager(world, world.acme)
    bind_key(make_program(name="Their tool", provider_wide=False), world.acme)
    found = told(Document.objects.get(name="For Acme"))
    assert found["Decision makers of Acme"] == ("A grant on this document", ("Reader",))
    assert found["Account managers of Acme"] == ("They may see Acme", ("Amy",))
    assert found["Their tool"] == ("They may see Acme", ())
    assert "Decision makers of Beta" not in found


def test_who_is_named_is_exactly_who_can_read_it(world, papers, beta):
    for client in (world.acme, beta):
        give_role(world.reader(client), roles.DECISION_MAKER, client)
        account_manager(world, client)
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    world.reader(world.acme, roles.CLIENT_USER).groups.add(group(roles.TECHNICIAN))
    User.objects.update(name="")
    for document in Document.objects.all():
        named = {name for reader in readership(document) for name in reader.people}
        assert named == {user.email for user in User.objects.all() if document.name in titles(user)}, document


def test_only_groups_that_fit_are_offered(world, papers):
    assert [g.name for g in grantable(Document.objects.get(name="For Acme"))] == ["client user of acme"]
    group("team helpdesk")
    offered = [g.name for g in grantable(Document.objects.get(name="Internal"))]
    assert offered == ["team helpdesk"]


def test_a_group_is_called_as_people_call_it(world):
    assert words_of(group("decision maker of acme"), world.acme) == "Decision makers of Acme"
    assert words_of(group("team helpdesk")) == "Team helpdesk"
    assert words_of(group("technician")) == "Technicians"
