#define _GNU_SOURCE
#include "message.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int read_message(int connection, struct message* message) {
  size_t size = 0;
  char* end = NULL;
  while (end == NULL) {
    ssize_t got = recv(connection, message->text + size, MESSAGE_MAX - size, 0);
    if (got <= 0) return -1; /* the end, or a head that is too long */
    size += (size_t)got;
    message->text[size] = '\0';
    end = strstr(message->text, "\r\n\r\n");
  }
  end[2] = '\0';
  message->body = end + 4;
  const char* length = header(message, "Content-Length", "");
  message->body_size = length != NULL ? strtoul(length, NULL, 10) : 0;
  size_t body_at = (size_t)(message->body - message->text);
  if (message->body_size > MESSAGE_MAX - body_at) return -1;
  while (size < body_at + message->body_size) {
    ssize_t got = recv(connection, message->text + size, body_at + message->body_size - size, 0);
    if (got <= 0) return -1;
    size += (size_t)got;
  }
  return 0;
}

const char* header(const struct message* message, const char* name, const char* prefix) {
  for (const char* line = message->text; (line = strstr(line, "\r\n")) != NULL;) {
    line += 2;
    if (strncasecmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ':') continue;
    const char* value = line + strlen(name) + 1;
    value += strspn(value, " \t");
    if (strncasecmp(value, prefix, strlen(prefix)) != 0) continue;
    value += strlen(prefix);
    return value + strspn(value, " \t");
  }
  return NULL;
}

int token_of(const char* value, unsigned char* token, size_t capacity) {
  size_t size = strcspn(value, "\r\n \t");
  if (size % 4 != 0 || size / 4 * 3 > capacity) return -1;
  int decoded = EVP_DecodeBlock(token, (const unsigned char*)value, (int)size);
  if (decoded < 0) return -1;
  for (size_t i = size; i > 0 && value[i - 1] == '='; --i) --decoded; /* OpenSSL counts padding */
  return decoded;
}

void text_of(const void* token, size_t size, char* text) {
  EVP_EncodeBlock((unsigned char*)text, token, (int)size);
}

int send_all(int connection, const char* text, size_t size) {
  while (size > 0) {
    ssize_t sent = send(connection, text, size, MSG_NOSIGNAL);
    if (sent <= 0) return -1;
    text += sent;
    size -= (size_t)sent;
  }
  return 0;
}
