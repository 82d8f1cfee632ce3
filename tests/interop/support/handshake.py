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
