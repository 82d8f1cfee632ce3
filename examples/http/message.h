/* As much of HTTP/1.1 as a Negotiate logon needs: a message's head and a body of known length on a
 * connection that stays open. RFC 9112; the logon itself is RFC 4559. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

enum { MESSAGE_MAX = 131072 };

struct message {
  char text[MESSAGE_MAX + 1]; /* head and body; the head ends with a zero, at its empty line */
  const char* body;
  size_t body_size;
};

/* Reads one message. 0, or -1 when the connection ended or the message is none. */
int read_message(int connection, struct message* message);

/* A header's value behind `prefix` ("Negotiate"), "" when there is nothing behind it; NULL when no
 * such header begins with the prefix. Ends at the end of its line: copy it with `token_of`. */
const char* header(const struct message* message, const char* name, const char* prefix);

/* Base64 of a header's value into bytes; the number of bytes, or -1. */
int token_of(const char* value, unsigned char* token, size_t capacity);
/* Bytes as base64, zero-terminated. */
void text_of(const void* token, size_t size, char* text);

int send_all(int connection, const char* text, size_t size);

#endif
