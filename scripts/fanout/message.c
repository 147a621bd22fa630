/* What comes over a connection: frames, out of them messages; the first is a snapshot. Pings are answered. */
#include "load.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef WITH_ZLIB
#include <zlib.h>
#endif

/* The message as text; NULL: packed, and this was built without zlib. */
static char *text_of(Screen *screen) {
  if (!screen->packed) { screen->message[screen->message_bytes] = 0; return screen->message; }
#ifdef WITH_ZLIB
  static char inflated[1 << 22];
  z_stream stream = {0};
  inflateInit2(&stream, -15);
  stream.next_in = (void *)screen->message, stream.avail_in = screen->message_bytes;
  stream.next_out = (void *)inflated, stream.avail_out = sizeof inflated - 1;
  inflate(&stream, Z_SYNC_FLUSH);
  unsigned char tail[] = {0, 0, 0xff, 0xff};
  stream.next_in = tail, stream.avail_in = 4;
  inflate(&stream, Z_SYNC_FLUSH);
  inflated[sizeof inflated - 1 - stream.avail_out] = 0;
  inflateEnd(&stream);
  return inflated;
#else
  return NULL;
#endif
}

static void look_into(char *text) {
  if (!strstr(text, "\"t\":\"patch\"")) return;
  char *made = strstr(text, "\"now\":");
  if (made && way_count < MOST_SAMPLES) ways[way_count++] = clock_ms() - strtod(made + 6, NULL);
  char *bench = strstr(text, "\"bench\":{");
  char *value = bench ? strstr(bench, "\"value\":") : NULL;
  if (value && sample_count < MOST_SAMPLES) samples[sample_count++] = clock_ms() - strtod(value + 8, NULL);
}

/* How long it has heard nothing, within this phase. */
void silent(Screen *screen) {
  double since_ms = screen->heard_ms > phase_ms ? screen->heard_ms : phase_ms;
  if (screen->fresh && now_ms - since_ms > screen->gap_ms) screen->gap_ms = now_ms - since_ms;
}

static void heard(Screen *screen) {
  silent(screen);
  screen->heard_ms = now_ms;
  frames++;
  int first = !screen->fresh;
  char *text = first || screen->sampled ? text_of(screen) : NULL;
  if (first && (!text || strstr(text, "\"t\":\"hello\""))) screen->fresh = 1, screen->fresh_ms = last_ms = now_ms, fresh++;
  if (text && screen->sampled) look_into(text);
}

static void pong(Screen *screen) {
  unsigned char answer[140] = {0x8a, 0x80 | screen->control_bytes};
  memcpy(answer + 6, screen->control, screen->control_bytes); /* masked with zeros */
  if (write(screen->fd, answer, 6 + screen->control_bytes) < 0) drop(screen, 0);
}

static void ended(Screen *screen) {
  if (screen->opcode == 9) pong(screen);
  else if (screen->opcode == 8) drop(screen, screen->control_bytes < 2 ? 0 : screen->control[0] << 8 | screen->control[1]);
  else heard(screen);
  screen->head_bytes = 0, screen->head_needs = 2, screen->control_bytes = 0, screen->message_bytes = 0;
}

static void header(Screen *screen) {
  int length = screen->head[1] & 127;
  if (screen->head_needs == 2 && length > 125) { screen->head_needs = length == 126 ? 4 : 10; return; }
  screen->opcode = screen->head[0] & 15, screen->packed = screen->head[0] & 0x40, screen->left = length;
  if (screen->head_needs > 2) {
    screen->left = 0;
    for (int at = 2; at < screen->head_needs; at++) screen->left = screen->left << 8 | screen->head[at];
  }
  if ((screen->sampled || !screen->fresh) && screen->left + 1 > screen->message_room)
    screen->message = realloc(screen->message, screen->message_room = screen->left + 1);
  screen->head_needs = 0;
}

void take(Screen *screen, unsigned char *data, size_t length) {
  bytes += length;
  while (length && screen->state == OPEN) {
    if (screen->head_needs) {
      screen->head[screen->head_bytes++] = *data++, length--;
      if (screen->head_bytes < screen->head_needs) continue;
      header(screen);
      if (screen->head_needs) continue;
    } else {
      size_t part = length < screen->left ? length : screen->left;
      if (screen->opcode >= 8) {
        memcpy(screen->control + screen->control_bytes, data, part);
        screen->control_bytes += part;
      } else if (screen->sampled || !screen->fresh) {
        memcpy(screen->message + screen->message_bytes, data, part);
        screen->message_bytes += part;
      }
      data += part, length -= part, screen->left -= part;
    }
    if (!screen->head_needs && !screen->left) ended(screen);
  }
}
