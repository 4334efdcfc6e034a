"""Mail to a real server that refuses, stalls, hangs up, and wants a password and encryption."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections import Counter
from dataclasses import replace

import pytest

from notifications.catcher import Catcher, Faults
from notifications.channels.base import Deferred, Envelope, Outcome, Rejected, Retry, Sent
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from tests.notifications.conftest import MakeCatcher, Tls
from tests.notifications.test_channels import numbered

USERS = {"office": "p@ss:w/rd"}
PASSWORD = "p%40ss%3Aw%2Frd"


def to(
    catcher: Catcher,
    *,
    options: str = "",
    user: str = "",
    connections: int = 4,
    patience: float = 10.0,
    trust: ssl.SSLContext | None = None,
) -> SmtpChannel:
    """A channel to the server; ``patience`` is its limit in seconds for every step."""
    scheme, _, rest = catcher.url.partition("://")
    url = f"{scheme}://{user}@{rest}" if user else catcher.url
    return SmtpChannel(
        parse_smtp_url(url + options),
        connections=connections,
        timeout=patience,
        tls_context=trust,
        local_hostname="test.example",
    )


async def deliver(channel: SmtpChannel, envelope: Envelope | None = None) -> Outcome:
    """One mail, the channel opened for it."""
    async with channel:
        return await channel.deliver(envelope or numbered(1))


def assert_outage(outcome: Outcome, *said: str) -> None:
    """The way out is closed for every mail, and the reason says so in these words."""
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.OUTAGE
    for words in said:
        assert words in outcome.reason
    assert "p@ss" not in outcome.reason
    assert PASSWORD not in outcome.reason


def assert_put_off(outcome: Outcome, *said: str) -> None:
    """This mail is to be tried again later."""
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.BACKOFF
    for words in said:
        assert words in outcome.reason


# Connections


async def test_one_connection_carries_many_mails(catcher: Catcher) -> None:
    async with to(catcher) as channel:
        for number in range(30):
            assert isinstance(await channel.deliver(numbered(number)), Sent)
    assert len(catcher.mails) == 30
    assert catcher.connections == 1


async def test_a_batch_uses_as_many_connections_as_it_may(catcher: Catcher) -> None:
    async with to(catcher, connections=3) as channel:
        for _ in range(2):
            outcomes = await channel.deliver_many([numbered(number) for number in range(30)])
            assert {type(outcome) for outcome in outcomes} == {Sent}
    assert catcher.connections == 3
    assert set(Counter(mail.message_id for mail in catcher.mails).values()) == {2}


async def test_single_deliveries_at_the_same_time_share_the_connections(catcher: Catcher) -> None:
    async with to(catcher, connections=2) as channel:
        await asyncio.gather(*(channel.deliver(numbered(number)) for number in range(12)))
    assert len(catcher.mails) == 12
    assert catcher.connections <= 2


async def test_a_connection_that_the_server_ends_is_replaced_at_once(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(faults=Faults(goodbye_after=2))
    async with to(catcher) as channel:
        outcomes = [await channel.deliver(numbered(number)) for number in range(6)]
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert len(catcher.mails) == 6
    assert catcher.connections == 3


async def test_a_server_that_was_restarted_in_between_is_found_again(catcher: Catcher) -> None:
    async with to(catcher) as channel:
        await channel.deliver(numbered(1))
        catcher.stop()
        catcher.start()
        assert isinstance(await channel.deliver(numbered(2)), Sent)
    assert len(catcher.mails) == 2


async def test_a_server_that_only_greets_again_later_is_an_outage_meanwhile(
    catcher: Catcher,
) -> None:
    async with to(catcher, patience=2.0) as channel:
        await channel.deliver(numbered(1))
        catcher.stop()
        assert_outage(await channel.deliver(numbered(2)), "cannot be reached")
        catcher.start()
        assert isinstance(await channel.deliver(numbered(2)), Sent)


async def test_a_refused_connection_leaves_its_mail_to_the_others(catcher: Catcher) -> None:
    async with to(catcher, connections=4) as channel:
        await channel.deliver(numbered(0))
        catcher.faults.busy = 2
        outcomes = await channel.deliver_many([numbered(number) for number in range(1, 20)])
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert len(catcher.mails) == 20
    assert catcher.faults.busy == 0


async def test_an_outage_in_the_middle_of_a_batch_loses_and_repeats_nothing(
    catcher: Catcher,
) -> None:
    async with to(catcher, connections=2) as channel:
        await channel.deliver(numbered(0))
        catcher.faults = Faults(goodbye_after=5, busy=1000)
        batch = [numbered(number) for number in range(1, 30)]
        outcomes = await channel.deliver_many(batch)
        sent = {one.data for one, outcome in zip(batch, outcomes, strict=True) if is_sent(outcome)}
        for outcome in outcomes:
            if not is_sent(outcome):
                assert_outage(outcome, "421")
    assert {mail.data for mail in catcher.mails} == sent | {numbered(0).data}
    assert len(catcher.mails) == 5


def is_sent(outcome: Outcome) -> bool:
    """Whether the mail has left."""
    return isinstance(outcome, Sent)


async def test_a_server_that_is_down_is_asked_once_a_batch(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(busy=1000))
    async with to(catcher, connections=2) as channel:
        outcomes = await channel.deliver_many([numbered(number) for number in range(50)])
    assert len(outcomes) == 50
    for outcome in outcomes:
        assert_outage(outcome, "does not accept connections: 421")
    assert catcher.connections == 1


async def test_nobody_listening_is_an_outage_that_names_server_and_setting(
    catcher: Catcher,
) -> None:
    channel = to(catcher)
    catcher.stop()
    assert_outage(await deliver(channel), f"127.0.0.1:{catcher.port}", "RECTIFLOW_SMTP_URL")


async def test_a_host_that_does_not_exist_is_an_outage() -> None:
    channel = SmtpChannel(parse_smtp_url("smtp://mail.invalid"), timeout=5.0)
    assert_outage(await deliver(channel), "mail.invalid:25")


async def test_a_cancelled_delivery_spoils_no_connection(catcher: Catcher) -> None:
    async with to(catcher) as channel:
        await channel.deliver(numbered(1))
        catcher.faults.stall_at = "RCPT"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.deliver(numbered(2)), 0.2)
        catcher.faults.stall_at = ""
        assert isinstance(await channel.deliver(numbered(3)), Sent)
    assert [mail.data for mail in catcher.mails] == [numbered(1).data, numbered(3).data]


@pytest.mark.parametrize("encryption", ["none", "starttls", "implicit"])
def test_a_channel_that_was_left_keeps_no_socket(
    make_catcher: MakeCatcher, tls: Tls, encryption: str
) -> None:
    catcher = make_catcher(
        tls=None if encryption == "none" else tls.server, implicit_tls=encryption == "implicit"
    )

    async def talk(*faults: Faults) -> None:
        async with to(catcher, trust=tls.trusting) as channel:
            for catcher.faults in faults:
                await channel.deliver_many([numbered(number) for number in range(4)])

    for faults in (Faults(), Faults(drop_after_data=4), Faults(data_reply="503 5.5.1 Bad")):
        asyncio.run(talk(Faults(), faults))
        # A socket that is still open warns when it is collected, and warnings are errors.
        gc.collect()


# Refusals


async def test_a_refused_address_is_final_and_visible(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(refuse=frozenset({"gone@rectify.example"})))
    async with to(catcher) as channel:
        outcome = await channel.deliver(numbered(1, "gone@rectify.example"))
        assert outcome == Rejected(
            "The mail server refused it: 550 5.1.1 No such mailbox here.", of_address=True
        )
        assert isinstance(await channel.deliver(numbered(2)), Sent)
    assert catcher.connections == 1
    assert [mail.recipients for mail in catcher.mails] == [("lin@rectify.example",)]


async def test_a_refused_message_is_final_and_visible(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(data_reply="554 5.6.0 Not wanted here"))
    async with to(catcher) as channel:
        outcome = await channel.deliver(numbered(1))
        assert outcome == Rejected("The mail server refused it: 554 5.6.0 Not wanted here.")
        catcher.faults.data_reply = ""
        assert isinstance(await channel.deliver(numbered(2)), Sent)
    assert catcher.connections == 1


async def test_a_greylisted_mail_is_put_off_and_taken_the_next_time(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(faults=Faults(greylist=1))
    async with to(catcher) as channel:
        assert_put_off(await channel.deliver(numbered(1)), "451 4.7.1 Greylisted")
        assert isinstance(await channel.deliver(numbered(1)), Sent)
    assert [mail.data for mail in catcher.mails] == [numbered(1).data]
    assert catcher.connections == 1


async def test_a_server_out_of_disk_space_puts_the_mail_off(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(data_reply="452 4.3.1 Insufficient storage"))
    assert_put_off(await deliver(to(catcher)), "452 4.3.1")


async def test_a_refused_sender_is_the_operators_to_put_right(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(mail_reply="550 5.7.1 Sender not yours"))
    outcome = await deliver(to(catcher))
    assert_outage(outcome, "office@rectify.example", "5.7.1", "RECTIFLOW_MAIL_FROM")


async def test_a_mail_that_is_too_big_is_final(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher()
    big = replace(numbered(1), data=b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 17_000_000)
    outcome = await deliver(to(catcher), big)
    assert isinstance(outcome, Rejected)
    assert "too big" in outcome.reason
    assert catcher.mails == []


async def test_a_wrong_sender_address_of_ours_never_reaches_the_server(catcher: Catcher) -> None:
    outcome = await deliver(to(catcher), replace(numbered(1), sender="a@b.example> SIZE=1\r\nX"))
    assert_outage(outcome, "RECTIFLOW_MAIL_FROM")
    assert catcher.mails == []


async def test_a_reply_out_of_step_is_no_verdict_on_the_mail(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(data_reply="503 5.5.1 Bad sequence of commands"))
    async with to(catcher) as channel:
        assert_put_off(await channel.deliver(numbered(1)), "503")
        catcher.faults.data_reply = ""
        assert isinstance(await channel.deliver(numbered(1)), Sent)
    assert catcher.connections == 2


# Losses and limits


async def test_a_connection_dropped_after_the_data_is_unknown_and_repeated_byte_by_byte(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(faults=Faults(drop_after_data=1))
    async with to(catcher) as channel:
        assert_put_off(await channel.deliver(numbered(1)), "hung up", "not known")
        assert isinstance(await channel.deliver(numbered(1)), Sent)
    first, second = catcher.mails
    assert first.data == second.data == numbered(1).data
    assert first.message_id == second.message_id


async def test_a_kept_connection_dropped_after_the_data_is_not_repeated_by_itself(
    catcher: Catcher,
) -> None:
    async with to(catcher) as channel:
        await channel.deliver(numbered(1))
        catcher.faults.drop_after_data = 1
        assert_put_off(await channel.deliver(numbered(2)), "not known")
    assert [mail.data for mail in catcher.mails] == [numbered(1).data, numbered(2).data]


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
async def test_a_server_that_stalls_before_the_data_is_given_up(
    make_catcher: MakeCatcher, command: str
) -> None:
    catcher = make_catcher(faults=Faults(stall_at=command))
    outcome = await deliver(to(catcher, patience=0.1))
    assert_put_off(outcome, "stopped answering before it took the mail")


async def test_a_server_that_stalls_after_the_data_is_given_up_as_unknown(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(faults=Faults(stall_at="DATA"))
    outcome = await deliver(to(catcher, patience=0.1))
    assert_put_off(outcome, "stopped answering", "not known")


async def test_a_server_that_stalls_at_the_greeting_is_an_outage(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(faults=Faults(stall_at="EHLO"))
    assert_outage(await deliver(to(catcher, patience=0.1)), "did not answer within 0.1 s")


async def test_a_mail_is_sent_after_the_server_stalled(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(faults=Faults(stall_at="RCPT"))
    async with to(catcher, patience=0.1) as channel:
        assert_put_off(await channel.deliver(numbered(1)))
        catcher.faults.stall_at = ""
        assert isinstance(await channel.deliver(numbered(1)), Sent)


async def test_what_is_no_mail_server_is_an_outage() -> None:
    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak_http, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = SmtpChannel(parse_smtp_url(f"smtp://127.0.0.1:{port}"), timeout=2.0)
        assert_outage(await deliver(channel), "does not accept connections")


# Passwords


async def test_a_right_password_is_taken(make_catcher: MakeCatcher) -> None:
    catcher = make_catcher(users=USERS)
    outcome = await deliver(to(catcher, user=f"office:{PASSWORD}", options="?starttls=off"))
    assert isinstance(outcome, Sent)


async def test_a_wrong_password_is_an_outage_that_names_the_setting(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(users={"office": "another"})
    outcome = await deliver(to(catcher, user=f"office:{PASSWORD}", options="?starttls=off"))
    assert_outage(outcome, "user office", "535", "password in RECTIFLOW_SMTP_URL")
    assert catcher.mails == []


async def test_a_missing_password_is_an_outage_that_names_the_setting(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(users=USERS)
    assert_outage(await deliver(to(catcher)), "only after a login", "RECTIFLOW_SMTP_URL")


async def test_a_password_is_not_sent_unencrypted_unless_that_is_asked_for(
    make_catcher: MakeCatcher,
) -> None:
    catcher = make_catcher(users=USERS)
    outcome = await deliver(to(catcher, user=f"office:{PASSWORD}"))
    assert_outage(outcome, "not sent unencrypted", "starttls=off")


async def test_a_login_that_the_server_does_not_offer_is_an_outage(catcher: Catcher) -> None:
    outcome = await deliver(to(catcher, user=f"office:{PASSWORD}", options="?starttls=off"))
    assert_outage(outcome, "does not offer a login")


# Encryption


@pytest.mark.parametrize("options", ["", "?starttls=auto", "?starttls=required"])
async def test_a_connection_is_encrypted_when_the_server_offers_it(
    make_catcher: MakeCatcher, tls: Tls, options: str
) -> None:
    catcher = make_catcher(tls=tls.server)
    outcome = await deliver(to(catcher, options=options, trust=tls.trusting))
    assert isinstance(outcome, Sent)
    assert [mail.encrypted for mail in catcher.mails] == [True]


async def test_a_connection_is_not_encrypted_when_that_is_off(
    make_catcher: MakeCatcher, tls: Tls
) -> None:
    catcher = make_catcher(tls=tls.server)
    assert isinstance(await deliver(to(catcher, options="?starttls=off")), Sent)
    assert [mail.encrypted for mail in catcher.mails] == [False]


async def test_smtps_is_encrypted_from_the_first_byte(make_catcher: MakeCatcher, tls: Tls) -> None:
    catcher = make_catcher(tls=tls.server, implicit_tls=True, users=USERS)
    channel = to(catcher, user=f"office:{PASSWORD}", trust=tls.trusting)
    assert isinstance(await deliver(channel), Sent)
    assert [mail.encrypted for mail in catcher.mails] == [True]


async def test_a_password_goes_over_starttls(make_catcher: MakeCatcher, tls: Tls) -> None:
    catcher = make_catcher(tls=tls.server, users=USERS)
    channel = to(catcher, user=f"office:{PASSWORD}", trust=tls.trusting)
    async with channel:
        outcomes = await channel.deliver_many([numbered(number) for number in range(8)])
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert {mail.encrypted for mail in catcher.mails} == {True}


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_certificate_that_is_not_trusted_is_an_outage_and_no_mail_leaves(
    make_catcher: MakeCatcher, tls: Tls, implicit: bool
) -> None:
    catcher = make_catcher(tls=tls.server, implicit_tls=implicit)
    outcome = await deliver(to(catcher))
    assert_outage(outcome, "certificate", "not trusted", "RECTIFLOW_SMTP_URL")
    assert catcher.mails == []


async def test_a_certificate_for_another_host_is_not_trusted(
    make_catcher: MakeCatcher, tls: Tls
) -> None:
    catcher = make_catcher(tls=tls.server)
    channel = SmtpChannel(
        parse_smtp_url(f"smtp://localhost:{catcher.port}?starttls=required"),
        tls_context=tls.trusting,
    )
    assert_outage(await deliver(channel), "not trusted")


async def test_required_encryption_that_is_not_offered_is_an_outage(catcher: Catcher) -> None:
    outcome = await deliver(to(catcher, options="?starttls=required"))
    assert_outage(outcome, "does not offer STARTTLS")
    assert catcher.mails == []
