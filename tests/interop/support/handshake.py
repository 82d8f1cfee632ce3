"""Carries tokens between two sides of an authentication in this process. A side has step(token),
which gives the token to send or b"", and `complete`."""


def shake_hands(client, server, tokens=None):
    """Until nobody has anything to say; whether both sides are complete then. The tokens that were
    sent are appended to `tokens`."""
    token = client.step(b"")
    turn, other = server, client
    for _ in range(16):
        if not token:
            break
        if turn.complete:
            raise AssertionError("a token for a side that is complete")
        if tokens is not None:
            tokens.append(token)
        token = turn.step(token)
        turn, other = other, turn
    return client.complete and server.complete


class ByteByByte:
    """One of our sides whose input comes a byte at a time: SEC_E_INCOMPLETE_MESSAGE is answered by
    the same bytes and one more."""

    def __init__(self, peer):
        self._peer = peer
        self.incomplete = 0  # answers

    def __getattr__(self, name):
        return getattr(self._peer, name)

    def step(self, token):
        if not token:
            return self._peer.step(token)
        sent, received = b"", b""
        for byte in token:
            received += bytes([byte])
            output = self._peer.step(received)
            if self._peer.status == "SEC_E_INCOMPLETE_MESSAGE":  # then there is no output
                self._peer.failure = None
                self.incomplete += 1
            else:
                sent += output
                received = b""
        if received:
            raise AssertionError("the token ends inside of a message")
        return sent
