"""The five messages of a C-ECHO, read back by pynetdicom, and hostile bytes."""

from __future__ import annotations

import contextlib
import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.filereader import read_dataset
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_AC, A_ASSOCIATE_RQ, A_RELEASE_RQ, P_DATA_TF
from pynetdicom.pdu_primitives import A_ASSOCIATE, ImplementationClassUIDNotification, MaximumLengthNotification
from pynetdicom.presentation import build_context

from pacs_rounds.transports import dicom_pdu as pdu


def test_the_request_is_what_pynetdicom_reads() -> None:
    request = A_ASSOCIATE_RQ()
    request.decode(pdu.associate_rq("CT9_DEMO", "MAINTCHK"))
    assert request.called_ae_title.strip() == "CT9_DEMO"
    assert request.calling_ae_title.strip() == "MAINTCHK"
    [context] = request.presentation_context
    assert context.abstract_syntax == pdu.VERIFICATION
    assert context.transfer_syntax == [pdu.IMPLICIT_VR_LITTLE_ENDIAN]
    assert request.user_information.implementation_class_uid == pdu.IMPLEMENTATION_UID
    assert request.user_information.maximum_length == pdu.MAX_PDU_BYTES


def test_the_echo_is_a_complete_command_set() -> None:
    data = P_DATA_TF()
    data.decode(pdu.echo_rq())
    [value] = data.presentation_data_value_items
    assert value.message_control_header_byte == "00000011"
    command = read_dataset(BytesIO(value.presentation_data_value[1:]), is_implicit_VR=True, is_little_endian=True)
    assert command.CommandGroupLength == len(value.presentation_data_value) - 1 - 12
    assert (command.AffectedSOPClassUID, command.CommandField) == (pdu.VERIFICATION, 0x0030)
    assert (command.MessageID, command.CommandDataSetType) == (1, 0x0101)


def test_release_and_abort_are_what_pynetdicom_reads() -> None:
    A_RELEASE_RQ().decode(pdu.release_rq())
    abort = A_ABORT_RQ()
    abort.decode(pdu.abort())
    assert abort.source == 0


def _accept(result: int) -> bytes:
    primitive = A_ASSOCIATE()
    primitive.application_context_name = pdu.APPLICATION_CONTEXT
    primitive.calling_ae_title, primitive.called_ae_title = "MAINTCHK", "CT9_DEMO"
    primitive.result, primitive.result_source = 0, 1
    context = build_context(pdu.VERIFICATION, pdu.IMPLICIT_VR_LITTLE_ENDIAN)
    context.context_id, context.result = 1, result
    primitive.presentation_context_definition_results_list = [context]
    length, uid = MaximumLengthNotification(), ImplementationClassUIDNotification()
    length.maximum_length_received, uid.implementation_class_uid = 16382, "1.2.999.7"
    primitive.user_information = [length, uid]
    accept = A_ASSOCIATE_AC()
    accept.from_primitive(primitive)
    return accept.encode()


@pytest.mark.parametrize("result", [0, 3])
def test_an_acceptance_by_pynetdicom_is_read(result: int) -> None:
    raw = _accept(result)
    kind, length = pdu.header(raw[:6])
    said = pdu.accepted(raw[6:])
    assert (kind, length) == (pdu.ASSOCIATE_AC, len(raw) - 6)
    assert said.contexts == {1: result}
    assert said.implementation_uid == "1.2.999.7"


@pytest.mark.parametrize("first", [b"SSH-2.0-OpenSSH", b"HTTP/1.1 400", b"\x00\x00\x00\x00\x00\x01", b"\x08aaaaa"])
def test_another_protocol_is_named_as_such(first: bytes) -> None:
    with pytest.raises(pdu.ProtocolError, match="no DICOM"):
        pdu.header(first[:6])


def test_a_message_that_claims_gigabytes_is_not_waited_for() -> None:
    with pytest.raises(pdu.ProtocolError, match="claims"):
        pdu.header(struct.pack(">BxI", pdu.DATA_TF, 3_000_000_000))


def test_status_needs_the_right_command_and_message() -> None:
    def response(field: int = 0x8030, message: int = 1, status: int | None = 0) -> bytes:
        values = {0x0100: field, 0x0120: message, **({} if status is None else {0x0900: status})}
        return b"".join(struct.pack("<HHIH", 0, number, 2, value) for number, value in values.items())

    assert pdu.echo_status(response(status=0x0122)) == 0x0122
    for wrong in (response(field=0x8001), response(message=7), response(status=None), response()[:-3]):
        with pytest.raises(pdu.ProtocolError):
            pdu.echo_status(wrong)


@given(st.binary(max_size=300))
def test_hostile_bytes_raise_nothing_else(data: bytes) -> None:
    for read in (pdu.accepted, pdu.rejected, pdu.aborted, pdu.echo_status, lambda raw: list(pdu.fragments(raw))):
        with contextlib.suppress(pdu.ProtocolError):
            read(data)


@given(st.integers(1, 3), st.binary(max_size=200))
def test_hostile_bytes_after_a_good_beginning_raise_nothing_else(cut: int, data: bytes) -> None:
    good = _accept(0)[6:]
    with contextlib.suppress(pdu.ProtocolError):
        pdu.accepted(good[:len(good) // cut] + data)
