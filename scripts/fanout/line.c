/* Connections: they begin, ask, end, and come again at once or after a browser's pause. */
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* static/js/socket.js */
enum { FIRST_MS = 250, BASE_MS = 500, MOST_MS = 8000, SPREAD_MS = 2000, OPENING_MS = 8000 };
enum { LOOK_MS = 5, REFUSALS_TOLD = 5 };

double clock_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  return at.tv_sec * 1000.0 + at.tv_nsec / 1e6;
}

static double pause_ms(int code, int tried) {
  if (coming_back == AT_ONCE_AGAIN) return tried ? BASE_MS : 0; /* a try that failed is no part of the storm */
  double most = tried ? BASE_MS * (double)(1 << (tried < 5 ? tried : 5)) : FIRST_MS;
  if (most > MOST_MS) most = MOST_MS;
  if ((code == 1001 || code == 1012 || code == 1013) && most < SPREAD_MS) most = SPREAD_MS;
  return most * rand() / RAND_MAX;
}

void begin(Screen *screen) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  screen->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int one = 1, small = 4096;
  setsockopt(screen->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (screen->stalled) setsockopt(screen->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = screen};
  screen->state = CONNECTING, screen->began_ms = now_ms;
  if (coming_back) tries++;
  if (connect(screen->fd, (void *)&to, sizeof to) < 0 && errno != EINPROGRESS) { drop(screen, 0); return; }
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, screen->fd, &event);
}

static void reset(Screen *screen) {
  close(screen->fd);
  fresh -= screen->fresh;
  screen->state = GONE, screen->fresh = 0, screen->gap_ms = 0;
  screen->head_bytes = screen->head_needs = screen->control_bytes = 0, screen->message_bytes = 0, screen->left = 0;
}

/* Its connection has ended, with this code (0: none). */
void drop(Screen *screen, int code) {
  if (screen->state == GONE || screen->state == WAITING) return;
  int was_fresh = screen->fresh;
  reset(screen);
  if (!coming_back || screen->stalled) { lost++; return; }
  if (was_fresh) {
    last_ms = now_ms, screen->tries = 0;
    if (!dropped) first_drop_ms = now_ms;
    if (!screen->dropped) screen->dropped = 1, dropped++;
  }
  screen->state = WAITING, screen->due_ms = now_ms + pause_ms(code, screen->tries++);
}

/* One that is open drops and comes back at once. */
void churn(void) {
  static int next;
  for (int tried = 0; tried < count; tried++) {
    Screen *screen = &screens[next++ % count];
    if (screen->state != OPEN || screen->stalled) continue;
    reset(screen);
    begin(screen);
    return;
  }
}

static void come_again(void) {
  static double looked_ms;
  if (now_ms - looked_ms < LOOK_MS) return;
  looked_ms = now_ms;
  for (int nth = 0; nth < count; nth++) {
    Screen *screen = &screens[nth];
    int opening = screen->state == CONNECTING || screen->state == ASKED;
    if (screen->state == WAITING && screen->due_ms <= now_ms) begin(screen);
    else if (coming_back == AS_BROWSERS && opening && now_ms - screen->began_ms > OPENING_MS) given_up++, drop(screen, 0);
  }
}

static void ask(Screen *screen) {
  char text[5000], number[16];
  snprintf(number, sizeof number, "%d", (int)((screen - screens) % boards));
  int length = snprintf(text, sizeof text, request, number);
  length += snprintf(text + length, sizeof text - length, "%s\r\n",
                     packs ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
  if (write(screen->fd, text, length) != length) { drop(screen, 0); return; }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = screen};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, screen->fd, &event);
  screen->state = ASKED;
}

static void opened(Screen *screen, unsigned char *data, ssize_t length) {
  static int told;
  data[length] = 0;
  char *end = strstr((char *)data, "\r\n\r\n");
  if (!end || strncmp((char *)data, "HTTP/1.1 101", 12)) {
    if (told++ < REFUSALS_TOLD) fprintf(stderr, "refused: %.200s\n", data);
    drop(screen, 0);
    return;
  }
  screen->state = OPEN, screen->head_needs = 2, screen->heard_ms = now_ms, upgraded++, upgraded_ms = now_ms;
  if (screen->stalled) { epoll_ctl(epoll_fd, EPOLL_CTL_DEL, screen->fd, NULL); return; }
  if (!wants_hello) screen->fresh = 1, fresh++, last_ms = now_ms;
  take(screen, (unsigned char *)end + 4, data + length - (unsigned char *)end - 4);
}

static void readable(Screen *screen) {
  static unsigned char data[1 << 16];
  ssize_t length = read(screen->fd, data, sizeof data - 1);
  if (length == 0 || (length < 0 && errno != EAGAIN)) drop(screen, 0);
  else if (length > 0 && screen->state == ASKED) opened(screen, data, length);
  else if (length > 0) take(screen, data, length);
}

int turn(int wait_ms) {
  struct epoll_event events[1024];
  int found = epoll_wait(epoll_fd, events, 1024, wait_ms);
  now_ms = clock_ms();
  for (int at = 0; at < found; at++) {
    Screen *screen = events[at].data.ptr;
    if (screen->state == CONNECTING) ask(screen);
    else if (screen->state == ASKED || screen->state == OPEN) readable(screen);
    if (at % 64 == 63) now_ms = clock_ms();
  }
  if (coming_back) come_again();
  return found;
}
