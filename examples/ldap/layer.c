#include "layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 4, MESSAGE_MAX = 1 << 24 };

struct layer {
  CtxtHandle* context;
  SecPkgContext_Sizes sizes;
  /* What has come of the next message, and what is open and unread of the last. */
  unsigned char* in;
  size_t in_size, in_capacity;
  const unsigned char* open;
  size_t open_size;
  /* A sealed message that the connection has not taken whole. */
  unsigned char* out;
  size_t out_size, out_sent;
};

static int set_up(Sockbuf_IO_Desc* io, void* layer) {
  io->sbiod_pvt = layer;
  return 0;
}

static int tear_down(Sockbuf_IO_Desc* io) {
  struct layer* layer = io->sbiod_pvt;
  free(layer->in);
  free(layer->out);
  free(layer);
  return 0;
}

static int control(Sockbuf_IO_Desc* io, int option, void* argument) {
  struct layer* layer = io->sbiod_pvt;
  if (option == LBER_SB_OPT_DATA_READY && layer->open_size > 0) return 1;
  return LBER_SBIOD_CTRL_NEXT(io, option, argument);
}

/* Reads until `wanted` bytes of the message are there. 1, 0 at the end, -1 with errno. */
static int fill(Sockbuf_IO_Desc* io, struct layer* layer, size_t wanted) {
  if (wanted > layer->in_capacity) {
    unsigned char* larger = realloc(layer->in, wanted);
    if (larger == NULL) return -1;
    layer->in = larger;
    layer->in_capacity = wanted;
  }
  while (layer->in_size < wanted) {
    ber_slen_t got = LBER_SBIOD_READ_NEXT(io, layer->in + layer->in_size, wanted - layer->in_size);
    if (got <= 0) return (int)got;
    layer->in_size += (size_t)got;
  }
  return 1;
}

static int open_message(Sockbuf_IO_Desc* io, struct layer* layer) {
  int filled = fill(io, layer, LENGTH);
  if (filled <= 0) return filled;
  const unsigned char* in = layer->in;
  size_t size = (size_t)in[0] << 24 | (size_t)in[1] << 16 | (size_t)in[2] << 8 | in[3];
  errno = EPROTO;
  if (size == 0 || size > MESSAGE_MAX) return -1;
  filled = fill(io, layer, LENGTH + size);
  if (filled <= 0) return filled;
  layer->in_size = 0;
  SecBuffer parts[2] = {{(ULONG)size, SECBUFFER_STREAM, layer->in + LENGTH},
                        {0, SECBUFFER_DATA, NULL}};
  SecBufferDesc message = {SECBUFFER_VERSION, 2, parts};
  errno = EBADMSG;
  if (DecryptMessage(layer->context, &message, 0, NULL) != SEC_E_OK) return -1;
  layer->open = parts[1].pvBuffer;
  layer->open_size = parts[1].cbBuffer;
  return 1;
}

static ber_slen_t read_open(Sockbuf_IO_Desc* io, void* buffer, ber_len_t capacity) {
  struct layer* layer = io->sbiod_pvt;
  while (layer->open_size == 0) {
    int opened = open_message(io, layer);
    if (opened <= 0) return opened;
  }
  size_t size = layer->open_size < capacity ? layer->open_size : capacity;
  memcpy(buffer, layer->open, size);
  layer->open += size;
  layer->open_size -= size;
  return (ber_slen_t)size;
}

/* What is left of a sealed message goes first. 0, or -1 with errno. */
static int flush(Sockbuf_IO_Desc* io, struct layer* layer) {
  while (layer->out_sent < layer->out_size) {
    ber_slen_t sent =
        LBER_SBIOD_WRITE_NEXT(io, layer->out + layer->out_sent, layer->out_size - layer->out_sent);
    if (sent <= 0) return -1;
    layer->out_sent += (size_t)sent;
  }
  free(layer->out);
  layer->out = NULL;
  layer->out_size = layer->out_sent = 0;
  return 0;
}

static ber_slen_t write_sealed(Sockbuf_IO_Desc* io, void* buffer, ber_len_t size) {
  struct layer* layer = io->sbiod_pvt;
  if (flush(io, layer) != 0) return -1;
  size_t trailer = layer->sizes.cbSecurityTrailer, padding = layer->sizes.cbBlockSize;
  unsigned char* out = malloc(LENGTH + trailer + size + padding);
  if (out == NULL) return -1;
  memcpy(out + LENGTH + trailer, buffer, size);
  SecBuffer parts[3] = {{(ULONG)trailer, SECBUFFER_TOKEN, out + LENGTH},
                        {(ULONG)size, SECBUFFER_DATA, out + LENGTH + trailer},
                        {(ULONG)padding, SECBUFFER_PADDING, out + LENGTH + trailer + size}};
  SecBufferDesc message = {SECBUFFER_VERSION, 3, parts};
  layer->out = out;
  if (EncryptMessage(layer->context, 0, &message, 0) != SEC_E_OK) {
    errno = EIO;
    return -1;
  }
  /* The token may have become shorter than its place. */
  unsigned char* to = out + LENGTH + parts[0].cbBuffer;
  memmove(to, parts[1].pvBuffer, parts[1].cbBuffer);
  memmove(to + parts[1].cbBuffer, parts[2].pvBuffer, parts[2].cbBuffer);
  size_t sealed = parts[0].cbBuffer + parts[1].cbBuffer + parts[2].cbBuffer;
  for (int i = 0; i < LENGTH; ++i) out[i] = (unsigned char)(sealed >> (8 * (LENGTH - 1 - i)));
  layer->out_size = LENGTH + sealed;
  if (flush(io, layer) != 0 && errno != EAGAIN && errno != EWOULDBLOCK) return -1;
  return (ber_slen_t)size;
}

static int close_connection(Sockbuf_IO_Desc* io) {
  (void)io;
  return 0;
}

SECURITY_STATUS add_layer(Sockbuf* connection, CtxtHandle* context) {
  static Sockbuf_IO kLayer = {set_up,    tear_down,    control,
                              read_open, write_sealed, close_connection};
  struct layer* layer = calloc(1, sizeof *layer);
  if (layer == NULL) return SEC_E_INSUFFICIENT_MEMORY;
  layer->context = context;
  SECURITY_STATUS status = QueryContextAttributesA(context, SECPKG_ATTR_SIZES, &layer->sizes);
  if (status == SEC_E_OK &&
      ber_sockbuf_add_io(connection, &kLayer, LBER_SBIOD_LEVEL_APPLICATION, layer) != 0)
    status = SEC_E_INTERNAL_ERROR;
  if (status != SEC_E_OK) free(layer);
  return status;
}
