"""A relay between a TCP client and a server that records what passes, and writes it as a capture:
no rights to capture are needed, and what the capture holds is whole."""

import contextlib
import socket
import struct
import threading

_LINK_RAW_IP = 101
_CLIENT, _SERVER = 0x0A000001, 0x0A000002  # 10.0.0.1 and 10.0.0.2
_FIRST_CLIENT_PORT = 40000
RDP, KERBEROS = 3389, 88
_SYN, _ACK, _PUSH = 2, 16, 8
_SECONDS = 30
_PIECE = 8192  # bytes, below what an IP packet holds


class Recording:
    """`address` is the relay's. The pieces of one connection, in the order in which they passed."""

    def __init__(self, address):
        self.address = address
        self._pieces = []  # (whether from the client, bytes)
        self._lock = threading.Lock()

    def add(self, from_client, piece):
        with self._lock:
            self._pieces.append((from_client, piece))

    def write(self, path):
        """As a capture of a connection to RDP's port."""
        write(path, (self, RDP))

    def packets(self, ports):
        """Of raw IPv4, between the client's and the server's port."""
        sent = {True: 1000, False: 5000}  # the next sequence numbers
        packets = [_packet(ports, True, sent[True], 0, _SYN),
                   _packet(ports, False, sent[False], sent[True] + 1, _SYN | _ACK)]
        for side in sent:
            sent[side] += 1
        packets.append(_packet(ports, True, sent[True], sent[False], _ACK))
        for from_client, piece in self._pieces:
            packets.append(_packet(ports, from_client, sent[from_client], sent[not from_client],
                                   _PUSH | _ACK, piece))
            sent[from_client] += len(piece)
        return packets


def write(path, *connections):
    """One after the other, each a (Recording, server's port), as a capture in pcap format."""
    packets = [packet for number, (recording, port) in enumerate(connections)
               for packet in recording.packets((_FIRST_CLIENT_PORT + number, port))]
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _LINK_RAW_IP))
        for number, packet in enumerate(packets):
            file.write(struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet)


def _packet(ports, from_client, sequence, acknowledged, flags, data=b""):
    """IPv4 and TCP, without checksums, which readers do not check unless asked to."""
    source, target = (_CLIENT, _SERVER) if from_client else (_SERVER, _CLIENT)
    source_port, target_port = ports if from_client else reversed(ports)
    tcp = struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, 5 << 4, flags,
                      65535, 0, 0) + data
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0,
                       source, target) + tcp


def _carry(source, target, from_client, recording):
    try:
        while piece := source.recv(_PIECE):
            recording.add(from_client, piece)
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # the other direction was cut off
        pass


def _relay(listener, address, recording):
    host, _, port = address.partition(":")
    client, _ = listener.accept()
    with client, socket.create_connection((host, int(port)), _SECONDS) as server:
        client.settimeout(_SECONDS)
        back = threading.Thread(target=_carry, args=(server, client, False, recording))
        back.start()
        _carry(client, server, True, recording)
        back.join()


@contextlib.contextmanager
def relay(address):
    """To a server's address, for one connection; the Recording, whole when the context has ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_SECONDS)
        recording = Recording(f"127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_relay, args=(listener, address, recording))
        thread.start()
        try:
            yield recording
        finally:
            thread.join()
