/* Many screens from one process: they connect, read, answer pings, and tell how long events took to them.
 *
 *   load PORT SCREENS DEFLATE STALLED BOARDS SECONDS CHURN < head-of-the-request   prints JSON lines
 *
 * The head has `%s` where the number of a screen's board belongs. A line of JSON when all are connected; then for each
 * line on standard input a measurement of SECONDS, and a line about it. The first STALLED never read. CHURN of them a
 * second drop and come back. Of one screen in
 * 64, spread over all, each message is looked into: `"bench":{"value":MS` is when its event happened. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_ZLIB
#include <zlib.h>
#endif

enum { CONNECTING, ASKED, OPEN, GONE };
enum { AT_ONCE = 256, MOST_SAMPLES = 4000000, SAMPLED = 64 };
typedef struct {
  int fd, state, stalled, sampled, opcode, packed, head_bytes, head_needs;
  unsigned long long left;
  unsigned char head[14], control[128];
  int control_bytes;
  char *message;
  size_t message_bytes, message_room;
} Screen;

static Screen *screens;
static char request[4096];
static int epoll_fd, port, count, packs, stalled, boards, opened, lost, started;
static unsigned long long frames, bytes;
static float *samples, *ways; /* from the event to here, from the patch to here */
static long sample_count, way_count;

static double now_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  return at.tv_sec * 1000.0 + at.tv_nsec / 1e6;
}

static void drop(Screen *screen) {
  if (screen->state == GONE) return;
  close(screen->fd);
  screen->state = GONE;
  lost++;
}

static void begin(Screen *screen) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  screen->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int one = 1, small = 4096;
  setsockopt(screen->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (screen->stalled) setsockopt(screen->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = screen};
  screen->state = CONNECTING;
  if (connect(screen->fd, (void *)&to, sizeof to) < 0 && errno != EINPROGRESS) { drop(screen); return; }
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, screen->fd, &event);
}

static void ask(Screen *screen) {
  char text[5000], number[16];
  snprintf(number, sizeof number, "%d", (int)((screen - screens) % boards));
  int length = snprintf(text, sizeof text, request, number);
  length += snprintf(text + length, sizeof text - length, "%s\r\n",
                     packs ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
  if (write(screen->fd, text, length) != length) { drop(screen); return; }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = screen};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, screen->fd, &event);
  screen->state = ASKED;
}

static void look_into(Screen *screen) {
  char *text = screen->message, *inflated = NULL;
  size_t length = screen->message_bytes;
#ifdef WITH_ZLIB
  if (screen->packed) {
    size_t room = 1 << 22;
    inflated = malloc(room);
    z_stream stream = {0};
    inflateInit2(&stream, -15);
    stream.next_in = (void *)text, stream.avail_in = length;
    stream.next_out = (void *)inflated, stream.avail_out = room - 1;
    inflate(&stream, Z_SYNC_FLUSH);
    unsigned char tail[] = {0, 0, 0xff, 0xff};
    stream.next_in = tail, stream.avail_in = 4;
    inflate(&stream, Z_SYNC_FLUSH);
    length = room - 1 - stream.avail_out;
    inflateEnd(&stream);
    text = inflated;
  }
#else
  if (screen->packed) return;
#endif
  text[length] = 0;
  int patch = strstr(text, "\"t\":\"patch\"") != NULL;
  char *made = patch ? strstr(text, "\"now\":") : NULL;
  if (made && way_count < MOST_SAMPLES) ways[way_count++] = now_ms() - strtod(made + 6, NULL);
  char *bench = patch ? strstr(text, "\"bench\":{") : NULL;
  char *value = bench ? strstr(bench, "\"value\":") : NULL;
  if (value && sample_count < MOST_SAMPLES) samples[sample_count++] = now_ms() - strtod(value + 8, NULL);
  free(inflated);
}

static void pong(Screen *screen) {
  unsigned char answer[140] = {0x8a, 0x80 | screen->control_bytes};
  memcpy(answer + 6, screen->control, screen->control_bytes); /* masked with zeros */
  if (write(screen->fd, answer, 6 + screen->control_bytes) < 0) drop(screen);
}

static void ended(Screen *screen) {
  if (screen->opcode == 9) pong(screen);
  else if (screen->opcode == 8) drop(screen);
  else {
    frames++;
    if (screen->sampled) look_into(screen);
  }
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
  if (screen->sampled && screen->left + 1 > screen->message_room)
    screen->message = realloc(screen->message, screen->message_room = screen->left + 1);
  screen->head_needs = 0;
}

static void take(Screen *screen, unsigned char *data, size_t length) {
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
      } else if (screen->sampled) {
        memcpy(screen->message + screen->message_bytes, data, part);
        screen->message_bytes += part;
      }
      data += part, length -= part, screen->left -= part;
    }
    if (!screen->head_needs && !screen->left) ended(screen);
  }
}

static void readable(Screen *screen) {
  static unsigned char data[1 << 16];
  ssize_t length = read(screen->fd, data, sizeof data - 1);
  if (length == 0 || (length < 0 && errno != EAGAIN)) { drop(screen); return; }
  if (length < 0) return;
  if (screen->state == ASKED) {
    data[length] = 0;
    char *end = strstr((char *)data, "\r\n\r\n");
    if (!end || strncmp((char *)data, "HTTP/1.1 101", 12)) { fprintf(stderr, "refused: %.200s\n", data); drop(screen); return; }
    screen->state = OPEN, screen->head_needs = 2, opened++;
    if (screen->stalled) { epoll_ctl(epoll_fd, EPOLL_CTL_DEL, screen->fd, NULL); return; }
    take(screen, (unsigned char *)end + 4, data + length - (unsigned char *)end - 4);
  } else take(screen, data, length);
}

static void turn(int wait_ms) {
  struct epoll_event events[1024];
  int found = epoll_wait(epoll_fd, events, 1024, wait_ms);
  for (int at = 0; at < found; at++) {
    Screen *screen = events[at].data.ptr;
    if (screen->state == CONNECTING) ask(screen);
    else if (screen->state != GONE) readable(screen);
  }
}

/* One that is open drops and comes back at once. */
static void churn(void) {
  static int next;
  for (int tries = 0; tries < count; tries++) {
    Screen *screen = &screens[next++ % count];
    if (screen->state != OPEN || screen->stalled) continue;
    close(screen->fd);
    screen->state = GONE, screen->head_bytes = 0, screen->head_needs = 0, screen->message_bytes = 0, screen->left = 0;
    begin(screen);
    return;
  }
}

static int ascending(const void *one, const void *other) {
  float a = *(float *)one, b = *(float *)other;
  return a < b ? -1 : a > b;
}

static float share(float *sorted, long of, double part) { return of ? sorted[(long)((of - 1) * part)] : -1; }

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  port = atoi(argv[1]), count = atoi(argv[2]), packs = atoi(argv[3]), stalled = atoi(argv[4]), boards = atoi(argv[5]);
  double seconds = atof(argv[6]), churning = argc > 7 ? atof(argv[7]) : 0;
  char line[256];
  size_t length = 0;
  while (fgets(request + length, sizeof request - length, stdin) && strcmp(request + length, "\n")) length = strlen(request);
  request[length] = 0;
  signal(SIGPIPE, SIG_IGN);
  screens = calloc(count, sizeof *screens);
  samples = malloc(sizeof *samples * MOST_SAMPLES), ways = malloc(sizeof *ways * MOST_SAMPLES);
  epoll_fd = epoll_create1(0);
  int every = count / SAMPLED > 0 ? count / SAMPLED : 1;
  double began = now_ms();
  while (opened + lost < count) {
    while (started < count && started - opened - lost < AT_ONCE) {
      screens[started].stalled = started < stalled;
      screens[started].sampled = started >= stalled && started % every == 0;
      begin(&screens[started++]);
    }
    turn(100);
    if (now_ms() - began > 120000) break;
  }
  printf("{\"connected\": %d, \"lost\": %d, \"took_ms\": %.0f}\n", opened, lost, now_ms() - began);
  fflush(stdout);
  int flags = fcntl(0, F_GETFL);
  fcntl(0, F_SETFL, flags | O_NONBLOCK);
  for (;;) {
    ssize_t asked = read(0, line, sizeof line);
    if (asked == 0) return 0;
    if (asked < 0) { turn(50); continue; }
    frames = bytes = sample_count = way_count = 0;
    double until = now_ms() + seconds * 1000;
    double due = now_ms();
    while (now_ms() < until) {
      turn(20);
      if (churning > 0 && now_ms() >= due) churn(), due += 1000 / churning;
    }
    unsigned long long frames_then = frames, bytes_then = bytes;
    qsort(samples, sample_count, sizeof *samples, ascending);
    qsort(ways, way_count, sizeof *ways, ascending);
    printf("{\"frames\": %llu, \"bytes\": %llu, \"lost\": %d, \"samples\": %ld, \"p50_ms\": %.1f, \"p99_ms\": %.1f, "
           "\"patch_p50_ms\": %.1f, \"patch_p99_ms\": %.1f}\n",
           frames_then, bytes_then, lost, sample_count, share(samples, sample_count, 0.5),
           share(samples, sample_count, 0.99), share(ways, way_count, 0.5), share(ways, way_count, 0.99));
    fflush(stdout);
  }
}
